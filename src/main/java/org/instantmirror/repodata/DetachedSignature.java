package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a detached OpenPGP signature may belong to a file, judged without a key: a signature
 * holds the first 16 bits of the digest that was signed (RFC 9580, section 5.2.3). That tells the
 * signature of one {@code repomd.xml} from that of another, all but once in 65,536 times; it proves
 * nothing about who signed. Immutable.
 */
public final class DetachedSignature {

  /** As RFC 9580 numbers them in section 9.5; of those that are not here Java has no digest. */
  private static final Map<Integer, ChecksumType> HASHES =
      Map.of(
          1, ChecksumType.MD5,
          2, ChecksumType.SHA1,
          8, ChecksumType.SHA256,
          9, ChecksumType.SHA384,
          10, ChecksumType.SHA512,
          11, ChecksumType.SHA224);

  private static final String ARMOUR = "-----BEGIN PGP SIGNATURE-----";
  private static final int PACKET_TAG = 2;
  private static final int OF_BINARY = 0;

  /**
   * What one signature says.
   *
   * @param salt what comes before the file's bytes
   * @param trailer what comes after them
   * @param prefix the first 16 bits of the digest of all that
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Signed(ChecksumType hash, byte[] salt, byte[] trailer, int prefix) {}

  private final List<Signed> signatures;

  private DetachedSignature(List<Signed> signatures) {
    this.signatures = signatures;
  }

  /**
   * Reads one, armoured or not.
   *
   * @param file a whole {@code .asc} file, of any content
   * @return empty if it is none, or one of them is of a kind that can't be judged like this
   */
  public static Optional<DetachedSignature> of(byte[] file) {
    try {
      List<Signed> signatures = new ArrayList<>();
      ByteBuffer packets = ByteBuffer.wrap(withoutArmour(file));
      while (packets.hasRemaining()) {
        Optional<Signed> signature = packet(packets);
        if (signature.isEmpty()) {
          return Optional.empty();
        }
        signatures.add(signature.get());
      }
      return signatures.isEmpty()
          ? Optional.empty()
          : Optional.of(new DetachedSignature(List.copyOf(signatures)));
    } catch (BufferUnderflowException | IllegalArgumentException garbled) {
      return Optional.empty();
    }
  }

  /** Whether one of them was made over these bytes, as far as can be said. */
  public boolean mayBeOf(InputStream in) throws IOException {
    List<MessageDigest> digests = new ArrayList<>();
    for (Signed signature : signatures) {
      MessageDigest digest = signature.hash.newDigest();
      digest.update(signature.salt);
      digests.add(digest);
    }
    byte[] block = new byte[8192];
    for (int count = in.read(block); count >= 0; count = in.read(block)) {
      for (MessageDigest digest : digests) {
        digest.update(block, 0, count);
      }
    }
    for (int i = 0; i < digests.size(); i++) {
      byte[] digest = digests.get(i).digest(signatures.get(i).trailer);
      if ((ByteBuffer.wrap(digest).getShort() & 0xFFFF) == signatures.get(i).prefix) {
        return true;
      }
    }
    return false;
  }

  /** The packets; the checksum of the armour is let be, for whoever verifies them. */
  private static byte[] withoutArmour(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    int begin = text.indexOf(ARMOUR);
    if (begin < 0) {
      return file;
    }
    StringBuilder base64 = new StringBuilder();
    boolean inBody = false;
    for (String line : text.substring(begin + ARMOUR.length()).lines().skip(1).toList()) {
      if (line.startsWith("=") || line.startsWith("-----END")) {
        break;
      } else if (inBody) {
        base64.append(line.strip());
      }
      inBody |= line.isBlank();
    }
    return Base64.getDecoder().decode(base64.toString());
  }

  /** The next packet, which must be a signature of a binary file. */
  private static Optional<Signed> packet(ByteBuffer in) {
    int first = in.get() & 0xFF;
    boolean newFormat = (first & 0xC0) == 0xC0;
    int tag = newFormat ? first & 0x3F : first >> 2 & 0xF;
    int length = newFormat ? newLength(in) : oldLength(in, first & 3);
    if ((first & 0x80) == 0 || length < 0 || tag != PACKET_TAG) {
      return Optional.empty();
    }
    byte[] packet = bytes(in, length);
    return switch (packet.length == 0 ? 0 : packet[0]) {
      case 3 -> version3(packet);
      case 4, 6 -> version4or6(packet);
      default -> Optional.empty();
    };
  }

  /** RFC 9580, section 4.2.1; negative for one of an uncertain length. */
  private static int newLength(ByteBuffer in) {
    int first = in.get() & 0xFF;
    if (first < 192) {
      return first;
    } else if (first < 224) {
      return ((first - 192) << 8) + (in.get() & 0xFF) + 192;
    }
    return first == 255 ? in.getInt() : -1;
  }

  /** RFC 9580, section 4.2.2. */
  private static int oldLength(ByteBuffer in, int type) {
    return switch (type) {
      case 0 -> in.get() & 0xFF;
      case 1 -> in.getShort() & 0xFFFF;
      case 2 -> in.getInt();
      default -> -1;
    };
  }

  /** RFC 9580, sections 5.2.3 and 5.2.4. */
  private static Optional<Signed> version4or6(byte[] packet) {
    ByteBuffer in = ByteBuffer.wrap(packet);
    boolean six = in.get() == 6;
    int type = in.get();
    in.get(); // The algorithm of the key.
    ChecksumType hash = HASHES.get((int) in.get());
    if (type != OF_BINARY || hash == null) {
      return Optional.empty();
    }
    skip(in, six ? in.getInt() : in.getShort() & 0xFFFF);
    byte[] hashed = Arrays.copyOf(packet, in.position());
    skip(in, six ? in.getInt() : in.getShort() & 0xFFFF);
    int prefix = in.getShort() & 0xFFFF;
    byte[] salt = six ? bytes(in, in.get() & 0xFF) : new byte[0];
    ByteBuffer trailer = ByteBuffer.allocate(hashed.length + 6);
    trailer.put(hashed).put(packet[0]).put((byte) 0xFF).putInt(hashed.length);
    return Optional.of(new Signed(hash, salt, trailer.array(), prefix));
  }

  /** RFC 4880, section 5.2.2. */
  private static Optional<Signed> version3(byte[] packet) {
    ByteBuffer in = ByteBuffer.wrap(packet, 1, packet.length - 1);
    int hashedLength = in.get();
    byte[] trailer = bytes(in, 5);
    skip(in, 8 + 1); // Key id and its algorithm.
    ChecksumType hash = HASHES.get((int) in.get());
    if (hashedLength != 5 || trailer[0] != OF_BINARY || hash == null) {
      return Optional.empty();
    }
    return Optional.of(new Signed(hash, new byte[0], trailer, in.getShort() & 0xFFFF));
  }

  private static void skip(ByteBuffer in, int count) {
    bytes(in, count);
  }

  private static byte[] bytes(ByteBuffer in, int count) {
    if (count < 0 || count > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }
}
