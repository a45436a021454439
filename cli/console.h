// Data to stdout, messages to stderr. Everything a command prints goes through here.
#pragma once

#include <concepts>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace roomle_sim {

// Threads: lines of several threads never mix. Printing waits for whoever reads, but for note().
class Console {
 public:
  bool json = false;         // --json: data as one object a line
  bool quiet = false;        // -q: no messages but errors
  bool no_color = false;     // --no-color
  bool lines_aside = false;  // stdout is taken by a report: plain lines go where messages go

  // A line of plain data; nothing under --json.
  void line(std::string_view text);
  // While it lives, lines are held back, and are written together at its end: what belongs
  // together is not torn apart, and a status line is drawn anew once. One at a time, which must not
  // outlive the console.
  class Together {
   public:
    explicit Together(Console& console);
    ~Together();
    Together(const Together&) = delete;
    Together& operator=(const Together&) = delete;

   private:
    Console& console_;
  };
  // A line of data in either mode: the token a user asked for, a file's content.
  void data(std::string_view text);
  // The bytes alone, in either mode: nothing is added to what a program may read.
  void bytes(std::string_view bytes);
  // One object a line under --json; nothing otherwise. Bytes that are not UTF-8 are replaced.
  void object(const nlohmann::ordered_json& object);
  // A message to the user; nothing under -q.
  void message(std::string_view text);
  // What is under way, in one line that the next one replaces and other output pushes down; empty:
  // nothing. Only on a terminal, and not under -q or --json.
  void status(std::string_view text);
  // A message in passing: it is left out where nobody reads stderr, and never waited for.
  void note(std::string_view text);
  // "roomle-sim: text" on stderr, always.
  void error(std::string_view text);
  // Prints an error and gives the exit code for it.
  int fail(const Error& failure);

  enum class Style { plain, good, bad, dim, bold };
  // The text in colour, where stdout is a terminal that wants it (NO_COLOR, TERM=dumb, --no-color).
  [[nodiscard]] std::string styled(std::string_view text, Style style) const;
  [[nodiscard]] bool colors() const;
  // Whether stderr is a terminal that can take back what it shows.
  [[nodiscard]] bool interactive() const;
  // Characters in a line of the terminal; what reads well where there is none.
  [[nodiscard]] static std::size_t width();

  // Flushes stdout. False when anything that was printed did not arrive (a full disk).
  bool flush();

 private:
  void write(std::FILE* stream, std::string_view text, bool newline = true);
  void write_alone(std::FILE* stream, std::string_view text, bool newline);
  void show_status(bool show);
  std::mutex out_;  // apart, so that a stdout that nobody reads holds up no message
  std::mutex err_;
  std::mutex held_mutex_;
  std::optional<std::string> held_;  // the lines of a Together; guarded by held_mutex_
  std::string status_;               // guarded by err_
  bool failed_ = false;              // something for stdout did not arrive; guarded by out_
};

// The same with control characters and bytes that are not UTF-8 shown as \xNN, and U+0080 to U+009F
// as \u00NN, so that an endpoint's answer or an event's member cannot move the user's cursor.
std::string printable(std::string_view text);

// "1 request", "2 requests".
template <std::integral Count>
std::string plural(Count count, std::string_view noun) {
  std::string text = std::to_string(count) + ' ';
  text += noun;
  if (count != 1) text += 's';
  return text;
}

}  // namespace roomle_sim
