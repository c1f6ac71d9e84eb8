package org.instantmirror.signature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes a sequence of OpenPGP packets apart (RFC 9580, section 4.2) without looking into them, so
 * that each is judged by itself, and none claims more bytes than there are.
 */
final class Packets {

  /** Of a detached signature. */
  static final int SIGNATURE = 2;

  /** With which a transferable public key begins. */
  static final int PUBLIC_KEY = 6;

  /** To be ignored, wherever it stands. */
  static final int MARKER = 10;

  /** More than any key that people use has. */
  private static final int MOST = 20_000;

  private Packets() {}

  /**
   * A packet.
   *
   * @param bytes with its header; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Packet(int tag, byte[] bytes) {}

  /**
   * All of them, markers excepted.
   *
   * @throws OpenPgpException if the bytes aren't packets, or too many
   */
  static List<Packet> of(byte[] bytes) throws OpenPgpException {
    List<Packet> packets = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      Header header = Header.at(bytes, at);
      int end = header.end(bytes.length);
      if (header.tag != MARKER) {
        packets.add(new Packet(header.tag, Arrays.copyOfRange(bytes, at, end)));
      }
      if (packets.size() > MOST) {
        throw new OpenPgpException("it holds more than " + MOST + " packets");
      }
      at = end;
    }
    return packets;
  }

  /**
   * What a packet begins with.
   *
   * @param body where its body begins
   * @param length of the body
   */
  private record Header(int tag, int body, long length) {

    static Header at(byte[] bytes, int at) throws OpenPgpException {
      int first = bytes[at] & 0xFF;
      if ((first & 0x80) == 0) {
        throw new OpenPgpException("it isn't made of OpenPGP packets");
      }
      return (first & 0x40) != 0
          ? ofNewFormat(first & 0x3F, bytes, at + 1)
          : ofOldFormat(first, bytes, at + 1);
    }

    private static Header ofNewFormat(int tag, byte[] bytes, int at) throws OpenPgpException {
      int first = (int) number(bytes, at, 1);
      if (first < 192) {
        return new Header(tag, at + 1, first);
      } else if (first < 224) {
        return new Header(tag, at + 2, number(bytes, at, 2) - (192 << 8) + 192);
      } else if (first == 255) {
        return new Header(tag, at + 5, number(bytes, at + 1, 4));
      }
      // Allowed for data only.
      throw new OpenPgpException("a packet has no certain length");
    }

    private static Header ofOldFormat(int first, byte[] bytes, int at) throws OpenPgpException {
      int lengthType = first & 3;
      if (lengthType == 3) {
        throw new OpenPgpException("a packet has no certain length");
      }
      int size = 1 << lengthType;
      return new Header((first >> 2) & 0xF, at + size, number(bytes, at, size));
    }

    private static long number(byte[] bytes, int at, int size) throws OpenPgpException {
      if (at + size > bytes.length) {
        throw new OpenPgpException("it ends in the middle of a packet");
      }
      long number = 0;
      for (int i = at; i < at + size; i++) {
        number = (number << 8) | (bytes[i] & 0xFF);
      }
      return number;
    }

    int end(int limit) throws OpenPgpException {
      if (body + length > limit) {
        throw new OpenPgpException("it ends in the middle of a packet");
      }
      return (int) (body + length);
    }
  }
}
