#include "base/diagnostics.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/credential_names.h"
#include "base/escapes.h"

namespace roomle_sim {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kWindow = 160;  // bytes of a very long line that are shown around the caret

struct Line {
  std::size_t number = 1;  // from 1
  std::size_t column = 1;  // in characters, from 1
  std::size_t start = 0;   // byte offset of the line, behind a byte order mark
  std::string_view text;   // without its newline
};

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

Line line_of(const Location& where) {
  const std::string_view text = where.source->text;
  const std::size_t offset = std::min(where.offset, text.size());
  Line line;
  const std::string_view before = text.substr(0, offset);
  line.number += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t newline = before.rfind('\n');
  line.start = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t end = std::min(text.find('\n', offset), text.size());
  if (line.start == 0 && text.starts_with(kByteOrderMark)) line.start = kByteOrderMark.size();
  if (offset > line.start) line.column += characters(text.substr(line.start, offset - line.start));
  line.text = text.substr(line.start, std::max(end, line.start) - line.start);
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

// The excerpt and the messages show what stands in a file: it must not move the user's cursor.
std::string tame(std::string_view text) {
  std::string tamed(text);
  for (char& c : tamed) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) c = '?';
  }
  return tamed;
}

// A file that is none of ours may be the secret itself, given in place of another.
bool begins_like_json(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] == '{' || text[first] == '[' ||
      text[first] == '/') {
    return true;
  }
  text = text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
  return text == "null" || text == "true" || text == "false";
}

// Finds the bytes of a text that are, or may be, somebody's secret. An excerpt ends in the logs of
// build servers, and a file with a mistake need not be JSON: so this goes by the words alone, takes
// quotes of either kind or none, and where it is in doubt it hides.
class SecretFinder {
 public:
  explicit SecretFinder(std::string_view text)
      : text_(text), hidden_(text.size(), !begins_like_json(text)) {
    scan(0, text.size(), false, false);
    find_stray_names();
    if (!secret_column_) return;
    for (const Stretch& cell : cells_) hide(cell.begin, cell.end);
  }
  void hide(std::size_t from, std::size_t end) {
    for (std::size_t i = from; i < std::min(end, hidden_.size()); ++i) hidden_[i] = true;
  }
  // The text with its secrets as asterisks, one a byte.
  std::string masked(std::size_t from, std::string_view shown) const {
    std::string result(shown);
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (hidden_[from + i]) result[i] = '*';
    }
    return result;
  }

 private:
  static constexpr std::size_t kLongestName = 100;

  struct Word {
    std::size_t start, end;  // without its quotes
    std::size_t next;        // behind it
    bool whole;              // quoted, and the quote was closed
  };
  // Of a table of cases, {"columns": ["password"], "rows": [["abc"]]}: which cell is the secret is
  // not certain before the table is right, so all cells are hidden once a column names one.
  enum class Part { none, columns, rows };
  // What a scan is inside of.
  struct Level {
    char closes = '\0';
    bool secret = false;    // every value in it
    bool member = false;    // the value of the member that was named last
    bool seen = false;      // that value, or its beginning
    bool certain = false;   // where the value ends
    bool variable = false;  // "env" was named: its value is a variable's name
    Part all = Part::none;  // every value in it
    Part one = Part::none;  // the value of the member that was named last, up to the next name

    [[nodiscard]] Part part() const { return all == Part::none ? one : all; }
  };

  static bool is_space(char c) { return std::string_view(" \t\r\n").find(c) != std::string::npos; }

  static bool names_a_secret(std::string_view written) {
    // "secr\u0065t" is the same name.
    const std::string name = json_spelling(written).text;
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower.find("secret") != std::string::npos || lower.find("passw") != std::string::npos ||
           lower.find("passphrase") != std::string::npos ||
           lower.find("credential") != std::string::npos ||
           lower.find("pwd") != std::string::npos ||
           !closest(name, {"secret", "credentials", "defaultCredential"}).empty();
  }

  static Part part_called(std::string_view name) {
    constexpr std::size_t kLongest = 12;
    if (name.size() < 3 || name.size() > kLongest) return Part::none;
    const std::string_view meant = closest(name, {"columns", "rows"});
    return meant.empty() ? Part::none : meant == "rows" ? Part::rows : Part::columns;
  }

  // As variables are called: {"env": "…"} may hold the secret itself by mistake. What is told of it
  // in words goes by the same rule (tenants/secret_reader.cpp).
  [[nodiscard]] bool names_a_variable(const Word& word) const {
    constexpr std::size_t kLongest = 64;
    const std::string_view name = text_.substr(word.start, word.end - word.start);
    return name.size() <= kLongest &&
           name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == name.npos;
  }

  // A string ends with its line, also where its quote is missing: so one mistake hides one line.
  Word quoted(std::size_t at, std::size_t end) const {
    std::size_t i = at + 1;
    for (; i < end && text_[i] != text_[at] && text_[i] != '\n'; ++i) {
      if (text_[i] == '\\' && i + 1 < end && text_[i + 1] != '\n') ++i;
    }
    const bool whole = i < end && text_[i] == text_[at];
    return {at + 1, i, whole ? i + 1 : i, whole};
  }

  Word bare(std::size_t at, std::size_t end) const {
    std::size_t i = at + 1;
    while (i < end && !is_space(text_[i]) &&
           std::string_view(",:[]{}\"'/").find(text_[i]) == std::string_view::npos) {
      ++i;
    }
    return {at, i, i, false};
  }

  std::size_t behind_comment(std::size_t at, std::size_t end) const {
    const std::string_view opens = text_.substr(at, 2);
    if (opens == "//") return std::min(text_.find('\n', at), end);
    if (opens != "/*") return at;
    const std::size_t close = text_.find("*/", at + 2);
    return close >= end ? at : close + 2;  // one that is never closed is none
  }

  void comment(std::size_t from, std::size_t end, const Level& level) {
    const bool secret = level.secret || level.member;
    if (level.part() == Part::rows) cells_.push_back({from + 2, end});
    if (!secret) return scan(from + 2, end, false, true);  // a member that was commented out
    const std::size_t last = text_.substr(from, 2) == "/*" ? end - 2 : end;
    for (std::size_t i = from + 2; i < last; ++i) {
      if (!is_space(text_[i])) hidden_[i] = true;
    }
  }

  // A word in a table of cases, or the name of a part of one.
  void table_word(const Word& word, bool named, bool last, Level& level) {
    const std::string_view text = text_.substr(word.start, word.end - word.start);
    const Part part = named ? level.all : level.part();
    if (part == Part::columns && names_a_secret(text.substr(0, kLongestName))) {
      secret_column_ = true;
    }
    if (part == Part::rows && !named) cells_.push_back({word.start, word.end});
    if (!named && (last || level.all != Part::none)) return;
    // Without its colon it counts only if it is one's name.
    const Part called = part_called(text);
    if (named || called != Part::none) level.one = called;
  }

  void word(const Word& word, std::size_t end, Level& level) {
    std::size_t next = word.next;
    while (next < end && is_space(text_[next])) ++next;
    const bool last = next >= end || std::string_view(",}]").find(text_[next]) != std::string::npos;
    const bool named = !last && text_[next] == ':';
    table_word(word, named, last, level);
    const bool value = level.member && !level.seen;
    if (!value && (named || (!level.member && !last))) {
      const std::string_view name = text_.substr(word.start, word.end - word.start);
      // A long one is no name, and a name without its colon has to be a secret's to count.
      const bool secret = name.size() <= kLongestName && names_a_secret(name);
      level.variable = named && name == "env";
      if (secret) names_.push_back(word.start);
      if (named || secret) {
        level.member = secret;
        level.seen = level.certain = false;
        if (named || !level.secret) return;
      }
    }
    if (!level.secret && !level.member) return;
    if (std::exchange(level.variable, false) && word.whole && last && names_a_variable(word)) {
      level.seen = level.certain = true;
      return;
    }
    hide(word.start, word.end);
    level.certain = word.whole && !(level.seen && !level.certain);
    level.seen = true;
  }

  void close(char c, std::vector<Level>& open) const {
    // One that does not match closes nothing: then what is secret stays so to the end.
    if (open.size() < 2 || open.back().closes != c) return;
    open.pop_back();
    open.back().seen = open.back().certain = true;
  }

  void scan(std::size_t at, std::size_t end, bool member, bool in_comment) {
    std::vector<Level> open(1);
    open.back().member = member;
    while (at < end) {
      const char c = text_[at];
      Level& level = open.back();
      const std::size_t behind = c == '/' && !in_comment ? behind_comment(at, end) : at;
      if (behind > at) {
        comment(at, behind, level);
        at = behind;
      } else if (c == '{' || c == '[') {
        level.variable = false;
        Level inner;
        inner.closes = c == '{' ? '}' : ']';
        inner.secret = level.secret || level.member;
        inner.all = level.part();
        open.push_back(inner);
        ++at;
      } else if (c == '}' || c == ']') {
        close(c, open);
        ++at;
      } else if (c == ',') {
        // Behind a value without quotes it may be a part of that.
        if (!level.seen || level.certain) level.member = false;
        level.variable = false;
        ++at;
      } else if (is_space(c) || c == ':') {
        ++at;
      } else {
        const bool has_quote = c == '"' || c == '\'';
        const Word next = has_quote ? quoted(at, end) : bare(at, end);
        hide_url(has_quote ? Stretch{next.start, next.end} : bare_url(next));
        word(next, end, level);
        at = next.next;
      }
    }
  }

  // A URL whose quote is missing goes to the next one, or to the end of the line. It is looked at
  // once, though it is many words.
  Stretch bare_url(const Word& word) {
    if (word.start < urls_until_ || text_.substr(word.end, 3) != "://") return {};
    urls_until_ = std::min(text_.find_first_of("\"'\n", word.end), text_.size());
    return {word.start, urls_until_};
  }

  void hide_url(const Stretch& where) {
    const std::string_view written = text_.substr(where.begin, where.end - where.begin);
    if (written.find('\\') == written.npos) {
      for (const auto& [begin, end] : url_credentials(written)) {
        hide(where.begin + begin, where.begin + end);
      }
      return;
    }
    const JsonSpelling url = json_spelling(written);
    for (const auto& [begin, end] : url_credentials(url.text)) {
      hide(where.begin + url.places[begin], where.begin + url.places[end]);
    }
  }

  // A quote too many turns the rest of its line inside out: names then look like what is between
  // two strings. Each "secret" that was not seen as a name hides what follows it in its line.
  void find_stray_names() {
    constexpr std::size_t kFar = 4096;  // bytes; else a hostile file would take very long
    std::sort(names_.begin(), names_.end());
    for (std::size_t colon = text_.find(':'); colon < text_.size();
         colon = text_.find(':', colon + 1)) {
      std::size_t end = colon;
      while (end > 0 && is_space(text_[end - 1])) --end;
      if (end > 0 && (text_[end - 1] == '"' || text_[end - 1] == '\'')) --end;
      std::size_t start = end;
      while (start > 0 && end - start < 32 &&
             std::isalnum(static_cast<unsigned char>(text_[start - 1])) != 0) {
        --start;
      }
      if (start == end || std::binary_search(names_.begin(), names_.end(), start)) continue;
      if (hidden_[start] && hidden_[colon]) continue;
      if (!names_a_secret(text_.substr(start, end - start))) continue;
      scan(colon + 1, std::min({text_.find('\n', colon), text_.size(), colon + kFar}), true, true);
    }
  }

  std::string_view text_;
  std::vector<bool> hidden_;
  std::vector<std::size_t> names_;
  std::size_t urls_until_ = 0;
  std::vector<Stretch> cells_;  // of tables of cases
  bool secret_column_ = false;
};

// Cuts a very long line to whole characters around the byte `at`, and moves `at` along.
std::string_view window(std::string_view line, std::size_t& at) {
  if (line.size() <= kWindow) return line;
  std::size_t from = std::min(at, line.size() - 1);
  from -= std::min(from, kWindow / 2);
  while (from > 0 && !starts_character(line[from])) --from;
  std::size_t end = std::min(from + kWindow, line.size());
  while (end > from && end < line.size() && !starts_character(line[end])) --end;
  at -= std::min(at, from);
  return line.substr(from, end - from);
}

std::string excerpt(const Location& where, const SecretFinder& secrets) {
  const Line line = line_of(where);
  const std::string masked = secrets.masked(line.start, tame(line.text));
  std::size_t at = where.offset - std::min(where.offset, line.start);
  const std::string_view shown = window(masked, at);
  at = std::min(at, shown.size());
  std::string pad;
  for (const char c : shown.substr(0, at)) {
    if (starts_character(c)) pad += c == '\t' ? '\t' : ' ';
  }
  const std::size_t carets = std::max<std::size_t>(1, characters(shown.substr(at, where.length)));
  return fmt::format("{:>5} | {}\n      | {}{}\n", line.number, shown, pad,
                     "^" + std::string(carets - 1, '~'));
}

// Optimal string alignment: inserting, dropping, replacing a letter or swapping two neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1,
                              table[i - 1][j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
      if (swapped) table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::string describe(const Location& where) {
  const Line line = line_of(where);
  return fmt::format("{}:{}:{}", where.source->name, line.number, line.column);
}

void Diagnostics::add(Location where, std::string message, std::string expected) {
  list_.push_back({std::move(where), std::move(message), std::move(expected)});
}

std::string Diagnostics::render() const {
  std::vector<Diagnostic> sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.source->name, a.where.offset) <
           std::tie(b.where.source->name, b.where.offset);
  });
  std::string text;
  std::optional<SecretFinder> secrets;
  const SourceText* source = nullptr;
  for (const Diagnostic& one : sorted) {
    if (one.where.source.get() != source) {
      source = one.where.source.get();
      secrets.emplace(source->text);
      for (const Location& hidden : hidden_) {
        if (hidden.source.get() == source)
          secrets->hide(hidden.offset, hidden.offset + hidden.length);
      }
    }
    text += fmt::format("{}: {}\n{}", tame(describe(one.where)), tame(one.message),
                        excerpt(one.where, *secrets));
    if (!one.expected.empty()) text += fmt::format("      = {}\n", tame(one.expected));
  }
  return text;
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  constexpr std::size_t kLongestWord = 64;  // a longer one is no slip of the fingers
  if (word.size() > kLongestWord) return {};
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  // Of short words each is like any other.
  const std::string_view best = word.size() < 3 ? std::string_view() : closest(word, candidates);
  return best.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", best);
}

}  // namespace roomle_sim
