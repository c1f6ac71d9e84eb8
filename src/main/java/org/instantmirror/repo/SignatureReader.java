package org.instantmirror.repo;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a section says of signed metadata. Where the administrator demands signatures, what
 * stands in their way is an error. A {@code .repo} file that says so itself was written for clients
 * and must work as it is: there it is a warning.
 */
final class SignatureReader {

  private final Variables variables;
  private final boolean demanded;
  private final List<String> warnings;

  /**
   * @param demanded whether the administrator demands signatures
   * @param warnings takes what is wrong otherwise
   */
  SignatureReader(Variables variables, boolean demanded, List<String> warnings) {
    this.variables = variables;
    this.demanded = demanded;
    this.warnings = warnings;
  }

  /**
   * What the section, and what it inherits, says.
   *
   * @param pathVariables those whose values clients give
   * @throws ConfigException if there is no use in it, and it is demanded
   */
  SignaturePolicy read(IniFile.Section section, Settings settings, List<String> pathVariables)
      throws ConfigException {
    Setting check = settings.get(ConfigKey.REPO_GPGCHECK);
    if (!check.as(ValueSyntax::yesOrNo)) {
      // Keys are for clients then: whatever stands there is no business of ours.
      return SignaturePolicy.NONE;
    }
    String repo = "repo '" + section.name() + "': ";
    if (!settings.get(ConfigKey.TRUST_REPODATA).as(ValueSyntax::yesOrNo)) {
      report(check, repo + "of no use with trust_repodata = no; signatures are not verified");
      return SignaturePolicy.NONE;
    }
    Optional<Setting> gpgkey = settings.given(ConfigKey.GPGKEY);
    if (gpgkey.isEmpty()) {
      // A repomd.xml.key beside repomd.xml is whoever's who made these.
      report(check, repo + "there is no gpgkey to verify with; signatures are not verified");
      return SignaturePolicy.NONE;
    }
    return new SignaturePolicy(true, keys(gpgkey.get(), pathVariables));
  }

  private List<KeyUrl> keys(Setting setting, List<String> pathVariables) throws ConfigException {
    List<KeyUrl> keys = new ArrayList<>();
    for (String word : ValueSyntax.words(setting.text())) {
      KeyUrl key = key(setting, word, pathVariables);
      if (key != null && !keys.contains(key)) {
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      report(setting, "holds no key that can be used; no repomd.xml will be believed");
    }
    return keys;
  }

  private @Nullable KeyUrl key(Setting setting, String word, List<String> pathVariables)
      throws ConfigException {
    KeyUrl key;
    try {
      key = new KeyUrl(variables.substitute(word));
    } catch (IllegalArgumentException unfit) {
      report(setting, unfit.getMessage() + "; the key is left out");
      return null;
    }
    if (!pathVariables.containsAll(key.variables())) {
      report(setting, "a URL uses a variable that baseurl doesn't; the key is left out");
      return null;
    }
    if (key.variables().isEmpty()) {
      requireReadable(setting, key.with(Map.of()));
    }
    return key;
  }

  /** A file is missing now, but may be there when it is needed. */
  private void requireReadable(Setting setting, URI uri) throws ConfigException {
    if (KeyUrl.isFile(uri) && !isReadable(uri)) {
      report(setting, uri + " is no readable file; put the key there, or name its http(s) URL");
    }
  }

  private static boolean isReadable(URI file) {
    try {
      return Files.isRegularFile(KeyUrl.path(file)) && Files.isReadable(KeyUrl.path(file));
    } catch (InvalidPathException unfit) {
      return false;
    }
  }

  private void report(Setting setting, String problem) throws ConfigException {
    if (demanded) {
      throw setting.fault(problem);
    }
    warnings.add(setting.message(problem));
  }
}
