package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Goes through an XML document once, from element to element. What isn't asked for is passed over,
 * so unknown elements and attributes don't matter. No DTD, hence no entities but XML's own five; no
 * file or URL is ever opened; what is kept of the document is bounded. Prefixes are not looked at:
 * where repodata uses two namespaces, their local names differ. Not thread-safe.
 */
final class XmlCursor implements AutoCloseable {
  /** Repodata has five levels at most. */
  private static final int MAX_DEPTH = 32;

  /** Of elements, attributes, prefixes and namespaces, all of which parsers keep to the end. */
  private static final int MAX_NAMES = 1_000;

  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private static final String MESSAGE = "Message:";

  private final String file;
  private final InputStream open;
  private final TokenBudget input;
  private final XMLStreamReader reader;
  private final Set<String> names = new HashSet<>();
  private final boolean mayBeTyped;
  private int depth;
  private boolean atStart;

  private XmlCursor(InputStream open, String file, ReadLimits limits, boolean mayBeTyped)
      throws IOException {
    this.mayBeTyped = mayBeTyped;
    this.open = open;
    this.file = file;
    this.input = new TokenBudget(open, file, limits.tokenBytes());
    try {
      this.reader = factory().createXMLStreamReader(characters(input));
    } catch (XMLStreamException e) {
      throw fault(e);
    } catch (CharacterCodingException e) {
      throw new RepodataException(file + ": it is not UTF-8", e);
    }
  }

  /**
   * Goes to the root element of a document that may be compressed.
   *
   * @param in left open
   * @param file names the document in messages
   * @throws RepodataException if it isn't called {@code root}, or there is none
   */
  static XmlCursor open(InputStream in, String file, String root, ReadLimits limits)
      throws IOException {
    return open(in, file, root, limits, false);
  }

  /**
   * The same of a document that may have a document type declaration. Nothing is read of what that
   * names, and no entity that it declares is known.
   *
   * @throws RepodataException as above
   */
  static XmlCursor openTyped(InputStream in, String file, String root, ReadLimits limits)
      throws IOException {
    return open(in, file, root, limits, true);
  }

  private static XmlCursor open(
      InputStream in, String file, String root, ReadLimits limits, boolean mayBeTyped)
      throws IOException {
    InputStream open = Decompression.open(in, file, limits);
    boolean opened = false;
    try {
      XmlCursor cursor = new XmlCursor(open, file, limits, mayBeTyped);
      while (!cursor.atStart) {
        cursor.next();
      }
      if (!cursor.name().equals(root)) {
        throw cursor.fault("the document is a <" + cursor.name() + ">, not a <" + root + ">");
      }
      opened = true;
      return cursor;
    } finally {
      if (!opened) {
        open.close();
      }
    }
  }

  /**
   * Decoded by ourselves, whatever the document declares: repodata is UTF-8 everywhere, and the
   * platform's parser prints to standard error what it finds wrong in its first bytes.
   */
  private static Reader characters(InputStream in) throws IOException {
    CharsetDecoder strict =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    PushbackReader reader = new PushbackReader(new InputStreamReader(in, strict));
    int first = reader.read();
    if (first >= 0 && first != BYTE_ORDER_MARK) {
      reader.unread(first);
    }
    return reader;
  }

  private static XMLInputFactory factory() {
    // The platform's own, whatever a container has on its class path: the limits rely on it.
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    return factory;
  }

  /** How many elements are open; 1 in the root. */
  int depth() {
    return depth;
  }

  /** The local name of the element that was begun last. */
  String name() {
    return reader.getLocalName();
  }

  /**
   * Goes to the next child of the element at that depth; passes over what the caller has left
   * unread of the child before.
   *
   * @return whether there is one; if not, the element has ended
   */
  boolean nextChild(int parent) throws IOException {
    while (depth >= parent) {
      next();
      if (atStart && depth == parent + 1) {
        return true;
      }
    }
    return false;
  }

  /** An attribute of the element that has just begun; null if it isn't there. */
  @Nullable String attribute(String localName) {
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      if (reader.getAttributeLocalName(i).equals(localName)) {
        return reader.getAttributeValue(i);
      }
    }
    return null;
  }

  /**
   * The text of the element that has just begun, without that of elements in it, stripped; ends the
   * element.
   *
   * @throws RepodataException if it is longer than {@code maxChars}
   */
  String text(int maxChars) throws IOException {
    int own = depth;
    String element = name();
    StringBuilder text = new StringBuilder();
    while (depth >= own) {
      int event = next();
      if (depth == own && isText(event)) {
        text.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
        if (text.length() > maxChars) {
          throw fault("<" + element + "> holds more than " + maxChars + " characters");
        }
      }
    }
    return text.toString().strip();
  }

  private static boolean isText(int event) {
    return event == XMLStreamConstants.CHARACTERS
        || event == XMLStreamConstants.CDATA
        || event == XMLStreamConstants.SPACE;
  }

  /** Reads the document to its end, so that what is cut off or damaged there is noticed. */
  void finish() throws IOException {
    while (next() != XMLStreamConstants.END_DOCUMENT) {
      // Comments and spaces.
    }
  }

  private int next() throws IOException {
    input.renew();
    int event;
    try {
      event = reader.next();
    } catch (XMLStreamException e) {
      throw fault(e);
    } catch (RuntimeException e) {
      // The platform's parser throws some for bad input: ArrayIndexOutOfBoundsException and others.
      throw new RepodataException(where() + "it is not well-formed XML", e);
    }
    atStart = event == XMLStreamConstants.START_ELEMENT;
    switch (event) {
      case XMLStreamConstants.START_ELEMENT -> begin();
      case XMLStreamConstants.END_ELEMENT -> depth--;
      case XMLStreamConstants.DTD -> {
        if (!mayBeTyped) {
          throw fault("it has a document type declaration");
        }
      }
      case XMLStreamConstants.ENTITY_REFERENCE ->
          throw fault("it refers to the entity '" + reader.getLocalName() + "'");
      case XMLStreamConstants.PROCESSING_INSTRUCTION -> count(reader.getPITarget());
      default -> {
        // Text, and what nobody asks for.
      }
    }
    return event;
  }

  private void begin() throws RepodataException {
    if (++depth > MAX_DEPTH) {
      throw fault("elements are nested deeper than " + MAX_DEPTH);
    }
    count(reader.getLocalName());
    count(reader.getPrefix());
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      count(reader.getAttributeLocalName(i));
      count(reader.getAttributePrefix(i));
    }
    for (int i = 0; i < reader.getNamespaceCount(); i++) {
      count(reader.getNamespacePrefix(i));
      count(reader.getNamespaceURI(i));
    }
  }

  private void count(@Nullable String name) throws RepodataException {
    if (name != null && names.add(name) && names.size() > MAX_NAMES) {
      throw fault("it has more than " + MAX_NAMES + " different names");
    }
  }

  /** What is wrong at this place. */
  RepodataException fault(String what) {
    return new RepodataException(where() + what);
  }

  private String where() {
    return file + ", line " + Math.max(1, reader.getLocation().getLineNumber()) + ": ";
  }

  /** What the parser's exception means: the stream's own if that failed, else bad XML. */
  private IOException fault(XMLStreamException e) {
    int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNumber());
    if (e.getNestedException() instanceof CharacterCodingException) {
      return new RepodataException(file + ": it is not UTF-8, in or after line " + line, e);
    }
    if (e.getNestedException() instanceof IOException ofStream) {
      return ofStream;
    }
    String message = String.valueOf(e.getMessage());
    // The parser writes its own idea of the place in front.
    int begin = message.indexOf(MESSAGE);
    String reason = (begin < 0 ? message : message.substring(begin + MESSAGE.length())).strip();
    return new RepodataException(
        file + ", line " + line + ": it is not well-formed XML: " + reason, e);
  }

  @Override
  public void close() throws IOException {
    // The parser itself holds nothing but memory.
    open.close();
  }
}
