// The JSON Schema of scenario files against the reader: what one takes the other takes, and each
// knows every member that the other knows.
#include <filesystem>
#include <functional>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "base/random.h"
#include "endpoint/received.h"
#include "scenarios/first_scenario.h"
#include "scenarios/scenario_schema.h"
#include "sender/catalogue.h"
#include "sender/delivery.h"
#include "tenants/retry_policy.h"
#include "tenants/token_settings.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/json_schema.h"
#include "tests/support/process.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using test::SchemaCheck;
using testing::IsEmpty;
using testing::Not;

const std::string kSchemaFixtures = FIXTURES_DIR;

const Json& schema() {
  static const Json kSchema = json_from(scenario_schema_text());
  return kSchema;
}

std::vector<std::string> problems_of(const Json& scenario) {
  static const SchemaCheck kCheck(schema());
  return kCheck.problems(schema(), scenario);
}

Json read(const std::string& path) {
  const Result<Source> source = read_source(path);
  Diagnostics diagnostics;
  const auto node = source ? parse_json(*source, diagnostics) : std::nullopt;
  EXPECT_TRUE(node) << path;
  return node ? node->to_json() : Json();
}

std::vector<std::string> scenarios() {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(kSchemaFixtures + "/scenarios")) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(ScenarioSchema, TakesEveryFixtureAndTheFirstScenario) {
  for (const std::string& file : scenarios()) {
    EXPECT_THAT(problems_of(read(file)), IsEmpty()) << file;
  }
  const TemporaryFolder folder;
  const std::string first = folder.path() + "/first.json";
  ASSERT_FALSE(write_first_scenario(first).has_value());
  EXPECT_THAT(problems_of(read(first)), IsEmpty());
}

TEST(ScenarioSchema, RefusesTheFixturesThatAreWrongByForm) {
  for (const char* name :
       {"bare-number-duration", "case-rows", "cases", "repeat-and-include", "steps",
        "unknown-event", "unknown-member", "unknown-words", "variables", "wrong-type"}) {
    EXPECT_THAT(problems_of(read(kSchemaFixtures + "/bad-scenarios/" + name + ".json")),
                Not(IsEmpty()))
        << name;
  }
}

TEST(FirstScenario, PassesAsItStands) {
  const auto cases = test::parse_all(std::string(first_scenario_text()));
  ASSERT_TRUE(cases) << cases.error().message;
  EXPECT_EQ(cases->size(), 2U);
  for (const Scenario& one : *cases) {
    const ScenarioResult result = run_scenario(one, {});
    EXPECT_EQ(result.state, ScenarioResult::State::passed) << test::differences_of(result);
  }
}

TEST(FirstScenario, IsNeverWrittenOverAFile) {
  const TemporaryFolder folder;
  const std::string path = folder.file("mine.json", "mine");
  const auto error = write_first_scenario(path);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, ErrorCode::unavailable);
  EXPECT_EQ((*read_source(path))->text, "mine");
  EXPECT_TRUE(write_first_scenario(folder.path() + "/none/x.json").has_value());
}

// Goes through all that the schema describes, and builds for each object of it a scenario in which
// it stands.
class Walk {
 public:
  // Gives the whole scenario with `value` in the place that is looked at.
  using Place = std::function<Json(Json value)>;

  struct Object {
    std::string at;
    std::set<std::string> members;
    Json scenario;  // in which it has a member "zzz"
  };

  Walk() : check_(schema()) {
    visit(schema(), "$", [](Json value) {
      Json whole{{"name", "n"},
                 {"tenants", {{{"id", 1}}}},
                 {"steps", {{{"send", "email.savedConfiguration"}}}}};
      whole.update(value);
      return whole;
    });
  }

  std::vector<Object> objects;
  std::vector<std::string> without_description;

 private:
  void visit(const Json& node, const std::string& at, const Place& place) {
    if (node.contains("$ref")) {
      const std::string ref = node["$ref"];
      if (seen_.insert(ref).second) visit(check_.resolve(node), ref, place);
    }
    for (const char* keyword : {"anyOf", "allOf", "oneOf"}) {
      for (const Json& one : node.value(keyword, Json::array())) visit(one, at, place);
    }
    if (node.contains("properties")) visit_object(node, at, place);
    if (node.contains("items")) {
      visit(node["items"], at + "[]", [&](Json value) {
        Json list = Json::array();
        // What is expected or captured stands behind a send.
        if (at == "$.steps") list.push_back({{"send", "email.savedConfiguration"}});
        list.push_back(std::move(value));
        return place(list);
      });
    }
    const auto others = node.find("additionalProperties");
    if (others != node.end() && others->is_object()) {
      const bool pointers =
          json_text(node.value("propertyNames", Json::object())).find("^/") != std::string::npos;
      visit(*others, at + ".*", [&](Json value) {
        return place(Json{{pointers ? "/x" : "x", std::move(value)}});
      });
    }
  }

  void visit_object(const Json& node, const std::string& at, const Place& place) {
    Json required = Json::object();
    for (const Json& name : node.value("required", Json::array())) {
      required[name.get<std::string>()] = sample(node["properties"].at(name.get<std::string>()));
    }
    Object object{at, {}, {}};
    for (const auto& [name, member] : node["properties"].items()) {
      object.members.insert(name);
      if (member.value("description", "").empty()) without_description.push_back(at + "." + name);
    }
    Json probe = required;
    probe["zzz"] = 1;
    object.scenario = place(probe);
    objects.push_back(std::move(object));
    for (const auto& [name, member] : node["properties"].items()) {
      visit(member, at + "." + name, [&, key = name](Json value) {
        Json whole = required;
        whole[key] = std::move(value);
        return place(whole);
      });
    }
  }

  // Some value that the schema takes.
  Json sample(const Json& node) const {
    static const Json kCandidates = Json::parse(R"([
        "email.savedConfiguration", "00112233445566778899aabbccddeeff", "name", "1s", "/outcome", 1,
        300, true, ["name"], [[1]], [{"send": "email.savedConfiguration"}], {"outcome": "mailed"},
        {"x": "/outcome"}])");
    for (const Json& one : kCandidates) {
      if (check_.problems(node, one).empty()) return one;
    }
    ADD_FAILURE() << "no sample fits " << json_text(node);
    return nullptr;
  }

  SchemaCheck check_;
  std::set<std::string> seen_;
};

// What the reader says that it knows, where "zzz" stands; empty: it did not say anything of the
// kind.
std::set<std::string> known_to_reader(const Json& scenario) {
  const auto refused = test::parse_all(json_text(scenario));
  if (refused) return {};
  std::smatch match;
  const std::string& said = refused.error().message;
  static const std::regex kPattern(R"(has no member 'zzz'[^=]*\n[^=]*= one of: ([^\n(]*))");
  if (!std::regex_search(said, match, kPattern)) return {};
  std::set<std::string> names;
  const std::string list = match[1].str();
  static const std::regex kName(R"([^, ]+)");
  for (std::sregex_iterator at(list.begin(), list.end(), kName), end; at != end; ++at) {
    names.insert(at->str());
  }
  return names;
}

TEST(ScenarioSchema, HasTheMembersThatTheReaderKnowsAndNoOthers) {
  const Walk walk;
  EXPECT_GT(walk.objects.size(), 25U);
  for (const Walk::Object& object : walk.objects) {
    EXPECT_EQ(known_to_reader(object.scenario), object.members) << object.at << "\n"
                                                                << json_text(object.scenario);
  }
}

// Wherever they stand, also in what must not hold.
void collect_bare_members(const Json& node, const std::string& at, std::vector<std::string>& into) {
  if (!node.is_structured()) return;
  for (const auto& [name, part] : node.items()) {
    collect_bare_members(part, at + "/" + name, into);
    if (!at.ends_with("/properties") || at.ends_with("/properties/properties")) continue;
    if (part.value("description", "").empty()) into.push_back(at + "/" + name);
  }
}

TEST(ScenarioSchema, DescribesEveryMember) {
  EXPECT_THAT(Walk().without_description, IsEmpty());
  std::vector<std::string> bare;
  collect_bare_members(schema(), "", bare);
  EXPECT_THAT(bare, IsEmpty());
}

// All lists of words in it, wherever they stand.
void collect_enums(const Json& node, std::set<std::set<std::string>>& into) {
  if (node.contains("enum")) into.insert(node["enum"].get<std::set<std::string>>());
  if (!node.is_structured()) return;
  for (const Json& part : node) collect_enums(part, into);
}

std::set<std::string> set_of(const std::vector<std::string_view>& words) {
  return {words.begin(), words.end()};
}

TEST(ScenarioSchema, HasTheWordsOfTheReader) {
  std::set<std::set<std::string>> enums;
  collect_enums(schema(), enums);
  EXPECT_TRUE(enums.contains(set_of(event_names())));
  EXPECT_TRUE(enums.contains(set_of(failure_words())));
  EXPECT_TRUE(enums.contains(set_of(retry_policy_names())));
  EXPECT_TRUE(enums.contains(set_of(algorithm_words())));
  EXPECT_TRUE(enums.contains(set_of(key_words())));
  EXPECT_TRUE(enums.contains({"delivered", "mailed", "mail_failed"}));
  EXPECT_TRUE(enums.contains(set_of(verdict_words())));
}

// What the reader refuses and a schema cannot: what hangs on another member, or on the world.
bool is_beyond_a_schema(const std::string& mistake) {
  static const char* const kBeyond[] = {"there is no tenant",
                                        "there is no variable",
                                        "two tenants have",
                                        "two credentials have",
                                        "two cases are called",
                                        "two columns are called",
                                        "no credential has the apiKey",
                                        "there are several tenants",
                                        "no send before this",
                                        "an earlier send is already called",
                                        "exclude each other",
                                        "has no meaning beside",
                                        "has no body",
                                        "a behaviour that refuses connections",
                                        "either a schedule or a backoff",
                                        "more than one attempt needs",
                                        "the schedule gives",
                                        "shorter than the first",
                                        "the secret is",
                                        "a variable is called",
                                        "an earlier step is at",
                                        "there is no endpoint",
                                        "nothing is at least",
                                        "fits everything",
                                        "without 'sequence'",
                                        "plain HTTP",
                                        "must be less than",
                                        "must not be shorter than",
                                        "must be later than",
                                        "stands in a step that has 'at'",
                                        "a row of",
                                        "only algorithm 01",
                                        "algorithm 03 does not",
                                        "jitter stands in backoff",
                                        "before any send",
                                        "is known only while",
                                        "stands in a text",
                                        "there is no delivery before",
                                        "there is no such file",
                                        "it is a folder",
                                        "this is no scenario",
                                        "stands here beside",
                                        "is included by itself",
                                        "has no part",
                                        "here ${",
                                        "is not set",
                                        "where members of a scenario",
                                        "this expects nothing",
                                        "and not like a scenario"};
  return std::any_of(std::begin(kBeyond), std::end(kBeyond),
                     [&](const char* words) { return mistake.find(words) != std::string::npos; });
}

// The mistakes of a message, each with all its lines.
std::vector<std::string> mistakes_in(const std::string& message) {
  std::vector<std::string> mistakes;
  std::istringstream lines(message);
  for (std::string line; std::getline(lines, line);) {
    const bool goes_on = line.starts_with("      ") || line.find(" | ") == 5;
    if (goes_on && !mistakes.empty()) {
      mistakes.back() += "\n" + line;
    } else {
      mistakes.push_back(line);
    }
  }
  return mistakes;
}

void collect_pointers(const Json& node, const Json::json_pointer& at,
                      std::vector<Json::json_pointer>& into) {
  into.push_back(at);
  if (node.is_object()) {
    for (const auto& [name, member] : node.items()) collect_pointers(member, at / name, into);
  } else if (node.is_array()) {
    for (std::size_t i = 0; i < node.size(); ++i) collect_pointers(node[i], at / i, into);
  }
}

// Whether the reader and the schema both refuse the file once this value is another one.
bool compare(const Json& original, const Json::json_pointer& pointer, const Json& other,
             const std::string& file) {
  Json changed = original;
  changed[pointer] = other;
  const auto read_again = test::parse_all(json_text(changed), {}, file);
  const std::vector<std::string> problems = problems_of(changed);
  const std::string what = file + pointer.to_string() + " = " + json_text(other);
  if (read_again) {
    EXPECT_THAT(problems, IsEmpty()) << what;
  }
  if (read_again || !problems.empty()) return !read_again;
  // The value of a variable may stand anywhere, and an include may bring anything.
  const std::string at = pointer.to_string();
  const bool unknowable = at.find("/variables/") != std::string::npos ||
                          at.find("/cases/") != std::string::npos || at.starts_with("/include");
  for (const std::string& mistake : mistakes_in(read_again.error().message)) {
    EXPECT_TRUE(unknowable || is_beyond_a_schema(mistake)) << what << "\n" << mistake;
  }
  return false;
}

// Every value of every fixture, one at a time, is replaced by one of another kind: the schema and
// the reader must agree.
TEST(ScenarioSchema, RefusesWithTheReaderWhatFitsMemberByMember) {
  const std::string expect = R"({"send": "email.savedConfiguration"}, {"expect": )";
  for (const std::string& text :
       {test::scenario_text(expect + R"({"total": {}}})"),
        test::scenario_text(test::kSend, R"("$schema": 5, )"),
        test::scenario_text(test::kSend, R"("endpoint": {"refuse": true, "sequence": [200]}, )")}) {
    EXPECT_FALSE(test::parse(text).ok()) << text;
    EXPECT_THAT(problems_of(json_from(text)), Not(IsEmpty())) << text;
  }
  const std::string refuses = R"("endpoint": {"refuse": false, "sequence": [200]}, )";
  EXPECT_THAT(problems_of(json_from(test::scenario_text(test::kSend, refuses))), IsEmpty());
}

TEST(ScenarioSchema, AgreesWithTheReaderOnWhatIsWrong) {
  constexpr std::uint64_t kSeed = 4;
#ifdef ROOMLE_SIM_SANITIZED
  constexpr std::size_t kOneIn = 6;  // each is some thirty times as slow
#else
  constexpr std::size_t kOneIn = 1;
#endif
  constexpr std::size_t kDraws = 3;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random(kSeed);
  const Json others = Json::parse(R"([null, true, 7, -1, 1.5, "text", "", "1s", [], [503], {},
                                      {"zzz": 1}, {"equals": 1}, {"contains": "a"}])");
  std::size_t refused_by_both = 0;
  for (const std::string& file : scenarios()) {
    const Json original = read(file);
    std::vector<Json::json_pointer> pointers;
    collect_pointers(original, Json::json_pointer(), pointers);
    for (const Json::json_pointer& pointer : pointers) {
      if (pointer.empty() || random.between(1, kOneIn) != 1) continue;
      for (std::size_t i = 0; i < kDraws; ++i) {
        const Json& other = others[random.between(0, others.size() - 1)];
        refused_by_both += compare(original, pointer, other, file) ? 1 : 0;
      }
    }
  }
  EXPECT_GT(refused_by_both, 600U / kOneIn);
}

}  // namespace
}  // namespace roomle_sim
