#include "endpoint/fault_line.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "endpoint/fault_tokens.h"
#include "endpoint/fault_words.h"

namespace roomle_sim {
namespace {

using Kind = JsonNode::Kind;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
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
    return clause.front().is("tls") &&
           (clause.size() == 2 || (clause.size() > 2 && clause[1].is("valid")));
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
      return report(clause.front(),
                    fmt::format("'{}' takes one word and stands by itself", clause.front().text),
                    "a ';' behind it");
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
    if (into.find("sequence") != nullptr) {
      return diagnostics_.add(sequence.where, "answers stand behind a ';' a second time",
                              "a ',' between two answers; a ';' before and behind a rule such as "
                              "'tenant 42: 410', or what is said of all, such as 'then cycle'");
    }
    const std::vector<Tokens> parts = split(tokens, ",");
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].empty()) {
        diagnostics_.add(place_of_part(tokens, parts, i, sequence.where),
                         "an answer is missing beside a comma or a colon");
      } else {
        sequence.items.push_back(read_entry(parts[i]));
      }
    }
    const Token where{"", sequence.where, false};
    set(into, where, "sequence", std::move(sequence));
  }

  // "status 503 + delay 1s x2".
  JsonNode read_entry(Tokens tokens) {
    JsonNode entry = make(Kind::object, tokens.front().where);
    const Token last = tokens.back();
    if (is_count(last)) {
      read_count(entry, last);
      tokens.pop_back();
    }
    const std::vector<Tokens> parts = split(tokens, "+");
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].empty()) {
        diagnostics_.add(place_of_part(tokens, parts, i, last.where),
                         "a word is missing beside '+' or before 'x'");
      } else {
        read_member(entry, parts[i]);
      }
    }
    return entry;
  }

  void read_count(JsonNode& entry, const Token& token) {
    const std::string_view digits = std::string_view(token.text).substr(1);
    const auto times = whole_number(digits);
    if (!times) return report(token, fmt::format("{} is out of range", digits));
    JsonNode count = make(Kind::integer, token.where);
    count.integer = *times;
    set(entry, token, "times", std::move(count));
  }

  void read_member(JsonNode& entry, const Tokens& part) {
    const Token& word = part.front();
    const std::size_t count = part.size() - 1;
    const bool status = !word.quoted && (whole_number(word.text) || is_digits(word.text));
    if (count == 0 && status) return set(entry, word, "status", value_of(word));
    if (status) return report_behind(part, 1);
    if (word.is("header")) return read_header(entry, part);
    if (word.is("delay") && count > 1) return read_delay(entry, part);
    wants_tls_ = wants_tls_ || word.is("tls");
    std::size_t most = 0;  // of what the word takes
    for (const FaultForm& form : fault_forms()) {
      if (!word.is(form.word)) continue;
      if (form.members.size() == count) {
        return set(entry, word, form.word, value_in_form(form, part));
      }
      most = std::max(most, form.members.size());
    }
    const std::string usage = word.quoted ? std::string() : fault_usage(word.text);
    if (usage.empty()) return report_unknown(word);
    if (count > most) return report_behind(part, most + 1, usage);
    report(word, fmt::format("it is written as: {}", usage));
  }

  // What stands in `part` from there on belongs to nothing.
  void report_behind(const Tokens& part, std::size_t from, const std::string& usage = {}) {
    const Token& token = part[from];
    if (token.is("x") && from + 1 < part.size() && is_digits(part[from + 1].text)) {
      return report(token,
                    fmt::format("how often is written as one word: x{}", part[from + 1].text));
    }
    if (is_count(token)) {
      return report(token, fmt::format("'{}' stands once in an answer, at its end", token.text));
    }
    report(token,
           fmt::format("a ',' or a '+' is missing between '{}' and '{}'", part[from - 1].text,
                       token.text),
           "',' before the next answer, '+' before more of the same one" +
               (usage.empty() ? usage : fmt::format("; it is written as: {}", usage)));
  }

  void report_unknown(const Token& word) {
    std::vector<std::string_view> known = fault_words();
    known.insert(known.end(), {"header", "refuse", "outage", "then"});
    const std::string_view meant = fault_meant_by(word.text);
    report(word,
           fmt::format("there is no fault '{}'{}", word.text,
                       meant.empty() ? did_you_mean(word.text, known)
                                     : fmt::format(" (did you mean '{}'?)", meant)),
           fmt::format("one of: {}", fmt::join(known, ", ")));
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
    if (part.size() > 3) return report_behind(part, 3, "header NAME VALUE");
    if (part.size() < 3) return report(part.front(), "it is written as: header NAME VALUE");
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
    static constexpr const char* kUsage =
        "delay VALUE, delay uniform LOWER UPPER, or delay lognormal MEDIAN SIGMA [MAX]";
    const std::size_t count = part.size() - 2;
    const bool uniform = part[1].is("uniform") && count == 2;
    if (!uniform && !(part[1].is("lognormal") && (count == 2 || count == 3))) {
      if (parse_duration(part[1].text)) return report_behind(part, 2, kUsage);
      return report(part[1], fmt::format("it is written as: {}", kUsage));
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
  const Tokens tokens = read_tokens(source, diagnostics);
  const JsonNode node = LineReader(source, diagnostics).read(tokens);
  Behavior behavior;
  if (diagnostics.empty()) behavior = read_behavior(node, diagnostics);
  if (tokens.empty()) diagnostics.add({source, 0, 1}, "it says nothing", "'status 503', say");
  if (diagnostics.empty()) return behavior;
  return Error{ErrorCode::usage, render(diagnostics)};
}

}  // namespace roomle_sim
