// Reads the journal's tables: the queries behind journal/history.h. Threads: one at a time.
// Lifetime: the connection must outlive it, and stay where it is.
#pragma once

#include <cstdint>
#include <string>

#include "journal/history.h"
#include "journal/sqlite.h"

namespace roomle_sim {

class HistoryReader {
 public:
  // `path` is for messages.
  HistoryReader(SqliteConnection& connection, std::string path)
      : connection_(&connection), path_(std::move(path)) {}

  Result<DeliveryPage> list(const DeliveryFilter& filter, const std::string& cursor,
                            std::size_t limit);
  Result<std::optional<DeliveryStory>> find(const std::string& delivery);
  Result<DeliveryCounts> counts();
  // Only deliveries up to that number.
  Result<UnfinishedPage> unfinished(const std::string& cursor, std::size_t limit,
                                    std::int64_t last_number);

 private:
  Result<std::optional<DeliveryStory>> read_story(const std::string& delivery);
  std::optional<Error> read_past(std::int64_t number, DeliveryStory& story);
  [[nodiscard]] Error failed() const;
  [[nodiscard]] Error damaged(const std::string& delivery) const;

  SqliteConnection* connection_;
  std::string path_;
};

}  // namespace roomle_sim
