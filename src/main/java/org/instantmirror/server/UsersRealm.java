package org.instantmirror.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.realm.LockOutRealm;
import org.apache.catalina.realm.MemoryRealm;
import org.apache.catalina.realm.MessageDigestCredentialHandler;
import org.apache.catalina.realm.NestedCredentialHandler;
import org.apache.catalina.realm.SecretKeyCredentialHandler;
import org.jspecify.annotations.Nullable;

/**
 * The users of a file in the form of Tomcat's {@code tomcat-users.xml}; passwords in plain, or as
 * Tomcat's {@code digest.sh} writes them for {@code SecretKeyCredentialHandler} (PBKDF2).
 *
 * <p>A name of which five passwords in a row were wrong is locked for five minutes, by Tomcat's
 * {@link LockOutRealm} around it; reading the file anew ends that.
 *
 * <p>A client that fetches a thousand packages gives its password a thousand times, and PBKDF2 is
 * slow on purpose: who was let in is remembered, by a keyed digest of what was given.
 */
final class UsersRealm extends MemoryRealm {

  private static final int MOST_REMEMBERED = 1000;

  private final byte[] salt = new byte[32];

  private final Map<String, Principal> remembered = // guarded by itself
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Principal> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private UsersRealm(Path file) {
    new SecureRandom().nextBytes(salt);
    setPathname(file.toString());
    try {
      SecretKeyCredentialHandler hashed = new SecretKeyCredentialHandler();
      hashed.setAlgorithm("PBKDF2WithHmacSHA512");
      hashed.setLogInvalidStoredCredentials(false);
      NestedCredentialHandler either = new NestedCredentialHandler();
      either.addCredentialHandler(hashed);
      either.addCredentialHandler(new MessageDigestCredentialHandler());
      setCredentialHandler(either);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Gives a context the users of a file.
   *
   * @throws IOException if it can't be read; the message names it
   */
  static void of(Path file, StandardContext context) throws IOException {
    LockOutRealm guarded = new LockOutRealm();
    guarded.addRealm(read(file, context));
    context.setRealm(guarded);
  }

  /**
   * Reads a file for nobody.
   *
   * @throws IOException if it can't be read; the message names it
   */
  static void check(Path file) throws IOException {
    StandardContext nobody = new StandardContext();
    // What starts in it is named after it.
    nobody.setName("");
    var unused = read(file, nobody);
  }

  private static UsersRealm read(Path file, StandardContext context) throws IOException {
    UsersRealm realm = new UsersRealm(file);
    realm.setContainer(context);
    try {
      realm.start();
    } catch (LifecycleException e) {
      throw new IOException(
          "users_file: " + file + ": can't be read as a file of users: " + rootMessage(e), e);
    }
    return realm;
  }

  private static String rootMessage(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  @Override
  public @Nullable Principal authenticate(@Nullable String user, @Nullable String credentials) {
    if (user == null || credentials == null) {
      return null;
    }
    String key = digest(user, credentials);
    synchronized (remembered) {
      Principal known = remembered.get(key);
      if (known != null) {
        return known;
      }
    }
    Principal found = super.authenticate(user, credentials);
    if (found != null) {
      synchronized (remembered) {
        remembered.put(key, found);
      }
    }
    return found;
  }

  private String digest(String user, String credentials) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(salt);
      sha.update((user.length() + ":" + user).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha.digest(credentials.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
