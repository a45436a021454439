#include "base/json_reader.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/random.h"

namespace roomle_sim {
namespace {

Source json_source(std::string text) {
  return std::make_shared<const SourceText>(SourceText{"a.json", std::move(text)});
}

JsonNode parsed(const std::string& text) {
  Diagnostics diagnostics;
  std::optional<JsonNode> node = parse_json(json_source(text), diagnostics);
  EXPECT_TRUE(node.has_value()) << diagnostics.render();
  return node.value_or(JsonNode{});
}

// "line:column: message", the first that the text is refused with.
std::string json_refusal(const std::string& text) {
  Diagnostics diagnostics;
  if (parse_json(json_source(text), diagnostics) && diagnostics.empty()) return "accepted";
  EXPECT_EQ(diagnostics.size(), 1U);
  const Diagnostic& one = diagnostics.all().at(0);
  return describe(one.where).substr(7) + ": " + one.message;
}

std::string place(const JsonNode* node) {
  return node == nullptr ? "none" : describe(node->where).substr(7);
}

std::string covered(const JsonNode& node) {
  return node.where.source->text.substr(node.where.offset, node.where.length);
}

TEST(ParseJson, RemembersWhereEachValueStands) {
  const JsonNode root = parsed("{ \"a\": 1,\n  \"b\": [ true, null,\n    -2.5e1 ], \"c\": {} }");
  EXPECT_EQ(place(&root), "1:1");
  EXPECT_EQ(place(root.find("a")), "1:8");
  const JsonNode* list = root.find("b");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(place(list), "2:8");
  ASSERT_EQ(list->items.size(), 3U);
  EXPECT_EQ(place(&list->items[0]), "2:10");
  EXPECT_EQ(place(&list->items[1]), "2:16");
  EXPECT_EQ(place(&list->items[2]), "3:5");
  EXPECT_EQ(covered(list->items[2]), "-2.5e1");
  EXPECT_EQ(place(root.find("c")), "3:20");
  EXPECT_EQ(describe(root.members[1].name_where), "a.json:2:3");
}

TEST(ParseJson, KeepsPlacesBehindComments) {
  const JsonNode root = parsed(
      "// \"a\": 0, {\n{ /* { \"x\": */ \"a\"/**/:/**/1//\n, \"b\" // b:\n : [/*]*/2/**/,3]}");
  EXPECT_EQ(place(root.find("a")), "2:28");
  EXPECT_EQ(covered(*root.find("a")), "1");
  EXPECT_EQ(place(root.find("b")), "4:4");
  EXPECT_EQ(place(&root.find("b")->items.at(0)), "4:10");
  EXPECT_EQ(place(&root.find("b")->items.at(1)), "4:16");
}

TEST(ParseJson, KeepsPlacesBehindEscapesAndPunctuationInStrings) {
  const JsonNode root = parsed(R"({"a\"]},:": "\\\"{[//", "b": "\u00e9\n", "c": 3})");
  ASSERT_NE(root.find("a\"]},:"), nullptr);
  EXPECT_EQ(root.find("a\"]},:")->string, "\\\"{[//");
  EXPECT_EQ(root.find("b")->string, "é\n");
  EXPECT_EQ(covered(*root.find("b")), R"("\u00e9\n")");
  EXPECT_EQ(covered(*root.find("c")), "3");
}

TEST(ParseJson, CountsColumnsInCharacters) {
  const JsonNode root = parsed(R"({"ø": "é😀", "b": 1})");
  EXPECT_EQ(place(root.find("ø")), "1:7");
  EXPECT_EQ(place(root.find("b")), "1:18");
}

TEST(ParseJson, SkipsAByteOrderMark) {
  const JsonNode root = parsed("\xEF\xBB\xBF{\"a\": 1}");
  EXPECT_EQ(place(&root), "1:1");
  EXPECT_EQ(place(root.find("a")), "1:7");
}

TEST(ParseJson, TellsWholeNumbersFromOthers) {
  const JsonNode root = parsed("[1, -9223372036854775808, 9223372036854775808, 1.0, 1e2]");
  EXPECT_EQ(root.items[0].integer, 1);
  EXPECT_EQ(root.items[1].integer, INT64_MIN);
  EXPECT_TRUE(root.items[2].is(JsonNode::Kind::number));
  EXPECT_TRUE(root.items[3].is(JsonNode::Kind::number));
  EXPECT_DOUBLE_EQ(root.items[4].number, 100);
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  EXPECT_EQ(json_refusal("name: acme"), "1:2: not JSON: a syntax error");
  EXPECT_EQ(json_refusal("{\"a\": 1,\n}"), "2:1: not JSON: a syntax error");
  EXPECT_EQ(json_refusal("[1, 2,]"), "1:7: not JSON: a syntax error");
  EXPECT_EQ(json_refusal("{} {}"), "1:4: not JSON: a syntax error");
  EXPECT_EQ(json_refusal("{'a': 1}"), "1:2: not JSON: a syntax error");
  EXPECT_EQ(json_refusal("[1e999]"), "1:6: not JSON: a syntax error");
  EXPECT_EQ(json_refusal("\"\xC3\x28\""), "1:3: not JSON: a syntax error");
  EXPECT_EQ(json_refusal(std::string("{}\0{}", 5)), "1:3: not JSON: a NUL byte");
}

TEST(ParseJson, TellsThatAFileWasCut) {
  EXPECT_EQ(json_refusal(""), "1:1: not JSON: the file ends too early");
  EXPECT_EQ(json_refusal("// nothing\n"), "2:1: not JSON: the file ends too early");
  EXPECT_EQ(json_refusal("{\"a\": [1, 2"), "1:12: not JSON: the file ends too early");
  EXPECT_EQ(json_refusal("{\"a\": \"b"), "1:9: not JSON: the file ends too early");
  EXPECT_EQ(json_refusal("\xEF\xBB\xBF"), "1:1: not JSON: the file ends too early");
}

TEST(ParseJson, RefusesAMemberThatStandsTwice) {
  EXPECT_EQ(json_refusal("{\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}"),
            "3:2: the member 'a' stands here a second time");
  Diagnostics diagnostics;
  const auto tree =
      parse_json(json_source("{\"a\": 1, \"a\": {\"b\": 2}, \"c\": 3, \"c\": 4}"), diagnostics);
  EXPECT_EQ(diagnostics.size(), 2U) << "the others are told, too";
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find("a")->integer, 1);
  std::string many = "{\"a\": 1";
  for (int i = 0; i < 1000; ++i) many += ", \"a\": 1";
  Diagnostics bounded;
  EXPECT_FALSE(parse_json(json_source(many + "}"), bounded));
  EXPECT_EQ(bounded.size(), 20U);
}

TEST(ParseJson, RefusesDeepNestingWithoutDeepRecursion) {
  const std::string fine = std::string(200, '[') + std::string(200, ']');
  parsed(fine);
  EXPECT_EQ(json_refusal(std::string(1'000'000, '[')), "1:201: nested more than 200 deep");
}

TEST(ParseJson, GivesTheSameTreeAsTheLibrary) {
  const std::string text = R"({"z": [1, 2.5, "x", {"y": null}], "a": {"b": [[], {}]}, "t": true})";
  EXPECT_EQ(parsed(text).to_json(), nlohmann::ordered_json::parse(text));
  EXPECT_EQ(parsed(text).to_json().dump(), nlohmann::ordered_json::parse(text).dump());
}

std::string mutated(std::string text, Random& random) {
  static const std::string kPieces = "{}[]\",:/\\*\n 0e-.tnfu\xC3\xEF\xF0";
  const std::uint64_t edits = random.between(1, 4);
  for (std::uint64_t edit = 0; edit < edits && !text.empty(); ++edit) {
    const std::size_t at = random.between(0, text.size() - 1);
    const char piece = kPieces[random.between(0, kPieces.size() - 1)];
    switch (random.between(0, 4)) {
      case 0:
        text[at] = piece;
        break;
      case 1:
        text.insert(at, 1, piece);
        break;
      case 2:
        text.erase(at, random.between(1, 5));
        break;
      case 3:
        text.insert(at, text.substr(at, random.between(1, 20)));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

void expect_places_inside(const JsonNode& node, const std::string& text) {
  ASSERT_LE(node.where.offset + node.where.length, text.size());
  if (node.is(JsonNode::Kind::string)) {
    ASSERT_EQ(text[node.where.offset], '"');
    ASSERT_EQ(text[node.where.offset + node.where.length - 1], '"');
  }
  if (node.is(JsonNode::Kind::object)) {
    ASSERT_EQ(text[node.where.offset], '{');
  }
  if (node.is(JsonNode::Kind::array)) {
    ASSERT_EQ(text[node.where.offset], '[');
  }
  for (const JsonNode& item : node.items) expect_places_inside(item, text);
  for (const JsonNode::Member& member : node.members) {
    ASSERT_EQ(text[member.name_where.offset], '"');
    expect_places_inside(member.value, text);
  }
}

// Whatever is done to a file, it is read with every place right, or refused with one.
TEST(ParseJson, SurvivesTenThousandMutations) {
  const std::string text =
      "\xEF\xBB\xBF// a tenants file\n{ \"tenants\": [ { \"id\": 42, \"name\": \"Nørdic "
      "\\\"x\\\"\",\n"
      "  /* ours */ \"simulator\": { \"retry\": [\"5s\", 1.5e3, -0, null], \"b\": false } } ],\n"
      "  \"secret\": \"a-Secr3t\\u00e9\" }\n";
  const std::uint64_t seed = 4711;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  int accepted = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string changed = mutated(text, random);
    SCOPED_TRACE(testing::Message() << "round " << i << ": " << changed);
    const Source from = json_source(changed);
    Diagnostics diagnostics;
    const std::optional<JsonNode> node = parse_json(from, diagnostics);
    ASSERT_TRUE(node || !diagnostics.empty());
    if (node) {
      if (diagnostics.empty()) ++accepted;
      ASSERT_NO_FATAL_FAILURE(expect_places_inside(*node, changed));
    } else {
      ASSERT_FALSE(diagnostics.render().empty());
    }
  }
  EXPECT_GT(accepted, 100);
}

struct Read {
  explicit Read(const std::string& text) : node(parsed(text)) {}
  [[nodiscard]] std::string first() const {
    if (diagnostics.empty()) return "none";
    const Diagnostic& one = diagnostics.all().front();
    return one.message + (one.expected.empty() ? "" : " | " + one.expected);
  }
  JsonNode node;
  Diagnostics diagnostics;
};

TEST(Readers, RefuseAnotherKind) {
  Read number("5");
  EXPECT_FALSE(read_string(number.node, number.diagnostics).has_value());
  EXPECT_EQ(number.first(), "a number stands where a string is expected");
  Read text("\"true\"");
  EXPECT_FALSE(read_boolean(text.node, text.diagnostics).has_value());
  EXPECT_EQ(text.first(), "a string stands where true or false is expected");
  Read list("[]");
  EXPECT_FALSE(read_number(list.node, list.diagnostics, 0, 1).has_value());
  EXPECT_EQ(list.first(), "an array stands where a number is expected");
  Read fraction("1.5");
  EXPECT_FALSE(read_integer(fraction.node, fraction.diagnostics, 0, 9).has_value());
  EXPECT_EQ(fraction.first(), "a number stands where a whole number is expected");
}

TEST(Readers, RefuseNumbersOutOfRange) {
  Read high("10");
  EXPECT_FALSE(read_integer(high.node, high.diagnostics, 0, 9).has_value());
  EXPECT_EQ(high.first(), "10 is out of range | a whole number from 0 to 9");
  Read low("-0.5");
  EXPECT_FALSE(read_number(low.node, low.diagnostics, 0, 1).has_value());
  EXPECT_EQ(low.first(), "-0.5 is out of range | a number from 0 to 1");
  Read past("99999999999999999999999");
  EXPECT_FALSE(read_integer(past.node, past.diagnostics, 0, 9).has_value());
  EXPECT_EQ(past.first(), "1e+23 is out of range | a whole number from 0 to 9");
  Read below("-9223372036854775809");
  EXPECT_FALSE(read_integer(below.node, below.diagnostics, 0, 9).has_value());
  EXPECT_NE(below.first().find("is out of range"), std::string::npos);
  Read edge("9");
  EXPECT_EQ(read_integer(edge.node, edge.diagnostics, 0, 9), 9);
}

TEST(Readers, RefuseADurationWithoutUnit) {
  Read bare("10");
  EXPECT_FALSE(read_duration(bare.node, bare.diagnostics).has_value());
  EXPECT_EQ(bare.first(),
            "a bare number is no duration: its unit is missing | a text with a unit, such as "
            "\"10s\" or \"10ms\"");
  Read text("\"10\"");
  EXPECT_FALSE(read_duration(text.node, text.diagnostics).has_value());
  EXPECT_EQ(text.first(),
            "'10' is not a duration: its unit is missing (write for example 500ms, 2s, 1m or "
            "1h30m)");
}

TEST(Readers, SuggestTheNearestWord) {
  Read word("\"prefxi\"");
  EXPECT_FALSE(read_word(word.node, word.diagnostics, {"prefix", "zero"}).has_value());
  EXPECT_EQ(word.first(),
            "'prefxi' is not known here (did you mean 'prefix'?) | one of: prefix, zero");
}

TEST(ObjectReader, ReportsMissingAndUnknownMembersTogether) {
  Read read(R"({"lable": "x", "active": "yes"})");
  ObjectReader reader(read.node, read.diagnostics, "a tenant");
  std::string label = "kept";
  bool active = true;
  EXPECT_EQ(reader.required("id"), nullptr);
  EXPECT_FALSE(reader.read("label", label));
  EXPECT_FALSE(reader.read("active", active));
  reader.finish();
  EXPECT_EQ(label, "kept");
  EXPECT_TRUE(active);
  ASSERT_EQ(read.diagnostics.size(), 3U);
  EXPECT_EQ(read.diagnostics.all()[0].message, "a tenant needs the member 'id'");
  EXPECT_EQ(read.diagnostics.all()[1].message, "a string stands where true or false is expected");
  EXPECT_EQ(read.diagnostics.all()[2].message,
            "a tenant has no member 'lable' (did you mean 'label'?)");
  EXPECT_EQ(read.diagnostics.all()[2].expected, "one of: id, label, active");
}

TEST(ObjectReader, ReportsANodeThatIsNoObjectOnceAndThenFindsNothing) {
  Read read("[1]");
  ObjectReader reader(read.node, read.diagnostics, "a tenant");
  EXPECT_FALSE(reader.is_object());
  EXPECT_EQ(reader.required("id"), nullptr);
  reader.finish();
  EXPECT_EQ(read.diagnostics.size(), 1U);
  EXPECT_EQ(read.first(), "an array stands where a tenant (an object) is expected");
}

TEST(ObjectReader, LetsNamesPassThatAnotherReaderTakes) {
  Read read(R"({"steps": 1, "timeout": "2s"})");
  ObjectReader reader(read.node, read.diagnostics, "a scenario");
  Duration timeout{};
  reader.allow({"steps"});
  EXPECT_TRUE(reader.read("timeout", timeout));
  reader.finish();
  EXPECT_EQ(timeout, std::chrono::seconds(2));
  EXPECT_EQ(read.first(), "none");
}

}  // namespace
}  // namespace roomle_sim
