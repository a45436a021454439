#include "journal/sqlite_journal.h"

#include <mutex>
#include <system_error>

#include <fmt/format.h>

#include "journal/group_commit.h"
#include "journal/history_reader.h"
#include "journal/journal_file.h"
#include "journal/journal_writer.h"

namespace roomle_sim {
namespace {

// Of one transaction of forget(): some milliseconds.
constexpr std::size_t kForgottenAtOnce = 200;

}  // namespace

class SqliteJournal::Impl {
 public:
  explicit Impl(JournalFile file)
      : file_(std::move(file)),
        reader_(file_.reader ? *file_.reader : file_.writer, file_.path),
        group_([this](std::span<const JournalWork* const> group) { return commit(group); }) {}

  std::optional<Error> prepare() {
    auto writer = JournalWriter::create(file_.writer, file_.path);
    if (!writer) return writer.error();
    writer_.emplace(std::move(writer).value());
    last_at_open_ = writer_->last_number();
    return std::nullopt;
  }

  std::optional<Error> append(std::span<const JournalRecord> records) {
    return records.empty() ? std::nullopt : group_.submit({make_entries(records), nullptr});
  }

  void append_later(std::span<const JournalRecord> records, Done done) {
    if (records.empty()) return done(std::nullopt);
    group_.submit({make_entries(records), nullptr}, std::move(done));
  }

  template <class Read>
  auto read(Read call) {
    // In memory there is one connection for both.
    const std::lock_guard lock(file_.reader ? reader_mutex_ : writer_mutex_);
    return call(reader_);
  }

  // Stands in the same queue as append(), so that neither keeps the other from its turn.
  Result<std::size_t> forget(TimePoint before, const std::stop_token& stop) {
    std::size_t all = 0;
    Forgetting forgetting{before, TimePoint::min(), kForgottenAtOnce, 0};
    do {
      if (const auto error = group_.submit({{}, &forgetting})) return *error;
      all += forgetting.count;
    } while (forgetting.count > 0 && !stop.stop_requested());
    return all;
  }

  void wait_no_longer_than(std::chrono::steady_clock::time_point end) {
    file_.wait_limit->set(end);
  }

  [[nodiscard]] std::int64_t last_at_open() const { return last_at_open_; }

 private:
  std::optional<Error> commit(std::span<const JournalWork* const> group) {
    const std::lock_guard lock(writer_mutex_);
    return writer_->write(group);
  }

  JournalFile file_;
  std::mutex writer_mutex_;
  std::optional<JournalWriter> writer_;
  std::mutex reader_mutex_;
  HistoryReader reader_;
  std::int64_t last_at_open_ = 0;
  GroupCommit<JournalWork> group_;
};

SqliteJournal::SqliteJournal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteJournal::~SqliteJournal() = default;

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const std::string& folder) {
  auto file = open_journal_file(folder);
  if (!file) return file.error();
  try {
    auto impl = std::make_unique<Impl>(std::move(file).value());
    if (auto error = impl->prepare()) return *error;
    return std::unique_ptr<SqliteJournal>(new SqliteJournal(std::move(impl)));
  } catch (const std::system_error& error) {
    return Error{ErrorCode::unavailable,
                 fmt::format("no thread for the journal: {}", error.what())};
  }
}

std::optional<Error> SqliteJournal::append(std::span<const JournalRecord> records) {
  return impl_->append(records);
}

void SqliteJournal::append_later(Records records, Done done) {
  impl_->append_later(*records, std::move(done));
}

void SqliteJournal::wait_no_longer_than(std::chrono::steady_clock::time_point end) {
  impl_->wait_no_longer_than(end);
}

Result<DeliveryPage> SqliteJournal::list(const DeliveryFilter& filter, const std::string& cursor,
                                         std::size_t limit) {
  return impl_->read([&](HistoryReader& reader) { return reader.list(filter, cursor, limit); });
}

Result<std::optional<DeliveryStory>> SqliteJournal::find(const std::string& delivery) {
  return impl_->read([&](HistoryReader& reader) { return reader.find(delivery); });
}

Result<DeliveryCounts> SqliteJournal::counts() {
  return impl_->read([&](HistoryReader& reader) { return reader.counts(); });
}

Result<UnfinishedPage> SqliteJournal::unfinished(const std::string& cursor, std::size_t limit) {
  return impl_->read([&](HistoryReader& reader) {
    return reader.unfinished(cursor, limit, impl_->last_at_open());
  });
}

Result<std::size_t> SqliteJournal::forget(TimePoint before, const std::stop_token& stop) {
  return impl_->forget(before, stop);
}

}  // namespace roomle_sim
