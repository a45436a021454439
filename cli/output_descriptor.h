// Writing to a descriptor that may never be read, without waiting in the kernel for it.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <sys/types.h>

namespace roomle_sim {

// Threads: wake() from any; the rest one at a time. Lifetime: the descriptor stays the caller's,
// and its flags stay as they are: a terminal shares them with the shell.
class OutputDescriptor {
 public:
  explicit OutputDescriptor(int descriptor);
  ~OutputDescriptor();
  OutputDescriptor(const OutputDescriptor&) = delete;
  OutputDescriptor& operator=(const OutputDescriptor&) = delete;

  // How many of the first bytes were taken: 0 where it would have to wait, nothing where it is
  // closed or cannot be written (a full disk).
  std::optional<std::size_t> write(std::string_view bytes);

  enum class Waited { writable, woken, closed };
  // Waits for wake() or `until` (then: woken), and where `for_room`, until something can be
  // written. That whoever reads is gone is noticed in any case.
  Waited wait(bool for_room, std::optional<std::chrono::steady_clock::time_point> until);
  // Ends a wait(), or else the next one.
  void wake() const;

 private:
  const int descriptor_;
  bool socket_ = false;
  bool file_ = false;  // never waits
  int own_ = -1;       // the same pipe or terminal, opened once more: non-blocking for us alone
  int wake_ = -1;      // an eventfd
};

}  // namespace roomle_sim
