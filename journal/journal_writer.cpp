#include "journal/journal_writer.h"

#include <fmt/format.h>

#include "journal/journal_file.h"
#include "journal/record_json.h"
#include "journal/schema.h"

namespace roomle_sim {
namespace {

void bind_reason(SqliteStatement& statement, int parameter,
                 const std::optional<FailureReason>& reason) {
  if (reason) statement.bind(parameter, failure_word(*reason));
}

}  // namespace

Result<JournalWriter> JournalWriter::create(SqliteConnection& connection, const std::string& path) {
  JournalWriter writer(connection, path);
  if (!writer.prepare()) return journal_error(connection, path);
  const auto last = connection.integer("SELECT max(number) FROM deliveries");
  if (!last) return journal_error(connection, path);
  writer.last_number_ = *last;
  return writer;
}

bool JournalWriter::prepare() {
  const auto ready = [&](SqliteStatement& statement, std::string_view sql) {
    auto prepared = connection_->prepare(sql);
    if (prepared) statement = std::move(*prepared);
    return prepared.has_value();
  };
  return ready(begin_, "BEGIN IMMEDIATE") && ready(commit_, "COMMIT") &&
         ready(accept_,
               "INSERT INTO deliveries (number, id, tenant, event, accepted_at, body, message, "
               "language) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)") &&
         ready(find_, "SELECT number FROM deliveries WHERE id = ?1") &&
         ready(add_,
               "INSERT INTO records (key, records, details) SELECT coalesce(max(key) + 1, ?1), ?3, "
               "?4 "
               "FROM records WHERE key >= ?1 AND key < ?2") &&
         ready(judge_,
               "UPDATE deliveries SET attempts = ?2, ambiguous = ambiguous + ?3, reason = ?4, "
               "status = ?5 WHERE number = ?1") &&
         ready(end_,
               "UPDATE deliveries SET attempts = ?2, ambiguous = ?3, outcome = ?4, ended_at = ?5 "
               "WHERE number = ?1") &&
         ready(judge_and_end_,
               "UPDATE deliveries SET attempts = ?2, ambiguous = ?3, outcome = ?4, ended_at = ?5, "
               "reason = ?6, status = ?7 WHERE number = ?1") &&
         ready(oldest_,
               "SELECT number, accepted_at FROM deliveries INDEXED BY deliveries_time "
               "WHERE accepted_at >= ?1 AND accepted_at < ?2 AND ended_at < ?2 "
               "ORDER BY accepted_at LIMIT ?3") &&
         ready(drop_records_, "DELETE FROM records WHERE key >= ?1 AND key < ?2") &&
         ready(drop_delivery_, "DELETE FROM deliveries WHERE number = ?1");
}

std::optional<Error> JournalWriter::write(std::span<const JournalWork* const> group) {
  if (broken_) return broken_;
  const std::int64_t last_number = last_number_;
  unknown_.clear();
  bool written = begin_.run();
  for (std::size_t i = 0; written && i < group.size(); ++i) written = write_work(*group[i]);
  if (written && commit_.run()) return std::nullopt;
  last_number_ = last_number;
  return failed();
}

bool JournalWriter::write_work(const JournalWork& work) {
  for (const JournalEntry& entry : work.entries) {
    if (!write_entry(entry)) return false;
  }
  return work.forgetting == nullptr || forget(*work.forgetting);
}

// Says why the last call failed, and drops the transaction.
Error JournalWriter::failed() {
  Error error = unknown_.empty()
                    ? journal_error(*connection_, path_)
                    : Error{ErrorCode::unavailable,
                            fmt::format("the journal {} holds no delivery {}", path_, unknown_)};
  const SqliteFault fault = connection_->fault();
  if (fault == SqliteFault::io || fault == SqliteFault::damaged) broken_ = error;
  connection_->roll_back();
  return error;
}

bool JournalWriter::write_entry(const JournalEntry& entry) {
  if (entry.accepted && !accept(entry)) return false;
  const auto number = entry.accepted ? last_number_ : number_of(entry.delivery);
  if (!number) return false;
  if (!entry.texts.records.empty()) {
    add_.bind(1, first_key(*number)).bind(2, first_key(*number + 1)).bind(3, entry.texts.records);
    if (!entry.texts.details.empty()) add_.bind(4, entry.texts.details);
    if (!add_.run()) return false;
  }
  if (entry.judged && entry.ended) return judge_and_end(*number, *entry.judged, *entry.ended);
  if (entry.judged) return judge(*number, *entry.judged);
  return !entry.ended || end(*number, *entry.ended);
}

bool JournalWriter::accept(const JournalEntry& entry) {
  const AcceptanceEntry& accepted = *entry.accepted;
  accept_.bind(1, ++last_number_).bind(2, entry.delivery).bind(3, accepted.tenant_id);
  accept_.bind(4, accepted.event->type()).bind(5, to_nanoseconds(accepted.at));
  accept_.bind(6, accepted.event->body()).bind(7, accepted.event->message());
  accept_.bind(8, accepted.event->language());
  return accept_.run();
}

std::optional<std::int64_t> JournalWriter::number_of(const std::string& delivery) {
  find_.bind(1, delivery);
  const SqliteStatement::Fetched step = find_.step();
  std::optional<std::int64_t> number;
  if (step == SqliteStatement::Fetched::row) number = find_.integer(0);
  if (step == SqliteStatement::Fetched::done) unknown_ = delivery;
  find_.reset();
  return number;
}

bool JournalWriter::judge(std::int64_t number, const JudgementEntry& judged) {
  judge_.bind(1, number).bind(2, judged.attempts).bind(3, judged.ambiguous);
  bind_reason(judge_, 4, judged.reason);
  judge_.bind(5, judged.status);
  return judge_.run();
}

bool JournalWriter::end(std::int64_t number, const EndEntry& ended) {
  end_.bind(1, number).bind(2, ended.how.attempts).bind(3, ended.how.ambiguous_attempts);
  end_.bind(4, outcome_word(ended.how.outcome)).bind(5, to_nanoseconds(ended.at));
  return end_.run();
}

bool JournalWriter::judge_and_end(std::int64_t number, const JudgementEntry& judged,
                                  const EndEntry& ended) {
  SqliteStatement& statement = judge_and_end_;
  statement.bind(1, number).bind(2, ended.how.attempts).bind(3, ended.how.ambiguous_attempts);
  statement.bind(4, outcome_word(ended.how.outcome)).bind(5, to_nanoseconds(ended.at));
  bind_reason(statement, 6, judged.reason);
  statement.bind(7, judged.status);
  return statement.run();
}

bool JournalWriter::forget(Forgetting& forgetting) {
  oldest_.bind(1, to_nanoseconds(forgetting.position)).bind(2, to_nanoseconds(forgetting.before));
  oldest_.bind(3, static_cast<std::int64_t>(forgetting.limit));
  std::vector<std::int64_t> numbers;
  SqliteStatement::Fetched step = oldest_.step();
  for (; step == SqliteStatement::Fetched::row; step = oldest_.step()) {
    numbers.push_back(oldest_.integer(0));
    forgetting.position = from_nanoseconds(oldest_.integer(1));
  }
  oldest_.reset();
  if (step == SqliteStatement::Fetched::failed) return false;
  for (const std::int64_t number : numbers) {
    drop_records_.bind(1, first_key(number)).bind(2, first_key(number + 1));
    drop_delivery_.bind(1, number);
    if (!drop_records_.run() || !drop_delivery_.run()) return false;
  }
  forgetting.count = numbers.size();
  return true;
}

}  // namespace roomle_sim
