#include "journal/history_reader.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "journal/journal_file.h"
#include "journal/page_cursor.h"
#include "journal/record_json.h"
#include "journal/schema.h"

namespace roomle_sim {
namespace {

using Fetched = SqliteStatement::Fetched;

// A query put together from the conditions that are asked for, with the values they compare to.
class Query {
 public:
  explicit Query(std::string_view select) : sql_(select) {}

  void where(std::string_view condition) {
    sql_ += conditions_++ == 0 ? " WHERE " : " AND ";
    sql_ += condition;
  }
  // Each '?' of the condition stands for one value.
  template <class... Value>
  void where(std::string_view condition, Value... values) {
    where(condition);
    (values_.emplace_back(values), ...);
  }
  void order(std::string_view clause, std::int64_t limit) {
    sql_ += fmt::format(" ORDER BY {} LIMIT {}", clause, limit);
  }

  // Must outlive the statement's steps.
  std::optional<SqliteStatement> prepare(SqliteConnection& connection) const {
    auto statement = connection.prepare(sql_);
    for (std::size_t i = 0; statement && i < values_.size(); ++i) {
      const auto bind = [&](const auto& value) { statement->bind(static_cast<int>(i + 1), value); };
      std::visit(bind, values_[i]);
    }
    return statement;
  }

 private:
  std::string sql_;
  int conditions_ = 0;
  std::vector<std::variant<std::int64_t, std::string_view>> values_;
};

constexpr std::string_view kSelectSummary =
    "SELECT number, id, tenant, event, accepted_at, ended_at, outcome, attempts, ambiguous, "
    "reason, "
    "status FROM deliveries";

DeliverySummary summary_of(const SqliteStatement& row) {
  DeliverySummary summary;
  summary.id = row.text(1);
  summary.tenant_id = row.integer(2);
  summary.event = row.text(3);
  summary.accepted_at = from_nanoseconds(row.integer(4));
  if (!row.is_null(5)) summary.ended_at = from_nanoseconds(row.integer(5));
  summary.outcome = outcome_from_word(row.text(6));
  summary.attempts = static_cast<int>(row.integer(7));
  summary.ambiguous_attempts = static_cast<int>(row.integer(8));
  summary.last_reason = failure_from_word(row.text(9));
  summary.last_status = static_cast<int>(row.integer(10));
  return summary;
}

void add_conditions(const DeliveryFilter& filter, Query& query) {
  if (filter.tenant_id) query.where("tenant = ?", *filter.tenant_id);
  if (filter.event) query.where("event = ?", std::string_view(*filter.event));
  if (filter.outcome) query.where("outcome = ?", outcome_word(*filter.outcome));
  if (filter.open) query.where(*filter.open ? "outcome IS NULL" : "outcome IS NOT NULL");
  if (filter.last_reason) query.where("reason = ?", failure_word(*filter.last_reason));
  if (filter.from) query.where("accepted_at >= ?", to_nanoseconds(*filter.from));
  if (filter.until) query.where("accepted_at < ?", to_nanoseconds(*filter.until));
}

std::int64_t page_size(std::size_t limit, std::size_t most) {
  return static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, most));
}

Error no_cursor(const std::string& cursor) {
  return {ErrorCode::bad_input, fmt::format("'{}' is no cursor of a page before", cursor)};
}

}  // namespace

Result<DeliveryPage> HistoryReader::list(const DeliveryFilter& filter, const std::string& cursor,
                                         std::size_t limit) {
  Query query(kSelectSummary);
  add_conditions(filter, query);
  if (!cursor.empty()) {
    const auto after = parse_cursor(cursor);
    if (!after) return no_cursor(cursor);
    query.where("(accepted_at, number) < (?, ?)", after->accepted_at, after->number);
  }
  const std::int64_t size = page_size(limit, 1000);
  query.order("accepted_at DESC, number DESC", size + 1);  // one more tells whether that is all
  auto rows = query.prepare(*connection_);
  if (!rows) return failed();
  DeliveryPage page;
  PageCursor last;
  Fetched step = rows->step();
  for (; step == Fetched::row; step = rows->step()) {
    if (std::ssize(page.deliveries) == size) {
      page.next = cursor_text(last);
      return page;
    }
    page.deliveries.push_back(summary_of(*rows));
    last = {rows->integer(4), rows->integer(0)};
  }
  if (step == Fetched::failed) return failed();
  return page;
}

Result<std::optional<DeliveryStory>> HistoryReader::find(const std::string& delivery) {
  // One transaction, so that the summary and the records are of the same moment.
  if (!connection_->run("BEGIN")) return failed();
  auto story = read_story(delivery);
  connection_->roll_back();  // nothing was written
  return story;
}

Result<std::optional<DeliveryStory>> HistoryReader::read_story(const std::string& delivery) {
  std::string sql(kSelectSummary);
  sql.insert(sql.find(" FROM"), ", body, message, language");
  Query query(sql);
  query.where("id = ?", std::string_view(delivery));
  auto row = query.prepare(*connection_);
  if (!row) return failed();
  const Fetched step = row->step();
  if (step == Fetched::failed) return failed();
  if (step == Fetched::done) return std::optional<DeliveryStory>();
  DeliveryStory story;
  story.summary = summary_of(*row);
  auto event = EventText::from_body(std::string(row->text(11)), std::string(row->text(12)),
                                    std::string(row->text(13)));
  if (!event) return damaged(delivery);
  story.event = std::make_shared<const EventText>(std::move(*event));
  story.records.push_back({story.summary.accepted_at, record::Accepted{}, {}, {}, {}});
  if (auto error = read_past(row->integer(0), story)) return *error;
  return std::optional(std::move(story));
}

std::optional<Error> HistoryReader::read_past(std::int64_t number, DeliveryStory& story) {
  Query query("SELECT records, details FROM records");
  query.where("key >= ?", first_key(number));
  query.where("key < ?", first_key(number + 1));
  query.order("key", -1);
  auto rows = query.prepare(*connection_);
  if (!rows) return failed();
  std::shared_ptr<const Exchange> started;
  Fetched step = rows->step();
  for (; step == Fetched::row; step = rows->step()) {
    auto past = past_from_json(rows->text(0), rows->text(1), *story.event, story.summary.tenant_id,
                               started);
    if (!past) return damaged(story.summary.id);
    // One with a time of its own stands in place of the row's.
    if (!past->empty() && std::holds_alternative<record::Accepted>(past->front().what)) {
      story.records.clear();
    }
    for (PastRecord& one : *past) story.records.push_back(std::move(one));
  }
  return step == Fetched::failed ? std::optional(failed()) : std::nullopt;
}

Result<DeliveryCounts> HistoryReader::counts() {
  // Each part reads its own index alone.
  constexpr std::string_view kCounts =
      "SELECT NULL, count(*) FROM deliveries WHERE outcome IS NULL UNION ALL "
      "SELECT outcome, count(*) FROM deliveries WHERE outcome IS NOT NULL GROUP BY outcome";
  auto rows = connection_->prepare(kCounts);
  if (!rows) return failed();
  DeliveryCounts counts;
  Fetched step = rows->step();
  for (; step == Fetched::row; step = rows->step()) {
    const std::optional<Outcome> outcome = outcome_from_word(rows->text(0));
    std::int64_t& count = !outcome                         ? counts.open
                          : *outcome == Outcome::delivered ? counts.delivered
                          : *outcome == Outcome::mailed    ? counts.mailed
                                                           : counts.mail_failed;
    count = rows->integer(1);
  }
  if (step == Fetched::failed) return failed();
  return counts;
}

Result<UnfinishedPage> HistoryReader::unfinished(const std::string& cursor, std::size_t limit,
                                                 std::int64_t last_number) {
  PageCursor after{INT64_MIN, 0};
  if (!cursor.empty()) {
    const auto parsed = parse_cursor(cursor);
    if (!parsed) return no_cursor(cursor);
    after = *parsed;
  }
  // The page first, then the records of each: a delivery with none has its row all the same.
  constexpr std::string_view kOpen =
      "SELECT page.number, page.id, page.tenant, page.accepted_at, page.event, page.body, "
      "  records.records, page.message, page.language "
      "FROM (SELECT * FROM deliveries INDEXED BY deliveries_open WHERE outcome IS NULL "
      "      AND (accepted_at, number) > (?1, ?2) AND number <= ?3 "
      "      ORDER BY accepted_at, number LIMIT ?4) AS page "
      "LEFT JOIN records ON records.key >= page.number << 20 "
      "  AND records.key < (page.number + 1) << 20 "
      "ORDER BY page.accepted_at, page.number, records.key";
  static_assert(kSequenceBits == 20);
  auto rows = connection_->prepare(kOpen);
  if (!rows) return failed();
  rows->bind(1, after.accepted_at).bind(2, after.number).bind(3, last_number);
  const std::int64_t size = page_size(limit, 10'000);
  rows->bind(4, size);
  UnfinishedPage page;
  std::int64_t number = 0;
  Fetched step = rows->step();
  for (; step == Fetched::row; step = rows->step()) {
    if (rows->integer(0) != number) {
      number = rows->integer(0);
      after = {rows->integer(3), number};
      auto event = EventText::stored(std::string(rows->text(4)), std::string(rows->text(5)),
                                     std::string(rows->text(7)), std::string(rows->text(8)));
      if (!event) return damaged(std::string(rows->text(1)));
      page.deliveries.push_back({std::string(rows->text(1)),
                                 rows->integer(2),
                                 std::make_shared<const EventText>(std::move(*event)),
                                 {{from_nanoseconds(after.accepted_at), record::Accepted{}}}});
    }
    if (rows->is_null(6)) continue;
    auto records = records_from_json(rows->text(6));
    if (!records) return damaged(page.deliveries.back().id);
    auto& all = page.deliveries.back().records;
    if (!records->empty() && std::holds_alternative<record::Accepted>(records->front().what)) {
      all.clear();
    }
    all.insert(all.end(), records->begin(), records->end());
  }
  if (step == Fetched::failed) return failed();
  if (std::ssize(page.deliveries) == size) page.next = cursor_text(after);
  return page;
}

Error HistoryReader::failed() const {
  return journal_error(*connection_, path_);
}

Error HistoryReader::damaged(const std::string& delivery) const {
  return {ErrorCode::bad_input,
          fmt::format("the journal {} is damaged: what it holds of delivery {} cannot be read",
                      path_, delivery)};
}

}  // namespace roomle_sim
