// Mistakes in a file, each shown as `file:line:column: what is wrong`, with the line and a caret.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roomle_sim {

// A text and the name it is called by in messages. Shared, because positions point into it.
struct SourceText {
  std::string name;
  std::string text;
};
using Source = std::shared_ptr<const SourceText>;

// A place in a source: `offset` counts bytes from 0, and so does `length`.
struct Location {
  Source source;
  std::size_t offset = 0;
  std::size_t length = 1;
};

struct Diagnostic {
  Location where;
  std::string message;   // what is wrong
  std::string expected;  // what was expected, or a hint; may be empty
};

// "file:line:column", both counted from 1; the column counts characters (UTF-8), not bytes.
std::string describe(const Location& where);

// Collects all mistakes of a load, so that they are shown together. Threads: none.
class Diagnostics {
 public:
  void add(Location where, std::string message, std::string expected = {});
  // What stands there is a secret: its line is shown with asterisks in its place.
  void hide(Location where) { hidden_.push_back(std::move(where)); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return list_; }
  // Every mistake in the order of the file, each in up to four lines, ending in a newline. Control
  // characters are shown as '?'. Values of members called "secret", or much like it, or by a word
  // for a password, all values in "credentials" and "defaultCredential", all "rows" of a table
  // whose "columns" name such a one, and what a URL gives away (base/credential_names.h) are shown
  // as asterisks, also where it is no JSON.
  [[nodiscard]] std::string render() const;

 private:
  std::vector<Diagnostic> list_;
  std::vector<Location> hidden_;
};

// The candidate that `word` was probably meant to be, or an empty view. Case does not count, and a
// third of the letters may differ.
std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates);

// " (did you mean 'x'?)" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace roomle_sim
