// A value, or why there is none. Expected failures travel as values; exceptions are for bugs.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace roomle_sim {

// What kind of failure it is. The command line maps these to its exit codes (docs/cli.md).
enum class ErrorCode {
  usage,        // the caller asked for something that does not exist
  bad_input,    // a file, a token or a value that cannot be used
  busy,         // too much is open already: again later
  unavailable,  // the machine would not: a port taken, a folder that cannot be written
};

struct Error {
  ErrorCode code = ErrorCode::bad_input;
  std::string message;  // one sentence for the user, without a trailing newline
};

// Holds either a T or an E. Reading the wrong one throws std::bad_variant_access: a bug.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(*-explicit-*)
  Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] const T& value() const& { return std::get<0>(content_); }
  [[nodiscard]] T& value() & { return std::get<0>(content_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(content_)); }
  [[nodiscard]] const E& error() const { return std::get<1>(content_); }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  std::variant<T, E> content_;
};

}  // namespace roomle_sim
