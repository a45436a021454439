#include "tests/support/system_calls.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <dirent.h>
#include <dlfcn.h>
#include <unistd.h>

#include <fmt/format.h>

namespace roomle_sim::test {
namespace {

using See = std::function<void(const SystemCall&)>;
std::atomic<const See*> watching{nullptr};

// Of the next library that has it: the C library's, or a sanitizer's in front of that.
template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string path_of(int descriptor) {
  std::array<char, 4096> path{};
  const ssize_t size =
      ::readlink(fmt::format("/proc/self/fd/{}", descriptor).c_str(), path.data(), path.size() - 1);
  return {path.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

template <class Call>
auto watched(std::string_view name, const std::function<std::string()>& path, const Call& call) {
  const See* see = watching;
  if (see == nullptr) return call();
  SystemCall told{name, path(), false};
  (*see)(told);
  const auto result = call();
  const int error = errno;
  told.done = true;
  (*see)(told);
  errno = error;
  return result;
}

}  // namespace

WatchedCalls::WatchedCalls(See see) : see_(std::move(see)) {
  watching = &see_;
}

WatchedCalls::~WatchedCalls() {
  watching = nullptr;
}

}  // namespace roomle_sim::test

// Found in the test's binary before the C library is asked.
extern "C" {

int fsync(int descriptor) {
  using namespace roomle_sim::test;
  static const auto next = real<int(int)>("fsync");
  return watched(
      "fsync", [&] { return path_of(descriptor); }, [&] { return next(descriptor); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  using namespace roomle_sim::test;
  static const auto next = real<int(int, const char*, int, const char*, unsigned)>("renameat2");
  return watched(
      "renameat2", [&] { return std::string(from); },
      [&] { return next(from_folder, from, to_folder, to, flags); });
}

dirent* readdir(DIR* list) {
  using namespace roomle_sim::test;
  static const auto next = real<dirent*(DIR*)>("readdir");
  return watched(
      "readdir", [] { return std::string(); }, [&] { return next(list); });
}
}
