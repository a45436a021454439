#include "base/diagnostics.h"

#include <gtest/gtest.h>

#include "base/json_reader.h"

namespace roomle_sim {
namespace {

Source source(std::string text, std::string name = "a.json") {
  return std::make_shared<const SourceText>(SourceText{std::move(name), std::move(text)});
}

std::string rendered(const Source& from, std::size_t offset, std::size_t length = 1) {
  Diagnostics diagnostics;
  diagnostics.add({from, offset, length}, "wrong");
  return diagnostics.render();
}

std::string rendered_at(const Source& from, std::string_view word) {
  return rendered(from, from->text.find(word), word.size());
}

TEST(Diagnostics, ShowsThePlaceTheLineACaretAndWhatWasExpected) {
  const Source from = source("{\n  \"id\": nine\n}\n");
  Diagnostics diagnostics;
  diagnostics.add({from, from->text.find("nine"), 4}, "not a number", "a whole number");
  EXPECT_EQ(diagnostics.render(),
            "a.json:2:9: not a number\n"
            "    2 |   \"id\": nine\n"
            "      |         ^~~~\n"
            "      = a whole number\n");
}

TEST(Diagnostics, ShowsAllMistakesInTheOrderOfTheFile) {
  const Source from = source("[1,\ntwo\n");
  Diagnostics diagnostics;
  diagnostics.add({from, 4, 3}, "second");
  diagnostics.add({from, 0, 3}, "first");
  EXPECT_EQ(diagnostics.size(), 2U);
  EXPECT_EQ(diagnostics.render(),
            "a.json:1:1: first\n"
            "    1 | [1,\n"
            "      | ^~~\n"
            "a.json:2:1: second\n"
            "    2 | two\n"
            "      | ^~~\n");
}

TEST(Diagnostics, KeepsTabsSoThatTheCaretStandsBelowItsWord) {
  EXPECT_EQ(rendered_at(source("\t{\"a\":\tbad"), "bad"),
            "a.json:1:8: wrong\n"
            "    1 | \t{\"a\":\tbad\n"
            "      | \t     \t^~~\n");
}

TEST(Diagnostics, CountsCharactersAndNotBytes) {
  EXPECT_EQ(rendered_at(source("{\"Nørdic Møbler\": ærø"), "ærø"),
            "a.json:1:19: wrong\n"
            "    1 | {\"Nørdic Møbler\": ærø\n"
            "      |                   ^~~\n");
}

TEST(Diagnostics, DoesNotCountAByteOrderMark) {
  EXPECT_EQ(rendered_at(source("\xEF\xBB\xBF{ bad"), "bad"),
            "a.json:1:3: wrong\n"
            "    1 | { bad\n"
            "      |   ^~~\n");
}

TEST(Diagnostics, LeavesOutTheCarriageReturnOfWindowsLines) {
  EXPECT_EQ(rendered_at(source("[1,\r\nbad\r\n"), "bad"),
            "a.json:2:1: wrong\n"
            "    2 | bad\n"
            "      | ^~~\n");
}

TEST(Diagnostics, PointsBehindTheEndOfAFile) {
  EXPECT_EQ(rendered(source("[1,"), 3), "a.json:1:4: wrong\n    1 | [1,\n      |    ^\n");
  EXPECT_EQ(rendered(source(""), 0), "a.json:1:1: wrong\n    1 | \n      | ^\n");
  EXPECT_EQ(rendered(source("[1,\n"), 4000), "a.json:2:1: wrong\n    2 | \n      | ^\n");
}

TEST(Diagnostics, EndsTheCaretsWithTheLine) {
  EXPECT_EQ(rendered(source("[b\ncd"), 1, 100), "a.json:1:2: wrong\n    1 | [b\n      |  ^\n");
}

TEST(Diagnostics, CutsALongLineToWholeCharactersAroundTheCaret) {
  std::string letters;
  for (int i = 0; i < 400; ++i) letters += "é";
  for (int shift = 0; shift < 4; ++shift) {
    const std::string text =
        "[" + std::string(static_cast<std::size_t>(shift), 'x') + letters + "bad" + letters;
    const std::string shown = rendered_at(source(text), "bad");
    const std::size_t line = shown.find("    1 | ") + 8;
    const std::string excerpt = shown.substr(line, shown.find('\n', line) - line);
    EXPECT_LE(excerpt.size(), 160U);
    EXPECT_GE(excerpt.size(), 150U);
    // Whole characters alone: every é has both its bytes.
    std::size_t at = 0;
    while (at < excerpt.size()) {
      const bool two = excerpt.compare(at, 2, "é") == 0;
      ASSERT_TRUE(two || (excerpt[at] >= 'a' && excerpt[at] <= 'x')) << "shift " << shift;
      at += two ? 2 : 1;
    }
    // The caret stands below the b.
    const std::size_t caret = shown.find("^~~");
    ASSERT_NE(caret, std::string::npos);
    const std::size_t column = caret - (shown.rfind('\n', caret) + 9);
    std::size_t before = 0;
    for (const char c : excerpt.substr(0, excerpt.find("bad"))) {
      before += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    }
    EXPECT_EQ(column, before);
  }
}

TEST(Diagnostics, ShowsControlCharactersAsQuestionMarks) {
  EXPECT_EQ(rendered_at(source("// \x1b[2J\n\x07 bad", "a\x1b.json"), "bad"),
            "a?.json:2:3: wrong\n"
            "    2 | ? bad\n"
            "      |   ^~~\n");
}

TEST(Diagnostics, NeverShowsTheTextOfASecret) {
  for (const char* text : {R"({"secret": "tooShort", "a": bad})", R"({"secret" : "tooShort" bad})",
                           "{\"secret\":\n  \"tooShort\", bad}", R"({"secret":"tooShort bad)",
                           R"({"secret": "too\"Short" bad})", R"({ bad "secret": "tooShort)"}) {
    const std::string shown = rendered_at(source(text), "bad");
    EXPECT_EQ(shown.find("hort"), std::string::npos) << shown;
  }
  EXPECT_EQ(rendered_at(source(R"({"secret": {"env": "X"}, bad})"), "bad"),
            "a.json:1:26: wrong\n"
            "    1 | {\"secret\": {\"env\": \"X\"}, bad}\n"
            "      |                          ^~~\n")
      << "the name of a variable is none";
  for (const char* text :
       {R"({"secret": {"env": "tooShort"}, bad})", R"({"secret": {"file": "SHORT"}, bad})",
        R"({"secret": {"env" "SHORT"}, bad})", R"({"secret": {"env": {}, "SHORT"}, bad})",
        R"({"secret": ["env", "SHORT"], bad})", R"({"secret": {"env": "A", "SHORT"}, bad})",
        R"({"secret": "SHORT", bad})", R"({"secret": {"env": "SHORT bad})"}) {
    const std::string shown = rendered_at(source(text), "bad");
    EXPECT_EQ(shown.find("hort"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("SHORT"), std::string::npos) << shown;
  }
  // The parser's own words do not tell it either.
  for (const char* text : {R"({"secret" "tooShort"})", R"({"secret": "tooShort)", "\"tooShort\n\"",
                           R"({"secret": "tooShort" "tooShort"})"}) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_json(source(text), diagnostics).has_value());
    for (const Diagnostic& one : diagnostics.all()) {
      EXPECT_EQ(one.expected.find("tooShort"), std::string::npos) << one.expected;
    }
  }
}

// The first line of the excerpt.
std::string line_with(const std::string& text, std::string_view word) {
  const std::string shown = rendered_at(source(text), word);
  const std::size_t start = shown.find(" | ") + 3;
  return shown.substr(start, shown.find('\n', start) - start);
}

TEST(Diagnostics, ShowsWhatIsMuchLikeASecretAsAsterisks) {
  EXPECT_EQ(line_with(R"({"Secret": "abc", "id": bad})", "bad"), R"({"Secret": "***", "id": bad})");
  EXPECT_EQ(line_with(R"({"secert":"abc","id":bad})", "bad"), R"({"secert":"***","id":bad})");
  EXPECT_EQ(line_with(R"({'secret': 'abc', "id": bad})", "bad"), R"({'secret': '***', "id": bad})");
  EXPECT_EQ(line_with(R"({secret: "abc", "id": bad})", "bad"), R"({secret: "***", "id": bad})");
  EXPECT_EQ(line_with(R"({"secret": abc, "id": bad})", "bad"), R"({"secret": ***, "id": bad})");
  EXPECT_EQ(line_with(R"({"secret": [ab, "c", 1], "id": bad})", "bad"),
            R"({"secret": [**, "*", *], "id": bad})");
  EXPECT_EQ(line_with(R"({"secrets": {"of": {"a": "abc"}}, "id": bad})", "bad"),
            R"({"secrets": {"of": {"a": "***"}}, "id": bad})");
  EXPECT_EQ(line_with(R"({"secr\u0065t": "abc", "id": bad})", "bad"),
            R"({"secr\u0065t": "***", "id": bad})");
  EXPECT_EQ(line_with(R"({"secret" "abc", "id": bad})", "bad"), R"({"secret" "***", "id": bad})");
  EXPECT_EQ(line_with(R"({"secret" = "abc", "id": bad})", "bad"),
            R"({"secret" * "***", "id": bad})");
  EXPECT_EQ(line_with("{\"id\": bad} // \"secret\": \"abc\"", "bad"),
            "{\"id\": bad} // \"secret\": \"***\"");
  EXPECT_EQ(line_with(R"({"secret": /* was old */ "abc", "id": bad})", "bad"),
            R"({"secret": /* *** *** */ "***", "id": bad})");
}

TEST(Diagnostics, ShowsAllInCredentialsAsAsterisks) {
  const std::string text =
      "{\"credentials\": [ // ] a comment\n"
      "  {\"apiKey\": \"a]b\", \"serial\": 12, yes: [true]},\n"
      "  loose \"ends\"\n"
      "], \"id\": 17,\n"
      " 'defaultCredential': {\n"
      "  \"x\": nine }, \"label\": \"open\"}";
  EXPECT_EQ(line_with(text, "\"apiKey"), R"(  {"apiKey": "***", "serial": **, yes: [****]},)");
  EXPECT_EQ(line_with(text, "loose"), R"(  ***** "****")");
  EXPECT_EQ(line_with(text, "17"), "], \"id\": 17,");
  EXPECT_EQ(line_with(text, "nine"), R"(  "x": **** }, "label": "open"})");
  EXPECT_EQ(line_with("{\"credentials\": [{]\n,\"id\": 17\n}", "17"), ",\"id\": **")
      << "to the end, where a bracket is missing";
}

TEST(Diagnostics, NeverShowsASecretBehindAQuoteTooFewOrTooMany) {
  for (const char* text :
       {R"({"id: 5, "secret": "hunter2", bad})", R"({"a": """, "secert": "hunter2" bad})",
        R"({"secret": "hunter2, "id": bad})", R"({"secret": hun,ter2, bad})",
        R"({"secret": my hunter2 bad})", R"({"secret": "x": "hunter2" bad})",
        "{\"secret\": \"x\nhunter2\", \"id\": bad}", "{\"webhook\": http://a/*, bad\n}",
        R"({secret: 'hunter2 bad})", R"({secret: //hunter2 bad})"}) {
    const std::string shown = rendered_at(source(text), "bad");
    EXPECT_EQ(shown.find("ter2"), std::string::npos) << shown;
  }
}

TEST(Diagnostics, NeverShowsWhatAUrlGivesAway) {
  EXPECT_EQ(rendered(source(R"({"webhook": "http://u:p@h x/?lang=de&token=abcd"})"), 12, 36),
            "a.json:1:13: wrong\n"
            "    1 | {\"webhook\": \"http://***@h x/?lang=de&token=****\"}\n"
            "      |             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

TEST(Diagnostics, NeverShowsWhatAUrlGivesAwayInAnotherSpelling) {
  EXPECT_EQ(line_with(R"(["ftp://h/?a=1\u0026token=abcd", bad])", "bad"),
            R"(["ftp://h/?a=1\u0026token=****", bad])");
  EXPECT_EQ(line_with(R"(["http:\/\/user:ab\"c@h/", bad])", "bad"),
            R"(["http:\/\/**********@h/", bad])");
  EXPECT_EQ(line_with(R"(["say \"hi\": a@b ?x=1\n", bad])", "bad"),
            R"(["say \"hi\": a@b ?x=1\n", bad])");
  EXPECT_EQ(line_with(R"(["http://user:pa/ss@127.0.0.1/", bad])", "bad"),
            R"(["http://**********@127.0.0.1/", bad])");
}

TEST(Diagnostics, NeverShowsWhatAUrlGivesAwayBehindAQuoteTooFewOrTooMany) {
  for (const char* text : {R"({"webhook": http://u:hunter2@h/", bad})",
                           R"({"a": "b"", "url": "http://u:hunter2@h/", bad})",
                           R"({"webhook": https://h/?key=hunter2, bad})"}) {
    EXPECT_EQ(rendered_at(source(text), "bad").find("hunter"), std::string::npos) << text;
  }
}

TEST(Diagnostics, NeverShowsARowOfATableWithASecret) {
  for (const char* text :
       {R"({"columns": ["secret", "secret"], "rows": [["hunter2", "x"]], bad})",
        R"({"columns": ["who", "db_password"], "rows": [["x" "hunter2"]], bad})",
        R"({"rows": [["x", {"a": ["hunter2"]}]], "columns": ["db_\u0070assword"], bad})",
        R"({"columns": ["credential"], "rows": [[hunter2], ["x" /* hunter2 */]], bad})",
        R"({"column": ["secret"], "row": [["hunter2"]], bad})",
        R"({"columns": "secret", "rows": "x", "hunter2", bad})",
        R"({"columns" ["secret"], "rows" [["hunter2"]], bad})",
        R"({"columns": ["secret"], ""rows": [["hunter2", "x"]], bad})",
        R"({"columns": ["secret], "rows": [["hunter2"]], bad})",
        R"({"columns": ["secret"], "rows": [["hunter2, "x"]], bad})"}) {
    EXPECT_EQ(rendered_at(source(text), "bad").find("hunter"), std::string::npos) << text;
  }
  for (const std::string line :
       {R"({"columns": ["who"], "rows": [["x", 1]], "passwords": [], "id": bad})",
        R"({"columns": ["who"], "note": "secret", "rows": [["x", 1]], bad})"}) {
    EXPECT_EQ(line_with(line, "bad"), line);
  }
  EXPECT_EQ(line_with(R"({"columns": ["secret"], "rows": [["abc"]], "id": 1, bad})", "bad"),
            R"({"columns": ["secret"], "rows": [["***"]], "id": 1, bad})");
}

TEST(Diagnostics, HidesWhatItIsToldToHide) {
  const Source from = source("[1, \"HUSH\"]");
  Diagnostics diagnostics;
  diagnostics.add({from, 1, 1}, "wrong");
  diagnostics.hide({from, 4, 6});
  diagnostics.hide({from, 400, 6});
  EXPECT_EQ(diagnostics.render(),
            "a.json:1:2: wrong\n"
            "    1 | [1, ******]\n"
            "      |  ^\n");
}

TEST(Diagnostics, ShowsOtherMembersAsTheyAre) {
  for (const std::string line :
       {R"({"label": "secret", "id": bad})", R"({"server": "x", "event": "y", 'select': bad})",
        R"({"headers": ["a", 1], "sender": bad})"}) {
    EXPECT_EQ(line_with(line, "bad"), line);
  }
}

TEST(Diagnostics, TheParsersWordsDoNotTellASecret) {
  for (const char* text :
       {R"({"secret": hunter2})", R"({"secret": 4711 "x"})", R"({"secret": "'; expected hunter2)",
        R"({'secret': 'hunter2'})", R"({"secret": 4711x})", R"({"secret": truehunter2})"}) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_json(source(text), diagnostics).has_value());
    const std::string shown = diagnostics.render();
    EXPECT_EQ(shown.find("hunter"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("4711"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("last read"), std::string::npos) << shown;
  }
}

// It may be the secret itself: two files of a command line changed places.
TEST(Diagnostics, ShowsAWordOfJsonThatIsTheWholeFile) {
  EXPECT_NE(rendered(source("null"), 0, 4).find("1 | null\n"), std::string::npos);
  EXPECT_NE(rendered(source(" true\n"), 1, 4).find("1 |  true\n"), std::string::npos);
  EXPECT_NE(rendered(source("nul"), 0, 3).find("1 | ***\n"), std::string::npos);
}

TEST(Diagnostics, QuotesNothingOfAFileThatIsNoJson) {
  for (const char* text : {"hunter2-hunter2\n", "\xEF\xBB\xBF  hunter2: bad", "4711hunter2",
                           "\"hunter2\" x", "truehunter2"}) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_json(source(text), diagnostics).has_value());
    const std::string shown = diagnostics.render();
    EXPECT_NE(shown.find("**"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("unter"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("4711"), std::string::npos) << shown;
  }
}

TEST(DidYouMean, FindsTheNearestWordWithoutRegardToCase) {
  const std::vector<std::string_view> words{"webhook", "apiKey", "label"};
  EXPECT_EQ(did_you_mean("webhok", words), " (did you mean 'webhook'?)");
  EXPECT_EQ(did_you_mean("APIKEY", words), " (did you mean 'apiKey'?)");
  EXPECT_EQ(did_you_mean("lable", {"table", "label"}), " (did you mean 'table'?)");
  EXPECT_EQ(closest("webhooks", words), "webhook");
}

TEST(DidYouMean, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(did_you_mean("timeout", {"label", "apiKey"}), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
  EXPECT_EQ(did_you_mean("-v", {"-h", "-j"}), "") << "of short words each is like any other";
  EXPECT_EQ(did_you_mean("", {"label"}), "");
}

}  // namespace
}  // namespace roomle_sim
