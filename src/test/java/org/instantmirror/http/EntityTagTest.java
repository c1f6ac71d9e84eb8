package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 8.8.3. */
class EntityTagTest {

  @Test
  void strongTagIsParsed() {
    assertThat(EntityTag.parse(" \"5f3-abc\"\t")).contains(new EntityTag("5f3-abc", false));
  }

  @Test
  void weakTagIsParsed() {
    assertThat(EntityTag.parse("W/\"5f3\"")).contains(new EntityTag("5f3", true));
  }

  @Test
  void emptyOpaqueTagIsATag() {
    assertThat(EntityTag.parse("\"\"")).contains(new EntityTag("", false));
  }

  @Test
  void absentFieldIsNoTag() {
    assertThat(EntityTag.parse(null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "*",
        "abc",
        "\"",
        "\"abc",
        "abc\"",
        "'abc'",
        "w/\"abc\"",
        "W\"abc\"",
        "W/abc",
        "W/",
        "W/ \"abc\"",
        "\"a\"b\"",
        "\"a b\"",
        "\"a\tb\"",
        "\"a\u007fb\"",
        "\"a\", \"b\"",
        "\"a\"-gzip",
        "Sun, 06 Nov 1994 08:49:37 GMT"
      })
  void anythingElseIsNoTag(String field) {
    assertThat(EntityTag.parse(field)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        // From the table of section 8.8.3.2.
        "W/\"1\", W/\"1\", false, true",
        "W/\"1\", W/\"2\", false, false",
        "W/\"1\", \"1\",   false, true",
        "\"1\",   W/\"1\", false, true",
        "\"1\",   \"1\",   true,  true",
        "\"1\",   \"2\",   false, false",
        "\"a\",   \"A\",   false, false",
      })
  void tagsAreComparedAsTheTableSays(String one, String other, boolean strong, boolean weak) {
    EntityTag left = EntityTag.parse(one).orElseThrow();
    EntityTag right = EntityTag.parse(other).orElseThrow();
    assertThat(left.strongMatches(right)).isEqualTo(strong);
    assertThat(left.weakMatches(right)).isEqualTo(weak);
  }

  @Test
  void listKeepsTheOrderAndCommasWithinQuotes() {
    assertThat(EntityTag.parseList(" \"a,b\",W/\"c\" ,, \t\"\\\"  , \"a,b\""))
        .containsExactly(
            new EntityTag("a,b", false),
            new EntityTag("c", true),
            new EntityTag("\\", false),
            new EntityTag("a,b", false));
  }

  @Test
  void malformedMembersDoNotHideTheOthers() {
    assertThat(EntityTag.parseList("abc, \"1\", w/\"x\", \"a b\", \"2\"-gzip, W/\"3\", \"open"))
        .containsExactly(new EntityTag("1", false), new EntityTag("3", true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ",", " , ,\t", "*", "abc", "\"", "W/"})
  void listWithoutTagsIsEmpty(String field) {
    assertThat(EntityTag.parseList(field)).isEmpty();
  }

  @Property
  void fieldValueParsesBack(@ForAll("tags") EntityTag tag) {
    assertThat(EntityTag.parse(tag.toString())).contains(tag);
  }

  @Property
  void joinedTagsParseBack(@ForAll("tagLists") List<EntityTag> tags) {
    String field = tags.stream().map(EntityTag::toString).collect(Collectors.joining(", "));
    assertThat(EntityTag.parseList(field)).isEqualTo(tags);
  }

  @Property
  void noFieldMakesTheParserFail(@ForAll("noise") String field) {
    EntityTag.parse(field).ifPresent(tag -> assertThat(tag.toString()).isEqualTo(field.strip()));
    assertThat(EntityTag.parseList(field)).allMatch(tag -> field.contains(tag.toString()));
  }

  @Provide
  Arbitrary<EntityTag> tags() {
    Arbitrary<String> opaque =
        Arbitraries.strings()
            .withChars('!')
            .withCharRange('#', '~')
            .withCharRange('\u0080', '\u00ff');
    return Combinators.combine(opaque, Arbitraries.of(true, false)).as(EntityTag::new);
  }

  @Provide
  Arbitrary<List<EntityTag>> tagLists() {
    return tags().list().ofMaxSize(8);
  }

  @Provide
  Arbitrary<String> noise() {
    return Arbitraries.strings().withChars("W/\"\", \tab*\\").ofMaxLength(24);
  }
}
