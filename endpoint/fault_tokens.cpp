#include "endpoint/fault_tokens.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace roomle_sim {
namespace {

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

}  // namespace

Tokens read_tokens(const Source& source, Diagnostics& diagnostics) {
  return Tokenizer(source, diagnostics).read();
}

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

Location place_of_part(const Tokens& tokens, const std::vector<Tokens>& parts, std::size_t part,
                       const Location& otherwise) {
  std::size_t at = part;  // signs before it
  for (std::size_t i = 0; i < part; ++i) at += parts[i].size();
  if (tokens.empty()) return otherwise;
  return tokens[std::min(at, tokens.size() - 1)].where;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_count(const Token& token) {
  return !token.quoted && token.text.starts_with('x') &&
         is_digits(std::string_view(token.text).substr(1));
}

}  // namespace roomle_sim
