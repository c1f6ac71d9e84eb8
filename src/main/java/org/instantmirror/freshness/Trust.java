package org.instantmirror.freshness;

import org.instantmirror.freshness.Decision.Reason;
import org.instantmirror.http.Head;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ListedFile;

/**
 * May a stored response be served because the current generation of its repository lists it? Then
 * neither its age nor upstream matters, nor a client's no-cache: repodata says what the file is.
 */
public final class Trust {

  private Trust() {}

  /**
   * Decides.
   *
   * @param stored whatever its {@link Head} says
   * @param listed what the current generation lists under its name
   * @return that it is {@link Reason#LISTED}, {@link Reason#SUPERSEDED}, or {@link
   *     Reason#NOT_VERIFIED} yet
   */
  public static Decision decide(StoredResponse stored, ListedFile listed) {
    if (listed.size() >= 0 && listed.size() != stored.length()) {
      return Decision.because(Reason.SUPERSEDED);
    }
    Checksum known = stored.checksum();
    if (known == null || known.type() != listed.checksum().type()) {
      return Decision.because(Reason.NOT_VERIFIED);
    }
    return Decision.because(known.equals(listed.checksum()) ? Reason.LISTED : Reason.SUPERSEDED);
  }
}
