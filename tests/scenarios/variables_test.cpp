// References in a scenario file: what they become, and what is said where they cannot.
#include "scenarios/variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/generators.h"
#include "scenarios/template_text.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/process.h"

namespace roomle_sim {
namespace {

using test::parse_all;
using test::scenario_text;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A send whose email is `value`, in a file with `variables`.
std::string sending(const std::string& value, const std::string& variables = "{}") {
  return scenario_text(R"({"send": "email.savedConfiguration", "data": {"email": )" + value + "}}",
                       "\"variables\": " + variables + ",\n");
}

LoadOptions given(const std::vector<std::string>& assignments) {
  LoadOptions options;
  for (const std::string& text : assignments) {
    auto variable = read_given_variable(text);
    EXPECT_TRUE(variable) << variable.error().message;
    if (variable) options.variables.push_back(*std::move(variable));
  }
  return options;
}

const Event& event_of(const Scenario& scenario, std::size_t step = 0) {
  return std::get<SendStep>(scenario.steps.at(step)).event;
}

std::string email_of(const std::string& text, const LoadOptions& options = {}) {
  const auto scenarios = parse_all(text, options);
  if (!scenarios) return scenarios.error().message;
  return event_of(scenarios->front()).email();
}

TEST(TemplateText, TakesATextApart) {
  const auto parts = split_text("a ${b} $${c} $d ${e.f.0:-g}${h}");
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 5U);
  EXPECT_EQ((*parts)[0].literal, "a ");
  EXPECT_EQ((*parts)[1].reference->name(), "b");
  EXPECT_EQ((*parts)[2].literal, " ${c} $d ");
  EXPECT_EQ((*parts)[3].reference->path, (std::vector<std::string>{"e", "f", "0"}));
  EXPECT_EQ((*parts)[3].reference->fallback, "g");
  EXPECT_EQ((*parts)[4].reference->name(), "h");
}

TEST(TemplateText, AnEscapedTextComesBackAsItWas) {
  for (const std::string text : {"", "$", "${", "$${", "a ${b} c", "$$${x}", "${${}}"}) {
    const auto parts = split_text(escape_references(text));
    ASSERT_TRUE(parts) << text;
    std::string joined;
    for (const TextPart& part : *parts) joined += part.literal;
    EXPECT_EQ(joined, text);
  }
}

TEST(TemplateText, RefusesWhatIsNoReference) {
  for (const char* text : {"${", "${}", "${a b}", "${.a}", "${a.}", "${1}", "${-a}", "${a..b}"}) {
    EXPECT_FALSE(split_text(text).ok()) << text;
  }
  EXPECT_EQ(split_text("${a} ${b} ${").error().number, 2U);
}

TEST(Variables, AreFilledInWhereverATextStands) {
  EXPECT_EQ(email_of(sending(R"("${name}@${host}")", R"({"name": "anna", "host": "example.com"})")),
            "anna@example.com");
  EXPECT_EQ(email_of(sending(R"("${n}-${yes}@example.com")", R"({"n": 1.5, "yes": true})")),
            "1.5-true@example.com");
  EXPECT_EQ(email_of(sending(R"("$${name}@example.com")")), "${name}@example.com");
}

TEST(Variables, AWholeValueKeepsItsKind) {
  const auto scenarios = parse_all(scenario_text(
      test::kSend + R"(, {"expect": {"attempts": "${count}", "statuses": "${list}"}})",
      R"("variables": {"count": 2, "list": [503, "${ok}"], "ok": 200, "entry": {"status": 503}},
         "endpoint": {"sequence": ["${entry}", "${ok}"]},)"));
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  const Scenario& scenario = scenarios->front();
  EXPECT_EQ(scenario.endpoint->sequence.at(0).plan.status, 503);
  EXPECT_EQ(scenario.endpoint->sequence.at(1).plan.status, 200);
  const auto& expectation = std::get<Expectation>(scenario.steps.at(1));
  EXPECT_EQ(expectation.checks.at(0).matcher.value, 2);
  EXPECT_EQ(expectation.checks.at(1).matcher.parts.at(1).value, 200);
}

TEST(Variables, HavePartsAndTextsInsteadOfThem) {
  const std::string shop = R"({"shop": {"mails": ["a@example.com", "b@example.com"]}})";
  EXPECT_EQ(email_of(sending(R"("${shop.mails.1}")", shop)), "b@example.com");
  EXPECT_EQ(email_of(sending(R"("${shop.mails.2:-c@example.com}")", shop)), "c@example.com");
  EXPECT_EQ(email_of(sending(R"("${nobody:-}")", shop)), "");
  EXPECT_THAT(email_of(sending(R"("${shop.mials}")", shop)),
              HasSubstr("'shop' has no part 'mials' (did you mean 'mails'?)"));
}

TEST(Variables, FromOutsideCountBeforeThoseOfTheFile) {
  const std::string text = sending(R"("${customer}")", R"({"customer": "file@example.com"})");
  EXPECT_EQ(email_of(text), "file@example.com");
  EXPECT_EQ(email_of(text, given({"customer=first@example.com", "customer=flag@example.com"})),
            "flag@example.com");
  // To the letter: no reference is looked for in them.
  EXPECT_EQ(email_of(text, given({"customer=${customer}"})), "${customer}");
}

TEST(Variables, FromOutsideAreJsonWhereTheyAreThat) {
  const auto kind_of_value = [](const std::string& text) {
    return read_given_variable("a=" + text)->value.kind;
  };
  EXPECT_EQ(kind_of_value("503"), JsonNode::Kind::integer);
  EXPECT_EQ(kind_of_value("true"), JsonNode::Kind::boolean);
  EXPECT_EQ(kind_of_value("\"503\""), JsonNode::Kind::string);
  EXPECT_EQ(kind_of_value("[1]"), JsonNode::Kind::array);
  for (const char* text : {"", "007", "1.2.3", "anna@example.com", "a=b"}) {
    EXPECT_EQ(kind_of_value(text), JsonNode::Kind::string) << text;
  }
  EXPECT_EQ(read_given_variable("a=a=b")->value.string, "a=b");
}

TEST(Variables, FromOutsideMustBeWellFormed) {
  for (const char* text : {"", "a", "=b", "1=b", "env=b", "a b=c"}) {
    const auto variable = read_given_variable(text);
    ASSERT_FALSE(variable.ok()) << text;
    EXPECT_EQ(variable.error().code, ErrorCode::usage);
    EXPECT_THAT(variable.error().message, HasSubstr("--variable: "));
  }
  EXPECT_THAT(read_given_variable("a={1").error().message, HasSubstr("begins like JSON"));
}

TEST(Variables, AFileOfThemIsLinesOrJson) {
  const TemporaryFolder folder;
  const auto lines = read_variables_file(
      folder.file("a.env", "# who\ncustomer=anna@example.com\r\n\n status=503\n"));
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ(lines->at(0).value.string, "anna@example.com");
  EXPECT_EQ(lines->at(1).name, "status");
  EXPECT_EQ(lines->at(1).value.integer, 503);
  const auto json = read_variables_file(folder.file("a.json", R"( { "shop": { "id": 1 } })"));
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->at(0).value.find("id")->integer, 1);
}

TEST(Variables, EveryMistakeInAFileOfThemIsTold) {
  const TemporaryFolder folder;
  const auto bad = read_variables_file(folder.file("b.env", "fine=1\nno equals\n2nd=x\nj=[\n"));
  ASSERT_FALSE(bad.ok());
  EXPECT_THAT(bad.error().message,
              AllOf(HasSubstr("b.env:2:1: no '='"), HasSubstr("b.env:3:1: no variable can"),
                    HasSubstr("b.env:4:1: the value of 'j' begins like JSON")));
  EXPECT_THAT(read_variables_file(folder.path() + "/none").error().message,
              HasSubstr("there is no such file"));
  EXPECT_THAT(read_variables_file(folder.file("c.json", R"({"env": 1})")).error().message,
              HasSubstr("c.json:1:2: no variable can be called 'env'"));
}

TEST(Variables, TheEnvironmentIsAlwaysText) {
  LoadOptions options;
  options.sources.environment = [](const std::string& name) {
    return name == "N" ? std::optional<std::string>("42") : std::nullopt;
  };
  EXPECT_EQ(email_of(sending(R"("${env.N}@example.com")"), options), "42@example.com");
  EXPECT_EQ(email_of(sending(R"("${env.N}")"), options), "42");
  EXPECT_EQ(email_of(sending(R"("${env.M:-none}")"), options), "none");
  EXPECT_THAT(email_of(sending(R"("${env.M}")"), options),
              HasSubstr("test.json:5:57: the environment variable 'M' is not set"));
}

TEST(Variables, NoMessageShowsWhatMayBeASecret) {
  LoadOptions options = given({"appSecret=of-the-flag"});
  options.sources.environment = [](const std::string&) { return std::optional("of-the-env"); };
  const auto scenarios = parse_all(
      R"({"name": "n", "variables": {"indirect": "${env.A}", "listed": "in-the-file"},
 "tenants": [{"id": "${env.A}", "name": "a"}, {"id": "${indirect}", "name": "b"},
             {"id": "${appSecret}", "name": "c", "simulator": {"retry": "${env.A}",
              "token": {"algorithm": "0${env.A}", "key": "${indirect}"}}}],
 "credentials": [{"apiKey": "k", "secret": "${listed}"}],
 "steps": [{"send": "email.savedConfiguration", "tenant": "a"}]})",
      options);
  ASSERT_FALSE(scenarios.ok());
  EXPECT_THAT(
      scenarios.error().message,
      AllOf(HasSubstr("here ${env.A} is a string"), HasSubstr("here ${indirect} is a string"),
            HasSubstr("here ${appSecret} is a string"), HasSubstr("'***' is not known here"),
            HasSubstr("'0***' is not known here")));
  EXPECT_THAT(scenarios.error().message, Not(HasSubstr("of-the-")));
}

TEST(Variables, AMistakeShowsWhatTheValueWas) {
  EXPECT_THAT(parse_all(scenario_text(test::kSend + R"(, {"expect": {"attempts": "${n}"}})",
                                      R"("variables": {"n": "two"}, )"))
                  .error()
                  .message,
              HasSubstr("(here ${n} is \"two\")"));
}

TEST(Variables, OneThatNeedsItselfIsAMistakeAndNoLoop) {
  EXPECT_THAT(email_of(sending(R"("${a}")", R"({"a": "${b}", "b": "x${c}", "c": ["${a}"]})")),
              HasSubstr("the variable 'a' needs itself"));
}

TEST(Variables, WhatIsKnownOnlyLaterIsRefusedWhereItIsNeededNow) {
  EXPECT_THAT(email_of(sending(R"("${delivery.id}")")), HasSubstr("there is no delivery before"));
  EXPECT_THAT(parse_all(scenario_text(test::kSend + R"(, {"send": "email.savedConfiguration",
 "as": "${delivery.id}"})"))
                  .error()
                  .message,
              HasSubstr("'delivery.id' is known only while the scenario runs"));
}

TEST(Variables, NamesOfMembersHaveNone) {
  EXPECT_THAT(parse_all(scenario_text(test::kSend, R"("${a}": 1, )")).error().message,
              HasSubstr("a member's name has no variables in it"));
}

// Each variable holds ten of the next one: 10^20 values, if nobody stopped it.
TEST(Variables, AFileThatWasMadeToBlowUpIsRefused) {
  std::string lists = "{\"v0\": 1";
  std::string texts = "{\"v0\": \"0123456789\"";
  for (int i = 1; i <= 20; ++i) {
    const std::string before = "${v" + std::to_string(i - 1) + "}";
    std::string list;
    std::string text;
    for (int k = 0; k < 10; ++k) {
      list += (k == 0 ? "\"" : ", \"") + before + "\"";
      text += before;
    }
    lists += ", \"v" + std::to_string(i) + "\": [" + list + "]";
    texts += ", \"v" + std::to_string(i) + "\": \"" + text + "\"";
  }
  EXPECT_THAT(email_of(sending(R"("a")", lists + "}")), HasSubstr("grows beyond all measure"));
  EXPECT_THAT(email_of(sending(R"("a")", texts + "}")), HasSubstr("grows beyond all measure"));
}

TEST(Variables, NestingThatAdvancesByVariablesIsRefused) {
  std::string variables = "{\"v0\": 1";
  for (int i = 1; i <= 90; ++i) {
    variables += ", \"v" + std::to_string(i) + "\": [[[\"${v" + std::to_string(i - 1) + "}\"]]]";
  }
  EXPECT_THAT(email_of(sending(R"("a")", variables + "}")), HasSubstr("nested more than 200 deep"));
}

TEST(Generators, DrawTheSameFromTheSameSeed) {
  const std::string text = sending(R"("${gen.email}")");
  LoadOptions options;
  const std::string first = email_of(text, options);
  EXPECT_THAT(first, testing::MatchesRegex(R"([a-z.-]+\.[0-9]{4}@example\.com)"));
  EXPECT_EQ(email_of(text, options), first);
  options.seed = 2;
  EXPECT_NE(email_of(text, options), first);
  // The scenario's own seed does the same, and the one from outside counts before it.
  const std::string seeded =
      scenario_text(R"({"send": "email.savedConfiguration", "data": {"email": "${gen.email}"}})",
                    R"("seed": 2, )");
  EXPECT_EQ(email_of(seeded), email_of(text, options));
  options.seed = 1;
  EXPECT_EQ(email_of(seeded, options), first);
}

TEST(Generators, AVariableIsDrawnOnceAndEachReferenceToAGeneratorAnew) {
  const auto scenarios = parse_all(scenario_text(
      R"({"send": "email.savedConfiguration", "data": {"email": "${a}", "url": "${a}"}},
         {"send": "email.savedConfiguration", "data": {"email": "${gen.email}"}})",
      R"("variables": {"a": "${gen.email}"}, )"));
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  const Event& first = event_of(scenarios->front());
  EXPECT_EQ(first.data["url"], first.email());
  EXPECT_NE(event_of(scenarios->front(), 1).email(), first.email());
}

TEST(Generators, NothingThatIdentifiesComesTwice) {
  Generators generators{Random(7)};
  for (const std::string_view kind : {"email", "number", "uuid", "itemId", "configurationId"}) {
    std::set<std::string> seen;
    for (int i = 0; i < 2000; ++i) {
      const auto drawn = generators.draw(kind);
      ASSERT_TRUE(drawn) << kind;
      const auto* text = std::get_if<std::string>(&*drawn);
      const std::string value = text ? *text : std::to_string(std::get<std::int64_t>(*drawn));
      EXPECT_TRUE(seen.insert(value).second) << kind << " " << value;
    }
  }
  EXPECT_FALSE(generators.draw("nothing").has_value());
}

TEST(Generators, EveryKindIsTheSameOnEveryMachine) {
  Generators generators{Random(1)};
  std::vector<std::string> drawn;
  for (const std::string_view kind : Generators::kinds()) {
    const auto value = *generators.draw(kind);
    const auto* text = std::get_if<std::string>(&value);
    drawn.push_back(text ? *text : std::to_string(std::get<std::int64_t>(value)));
  }
  EXPECT_THAT(
      drawn,
      ElementsAre("bjoern.kovacs.0590@example.com", "Noah Nowak", "Anna", "Huber-Maier",
                  "716946943", "861e0a8b-31e8-4cdc-a75b-7a4adc7c518c", "catalog62:item962671",
                  "catalog53:item537261:"
                  "8E63A4580FFFC224FCB2C3B9B1753E33E5D9172919EC08E2BE8102113B25BF6C"));
}

}  // namespace
}  // namespace roomle_sim
