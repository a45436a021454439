#include "cli/output_queue.h"

#include <memory>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/story.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

std::size_t size_of(const JournalRecord& record) {
  std::size_t size = sizeof(JournalRecord) + record.event->size();
  if (!record.exchange) return size;
  const Exchange& exchange = *record.exchange;
  size += sizeof(Exchange) + exchange.request.body.size() + exchange.token.size();
  if (!exchange.result.response) return size;
  for (const auto& [name, value] : exchange.result.response->headers) {
    size += name.size() + value.size();
  }
  return size + exchange.result.response->body.size();
}

void add_object(const ordered_json& object, std::string& text) {
  text += json_text(object);
  text += '\n';
}

// The end of a delivery, with what stands beside it in the same write.
ordered_json ended_object(std::span<const JournalRecord> batch, const JournalRecord& ended) {
  std::vector<JournalRecord> own;
  for (const JournalRecord& one : batch) {
    if (one.delivery == ended.delivery) own.push_back(one);
  }
  return outcome_object(own);
}

void add_json(std::span<const JournalRecord> batch, const JournalRecord& record,
              std::string& text) {
  ordered_json object = std::holds_alternative<record::Ended>(record.what)
                            ? ended_object(batch, record)
                            : to_object(record);
  if (object.is_null()) return;
  if (record.tenant) object["tenant"] = record.tenant->id;
  add_object(object, text);
}

std::string text_of(std::span<const JournalRecord> batch, const Console& console) {
  std::string text;
  for (const JournalRecord& record : batch) {
    if (console.json) {
      add_json(batch, record, text);
      continue;
    }
    for (const std::string& line : tell(record, console)) text += line + '\n';
  }
  return text;
}

std::string dropped_text(std::size_t dropped, bool json) {
  if (!json) {
    return fmt::format(
        "({} records are not told here: stdout was not read fast enough; "
        "'roomle-sim deliveries list' has everything)\n",
        dropped);
  }
  std::string text;
  add_object({{"type", "dropped"}, {"count", dropped}}, text);
  return text;
}

void say_closed(Console& console) {
  console.message(
      "roomle-sim: stdout is closed or cannot be written: the service goes on, and "
      "tells nothing there any more");
}

}  // namespace

OutputQueue::OutputQueue(Console& console, const OutputLimits& limits, int descriptor,
                         std::function<void()> on_closed)
    : queue_({limits.records, limits.bytes,
              [json = console.json](std::size_t dropped) { return dropped_text(dropped, json); },
              descriptor,
              [&console, on_closed = std::move(on_closed)] {
                say_closed(console);
                if (on_closed) on_closed();
              }}) {
  form_.json = console.json;
  form_.no_color = !console.colors();  // asked once: it looks at the environment and the terminal
}

void OutputQueue::push(std::vector<JournalRecord> records) {
  if (records.empty()) return;
  QueuedText text;
  for (const JournalRecord& one : records) text.bytes += size_of(one);
  text.items = records.size();
  const auto batch = std::make_shared<const std::vector<JournalRecord>>(std::move(records));
  text.text = [this, batch] { return text_of(*batch, form_); };
  queue_.push(std::move(text));
}

}  // namespace roomle_sim
