#include "endpoint/fault_line.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "endpoint/fault_words.h"

namespace roomle_sim {
namespace {

using Kind = JsonNode::Kind;

struct Token {
  std::string text;
  Location where;
  bool quoted = false;

  [[nodiscard]] bool is(std::string_view other) const { return !quoted && text == other; }
};
using Tokens = std::vector<Token>;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Cuts a line into words, texts in quotes, and the signs , ; + : between them. A sign within a word
// belongs to it, but for , and ; and a : at its end.
class Tokenizer {
 public:
  Tokenizer(const Source& source, Diagnostics& diagnostics)
      : source_(source), text_(source->text), diagnostics_(diagnostics) {}

  Tokens read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n') {
        ++at_;
      } else if (c == ',' || c == ';') {
        add(at_, 1);
      } else if (c == '\'' || c == '"') {
        read_quoted(c);
      } else {
        read_word();
      }
    }
    return std::move(tokens_);
  }

 private:
  void add(std::size_t begin, std::size_t size) {
    tokens_.push_back({std::string(text_.substr(begin, size)), {source_, begin, size}, false});
    at_ = begin + size;
  }

  void read_quoted(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) {
      diagnostics_.add({source_, at_, 1}, "a quote that is not closed");
      at_ = text_.size();
      return;
    }
    tokens_.push_back(
        {std::string(text_.substr(at_ + 1, end - at_ - 1)), {source_, at_, end + 1 - at_}, true});
    at_ = end + 1;
  }

  void read_word() {
    std::size_t end = std::min(text_.find_first_of(" \t\n,;", at_), text_.size());
    if (end - at_ > 1 && text_[end - 1] == ':') --end;
    add(at_, end - at_);
  }

  const Source& source_;
  const std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  Tokens tokens_;
};

// Splits at a sign; an empty part stays.
std::vector<Tokens> split(const Tokens& tokens, std::string_view sign) {
  std::vector<Tokens> parts(1);
  for (const Token& token : tokens) {
    if (token.is(sign)) {
      parts.emplace_back();
    } else {
      parts.back().push_back(token);
    }
  }
  return parts;
}

JsonNode make(Kind kind, const Location& where) {
  JsonNode node;
  node.kind = kind;
  node.where = where;
  return node;
}

JsonNode text_of(const Token& token) {
  JsonNode node = make(Kind::string, token.where);
  node.string = token.text;
  return node;
}

// What it looks like: a number, else a text. The reader knows which is wanted.
JsonNode value_of(const Token& token) {
  if (token.quoted) return text_of(token);
  if (const auto whole = whole_number(token.text)) {
    JsonNode node = make(Kind::integer, token.where);
    node.integer = *whole;
    node.number = static_cast<double>(*whole);
    return node;
  }
  if (const auto decimal = number(token.text)) {
    JsonNode node = make(Kind::number, token.where);
    node.number = *decimal;
    return node;
  }
  return text_of(token);
}

JsonNode flag(const Location& where) {
  JsonNode node = make(Kind::boolean, where);
  node.boolean = true;
  return node;
}

class LineReader {
 public:
  LineReader(const Source& source, Diagnostics& diagnostics)
      : diagnostics_(diagnostics), whole_(make(Kind::object, {source, 0, 1})) {}

  JsonNode read(const Tokens& tokens) {
    for (const Tokens& clause : split(tokens, ";")) {
      if (!clause.empty()) read_clause(clause);
    }
    if (wants_tls_ && whole_.find("tls") == nullptr) {
      Token valid{"valid", whole_.where, false};
      set(whole_, valid, "tls", text_of(valid));
    }
    return std::move(whole_);
  }

 private:
  void report(const Token& token, std::string message, std::string expected = {}) {
    diagnostics_.add(token.where, std::move(message), std::move(expected));
  }

  void set(JsonNode& object, const Token& token, std::string_view name, JsonNode value) {
    if (object.find(name) != nullptr) {
      return report(token, fmt::format("'{}' stands here twice", name));
    }
    object.members.push_back({std::string(name), token.where, std::move(value)});
  }

  // By itself it is said of every connection; with a count or beside other answers it is an answer,
  // which "valid" never is.
  static bool is_tls_of_whole(const Tokens& clause) {
    return clause.front().is("tls") && (clause.size() == 2 || (clause.size() > 2 && clause[1].is("valid")));
  }

  // What is of the whole behaviour, or a sequence with or without conditions.
  void read_clause(const Tokens& clause) {
    const Token& first = clause.front();
    if (first.is("refuse")) return read_refuse(clause);
    if (first.is("outage")) return read_outage(clause);
    if (first.is("then") || is_tls_of_whole(clause)) return read_word(clause);
    const auto colon = std::find_if(clause.begin(), clause.end(),
                                    [](const Token& token) { return token.is(":"); });
    if (colon == clause.end()) return read_sequence(whole_, clause);
    JsonNode rule = make(Kind::object, first.where);
    read_conditions(rule, {clause.begin(), colon});
    read_sequence(rule, {colon + 1, clause.end()});
    add_rule(first, std::move(rule));
  }

  void read_refuse(const Tokens& clause) {
    set(whole_, clause.front(), "refuse", flag(clause.front().where));
    if (clause.size() > 1) report(clause[1], "'refuse' stands alone");
  }

  void read_outage(const Tokens& clause) {
    JsonNode outage = make(Kind::object, clause.front().where);
    const std::size_t count = clause.size() - 1;
    if (count > 2) return report(clause[3], "an outage is written as: outage [[FROM] UNTIL]");
    if (count == 2) set(outage, clause[1], "from", value_of(clause[1]));
    if (count >= 1) set(outage, clause.back(), "until", value_of(clause.back()));
    set(whole_, clause.front(), "outage", std::move(outage));
  }

  // "then cycle", "tls valid", "tls expired".
  void read_word(const Tokens& clause) {
    if (clause.size() != 2) {
      return report(clause.front(), fmt::format("'{}' takes one word", clause.front().text),
                    "a ';' behind that");
    }
    set(whole_, clause.front(), clause.front().text, text_of(clause[1]));
  }

  // "event NAME", "tenant ID" and "30%", in any order.
  void read_conditions(JsonNode& rule, const Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      if ((token.is("event") || token.is("tenant")) && i + 1 < tokens.size()) {
        ++i;
        set(rule, token, token.text, value_of(tokens[i]));
      } else if (token.text.ends_with('%') && !token.quoted) {
        read_share(rule, token);
      } else {
        report(token, fmt::format("'{}' is no condition", token.text),
               "event NAME, tenant ID, or a share such as 30%");
      }
    }
  }

  void read_share(JsonNode& rule, const Token& token) {
    const auto percent = number(std::string_view(token.text).substr(0, token.text.size() - 1));
    if (!percent) return report(token, fmt::format("'{}' is no share", token.text), "30%");
    JsonNode share = make(Kind::number, token.where);
    share.number = *percent / 100;
    set(rule, token, "probability", std::move(share));
  }

  void add_rule(const Token& first, JsonNode rule) {
    for (JsonNode::Member& member : whole_.members) {
      if (member.name == "by") return member.value.items.push_back(std::move(rule));
    }
    JsonNode rules = make(Kind::array, first.where);
    rules.items.push_back(std::move(rule));
    set(whole_, first, "by", std::move(rules));
  }

  void read_sequence(JsonNode& into, const Tokens& tokens) {
    JsonNode sequence = make(Kind::array, tokens.empty() ? into.where : tokens.front().where);
    for (const Tokens& part : split(tokens, ",")) {
      if (part.empty()) {
        diagnostics_.add(sequence.where, "an answer is missing beside a comma or a colon");
      } else {
        sequence.items.push_back(read_entry(part));
      }
    }
    const Token where{"", sequence.where, false};
    set(into, where, "sequence", std::move(sequence));
  }

  // "status 503 + delay 1s x2".
  JsonNode read_entry(Tokens tokens) {
    JsonNode entry = make(Kind::object, tokens.front().where);
    const Token last = tokens.back();
    if (!last.quoted && last.text.size() > 1 && last.text.front() == 'x') {
      if (const auto times = whole_number(std::string_view(last.text).substr(1))) {
        JsonNode count = make(Kind::integer, last.where);
        count.integer = *times;
        set(entry, last, "times", std::move(count));
        tokens.pop_back();
      }
    }
    for (const Tokens& part : split(tokens, "+")) {
      if (part.empty()) {
        report(last, "a word is missing beside '+' or before 'x'");
      } else {
        read_member(entry, part);
      }
    }
    return entry;
  }

  void read_member(JsonNode& entry, const Tokens& part) {
    const Token& word = part.front();
    const std::size_t count = part.size() - 1;
    if (count == 0 && whole_number(word.text)) return set(entry, word, "status", value_of(word));
    if (word.is("header")) return read_header(entry, part);
    if (word.is("delay") && count > 1) return read_delay(entry, part);
    wants_tls_ = wants_tls_ || word.is("tls");
    std::vector<std::string_view> known = {"header", "refuse", "outage", "then"};
    for (const FaultForm& form : fault_forms()) {
      known.push_back(form.word);
      if (form.word != word.text || form.members.size() != count) continue;
      return set(entry, word, form.word, value_in_form(form, part));
    }
    const std::string usage = fault_usage(word.text);
    if (!usage.empty()) return report(word, fmt::format("it is written as: {}", usage));
    report(word, fmt::format("there is no fault '{}'{}", word.text, did_you_mean(word.text, known)),
           "such as 'status 503 x2, delay 200ms'");
  }

  JsonNode value_in_form(const FaultForm& form, const Tokens& part) {
    if (form.members.empty()) return flag(part.front().where);
    if (form.members.front().empty()) return value_of(part[1]);
    JsonNode object = make(Kind::object, part.front().where);
    for (std::size_t i = 0; i < form.members.size(); ++i) {
      set(object, part[i + 1], form.members[i], value_of(part[i + 1]));
    }
    return object;
  }

  void read_header(JsonNode& entry, const Tokens& part) {
    if (part.size() != 3) return report(part.front(), "it is written as: header NAME VALUE");
    if (entry.find("headers") == nullptr) {
      set(entry, part[1], "headers", make(Kind::object, part[1].where));
    }
    for (JsonNode::Member& member : entry.members) {
      if (member.name == "headers") set(member.value, part[1], part[1].text, value_of(part[2]));
    }
  }

  // "delay uniform LOWER UPPER", "delay lognormal MEDIAN SIGMA [MAX]".
  void read_delay(JsonNode& entry, const Tokens& part) {
    static constexpr std::string_view kUniform[] = {"lower", "upper"};
    static constexpr std::string_view kLognormal[] = {"median", "sigma", "max"};
    const std::size_t count = part.size() - 2;
    const bool uniform = part[1].is("uniform") && count == 2;
    if (!uniform && !(part[1].is("lognormal") && (count == 2 || count == 3))) {
      return report(part[1],
                    "it is written as: delay VALUE, delay uniform LOWER UPPER, or delay lognormal "
                    "MEDIAN SIGMA [MAX]");
    }
    JsonNode drawn = make(Kind::object, part[1].where);
    for (std::size_t i = 0; i < count; ++i) {
      set(drawn, part[i + 2], uniform ? kUniform[i] : kLognormal[i], value_of(part[i + 2]));
    }
    JsonNode delay = make(Kind::object, part[1].where);
    set(delay, part[1], part[1].text, std::move(drawn));
    set(entry, part.front(), "delay", std::move(delay));
  }

  Diagnostics& diagnostics_;
  JsonNode whole_;
  bool wants_tls_ = false;
};

std::string tame(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  return text;
}

// As Diagnostics::render() has it, which hides whatever is no JSON: it might be a secret there.
std::string render(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& one : diagnostics.all()) {
    const std::string line = tame(one.where.source->text);
    // The caret stands below a character, which may have several bytes.
    const auto columns = [&](std::size_t from, std::size_t size) {
      const std::string_view part =
          std::string_view(line).substr(std::min(from, line.size()), size);
      return static_cast<std::size_t>(std::count_if(part.begin(), part.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      }));
    };
    const std::size_t width = std::max<std::size_t>(1, columns(one.where.offset, one.where.length));
    text += fmt::format("{}: {}\n    1 | {}\n      | {}^{}\n", describe(one.where),
                        tame(one.message), line, std::string(columns(0, one.where.offset), ' '),
                        std::string(width - 1, '~'));
    if (!one.expected.empty()) text += fmt::format("      = {}\n", tame(one.expected));
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

Result<Behavior> parse_fault_line(const Source& source) {
  Diagnostics diagnostics;
  const Tokens tokens = Tokenizer(source, diagnostics).read();
  const JsonNode node = LineReader(source, diagnostics).read(tokens);
  Behavior behavior;
  if (diagnostics.empty()) behavior = read_behavior(node, diagnostics);
  if (tokens.empty()) diagnostics.add({source, 0, 1}, "it says nothing", "'status 503', say");
  if (diagnostics.empty()) return behavior;
  return Error{ErrorCode::usage, render(diagnostics)};
}

}  // namespace roomle_sim
