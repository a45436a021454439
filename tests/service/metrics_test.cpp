#include "service/metrics.h"

#include <regex>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/feed_fixture.h"

namespace roomle_sim {
namespace {

using std::chrono::milliseconds;
using test::at_second;
using test::make_record;
using testing::HasSubstr;
using testing::Not;

void observe(Metrics& metrics, JournalRecord record) {
  const std::vector<JournalRecord> records{std::move(record)};
  metrics.observe(records);
}

JournalRecord finished(Verdict verdict, Duration took) {
  JournalRecord record = make_record(record::AttemptFinished{1, verdict});
  Exchange exchange;
  exchange.result.duration = took;
  record.exchange = std::make_shared<const Exchange>(exchange);
  return record;
}

Verdict failure(FailureReason reason, int status = 0, bool ambiguous = false) {
  Verdict verdict;
  verdict.reason = reason;
  verdict.status = status;
  verdict.ambiguous = ambiguous;
  return verdict;
}

Verdict success(int status = 200) {
  Verdict verdict;
  verdict.success = true;
  verdict.status = status;
  return verdict;
}

// The value behind a series' name and labels, as it is written.
std::string value_of(const std::string& text, const std::string& series) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
  }
  return "absent";
}

std::size_t count_lines(const std::string& text, const std::string& beginning) {
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) count += line.starts_with(beginning) ? 1 : 0;
  return count;
}

TEST(Metrics, CountsAcceptedEventsByTypeAndUnknownOnesAsOther) {
  Metrics metrics;
  observe(metrics, make_record(record::Accepted{}));
  observe(metrics, make_record(record::Accepted{}));
  observe(metrics, make_record(record::Accepted{}, "d-2", 42, "email.3DExportAsset"));
  for (int i = 0; i < 100; ++i) {
    observe(metrics,
            make_record(record::Accepted{}, "d-3", 42, "email.invented" + std::to_string(i)));
  }
  const std::string text = metrics.text();
  const std::string name = "roomle_sim_events_accepted_total";
  EXPECT_EQ(value_of(text, name + R"x({event="email.savedConfiguration"})x"), "2");
  EXPECT_EQ(value_of(text, name + R"x({event="email.3DExportAsset"})x"), "1");
  EXPECT_EQ(value_of(text, name + R"x({event="email.shareConfigurationAR"})x"), "0");
  EXPECT_EQ(value_of(text, name + R"x({event="other"})x"), "100");
  EXPECT_EQ(count_lines(text, name + "{"), 5U);
}

TEST(Metrics, CountsAttemptsByResultAndClassOfStatus) {
  Metrics metrics;
  observe(metrics, finished(success(), milliseconds(3)));
  observe(metrics, finished(success(204), milliseconds(3)));
  observe(metrics, finished(failure(FailureReason::status, 503, true), milliseconds(3)));
  observe(metrics, finished(failure(FailureReason::status, 404), milliseconds(3)));
  observe(metrics, finished(failure(FailureReason::status, 999), milliseconds(3)));
  observe(metrics, finished(failure(FailureReason::malformed_response), milliseconds(3)));
  observe(metrics, finished(failure(FailureReason::timeout, 0, true), milliseconds(3)));
  const std::string text = metrics.text();
  const auto attempts = [&](const std::string& result, const std::string& status) {
    return value_of(text, "roomle_sim_attempts_total{result=\"" + result + "\",status_class=\"" +
                              status + "\"}");
  };
  EXPECT_EQ(attempts("success", "2xx"), "2");
  EXPECT_EQ(attempts("status", "5xx"), "1");
  EXPECT_EQ(attempts("status", "4xx"), "1");
  EXPECT_EQ(attempts("status", "none"), "1") << "of a status that is in no class";
  EXPECT_EQ(attempts("malformed_response", "none"), "1");
  EXPECT_EQ(attempts("timeout", "none"), "1");
  EXPECT_EQ(attempts("timeout", "2xx"), "absent");
  EXPECT_EQ(value_of(text, "roomle_sim_ambiguous_attempts_total"), "2");
}

TEST(Metrics, AnAttemptWithoutAnExchangeIsCountedButHasNoDuration) {
  Metrics metrics;
  observe(metrics, make_record(record::AttemptFinished{1, failure(FailureReason::timeout)}));
  observe(metrics, finished(success(), milliseconds(30)));
  const std::string text = metrics.text();
  const std::string name = "roomle_sim_attempt_duration_seconds";
  EXPECT_EQ(value_of(text, name + "_count"), "1");
  EXPECT_EQ(value_of(text, name + "_sum"), "0.03");
  EXPECT_EQ(value_of(text, name + R"x(_bucket{le="0.02"})x"), "0");
  EXPECT_EQ(value_of(text, name + R"x(_bucket{le="0.05"})x"), "1");
  EXPECT_EQ(value_of(text, name + R"x(_bucket{le="+Inf"})x"), "1");
}

TEST(Metrics, CountsEndsMailsAndRetries) {
  Metrics metrics;
  observe(metrics, make_record(record::RetryScheduled{2, at_second(1)}));
  observe(metrics, make_record(record::MailStarted{}));
  observe(metrics, make_record(record::MailFinished{true}));
  observe(metrics, make_record(record::MailFinished{false}));
  observe(metrics, make_record(record::Ended{Outcome::mailed, 1, 0}));
  observe(metrics, make_record(record::Ended{Outcome::mail_failed, 1, 0}));
  observe(metrics, make_record(record::Ended{Outcome::mail_failed, 1, 0}));
  const std::string text = metrics.text();
  EXPECT_EQ(value_of(text, "roomle_sim_retries_scheduled_total"), "1");
  EXPECT_EQ(value_of(text, R"x(roomle_sim_mails_total{result="handed_over"})x"), "1");
  EXPECT_EQ(value_of(text, R"x(roomle_sim_mails_total{result="failed"})x"), "1");
  const std::string ended = "roomle_sim_deliveries_ended_total";
  EXPECT_EQ(value_of(text, ended + R"x({outcome="delivered"})x"), "0");
  EXPECT_EQ(value_of(text, ended + R"x({outcome="mailed"})x"), "1");
  EXPECT_EQ(value_of(text, ended + R"x({outcome="mail_failed"})x"), "2");
}

// Only the first POST's wait: a retry's is the policy's, an export's its own.
TEST(Metrics, MeasuresFromAcceptanceToTheFirstPostAlone) {
  Metrics metrics;
  const auto started = [](int number, int second, const std::string& delivery) {
    JournalRecord record = make_record(record::AttemptStarted{number}, delivery);
    record.at = at_second(second);
    return record;
  };
  observe(metrics, make_record(record::Accepted{}, "d-1"));
  observe(metrics, started(1, 2, "d-1"));
  observe(metrics, started(2, 50, "d-1"));
  observe(metrics, make_record(record::Accepted{at_second(40)}, "d-2"));
  observe(metrics, started(1, 40, "d-2"));
  // Accepted in an earlier run of the service.
  observe(metrics, started(1, 60, "d-3"));
  // Ended without a POST; its id comes no more, but if it did, it would be another delivery.
  observe(metrics, make_record(record::Accepted{}, "d-4"));
  observe(metrics, make_record(record::Ended{Outcome::mailed, 0, 0}, "d-4"));
  observe(metrics, started(1, 60, "d-4"));
  const std::string text = metrics.text();
  EXPECT_EQ(value_of(text, "roomle_sim_acceptance_to_post_seconds_count"), "1");
  EXPECT_EQ(value_of(text, "roomle_sim_acceptance_to_post_seconds_sum"), "2");
}

TEST(Metrics, TheOpenDeliveriesAreAskedForAtEachScrape) {
  Metrics metrics;
  std::size_t open = 3;
  metrics.set_open_deliveries([&] { return open; });
  EXPECT_EQ(value_of(metrics.text(), "roomle_sim_open_deliveries"), "3");
  open = 0;
  EXPECT_EQ(value_of(metrics.text(), "roomle_sim_open_deliveries"), "0");
}

TEST(Metrics, CountsRequestsByRouteAndStatusAndTimesThemByRoute) {
  Metrics metrics;
  metrics.count_request("GET", "/sim/v1/deliveries/{id}", 200, milliseconds(4));
  metrics.count_request("GET", "/sim/v1/deliveries/{id}", 404, milliseconds(1));
  metrics.count_request("GET", "/sim/v1/deliveries/{id}", 404, milliseconds(1));
  const std::string text = metrics.text();
  const std::string labels = R"x(method="GET",route="/sim/v1/deliveries/{id}")x";
  EXPECT_EQ(value_of(text, "roomle_sim_http_requests_total{" + labels + R"x(,status="200"})x"),
            "1");
  EXPECT_EQ(value_of(text, "roomle_sim_http_requests_total{" + labels + R"x(,status="404"})x"),
            "2");
  EXPECT_EQ(value_of(text, "roomle_sim_http_request_duration_seconds_count{" + labels + "}"), "3");
  EXPECT_EQ(value_of(text, "roomle_sim_http_request_duration_seconds_sum{" + labels + "}"),
            "0.006");
}

TEST(Metrics, MethodsThatNobodyKnowsAreOneSeries) {
  Metrics metrics;
  for (int i = 0; i < 100; ++i) {
    metrics.count_request("M" + std::to_string(i), "", 405, milliseconds(1));
  }
  const std::string text = metrics.text();
  EXPECT_EQ(count_lines(text, "roomle_sim_http_requests_total{"), 1U);
  EXPECT_THAT(text, HasSubstr(R"x({method="other",route="none",status="405"} 100)x"));
}

TEST(Metrics, NoTenantAndNoDeliveryIsALabel) {
  Metrics metrics;
  observe(metrics, make_record(record::Accepted{}, "the-delivery", 424242));
  observe(metrics, make_record(record::Ended{}, "the-delivery", 424242));
  const std::string text = metrics.text();
  EXPECT_THAT(text, Not(HasSubstr("the-delivery")));
  EXPECT_THAT(text, Not(HasSubstr("424242")));
  EXPECT_THAT(text, Not(HasSubstr("acme")));
}

TEST(Metrics, SaysWhichVersionItIs) {
  const std::string text = Metrics().text();
  EXPECT_TRUE(std::regex_search(
      text, std::regex(R"x(roomle_sim_build_info\{version="\d+\.\d+\.\d+"\} 1\n)x")))
      << text;
}

// https://prometheus.io/docs/instrumenting/exposition_formats/, text-based format.
TEST(Metrics, EachLineIsOfTheExpositionFormatAndEachFamilyIsDescribedOnce) {
  Metrics metrics;
  observe(metrics, make_record(record::Accepted{}));
  observe(metrics, finished(success(), milliseconds(3)));
  metrics.count_request("GET", R"x(/a"quote\and{id})x", 200, milliseconds(1));
  const std::string name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  const std::string label = R"x([a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*")x";
  const std::regex sample("(" + name + R"x()(?:\{)x" + label + "(?:," + label +
                          R"x()*\})? (?:[+-]?[0-9.]+(?:e[+-]?\d+)?|[+-]Inf|NaN)(?: -?\d+)?)x");
  const std::regex help("# HELP (" + name + ") .+");
  const std::regex type("# TYPE (" + name + ") (counter|gauge|histogram|summary|untyped)");
  std::map<std::string, int> helps;
  std::map<std::string, int> types;
  std::istringstream lines(metrics.text());
  int samples = 0;
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_match(line, found, help)) {
      ++helps[found[1]];
    } else if (std::regex_match(line, found, type)) {
      ++types[found[1]];
    } else {
      ASSERT_TRUE(std::regex_match(line, found, sample)) << line;
      const std::string family =
          std::regex_replace(found[1].str(), std::regex("_(bucket|sum|count)$"), "");
      EXPECT_EQ(types[family], 1) << line;
      ++samples;
    }
  }
  EXPECT_GT(samples, 50);
  EXPECT_EQ(helps, types);
  for (const auto& [family, times] : types) EXPECT_EQ(times, 1) << family;
}

TEST(Metrics, NothingIsLostWhenManyThreadsCount) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&metrics] {
        for (int i = 0; i < kEach; ++i) {
          observe(metrics, make_record(record::Accepted{}));
          metrics.count_request("POST", "/sim/v1/events", 202, milliseconds(1));
          if (i % 100 == 0) static_cast<void>(metrics.text());
        }
      });
    }
  }
  const std::string text = metrics.text();
  EXPECT_EQ(
      value_of(text, R"x(roomle_sim_events_accepted_total{event="email.savedConfiguration"})x"),
      "2000");
  EXPECT_THAT(text, HasSubstr(R"x(route="/sim/v1/events",status="202"} 2000)x"));
}

}  // namespace
}  // namespace roomle_sim
