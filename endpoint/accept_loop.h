// Accepts connections, on a thread of its own, until it is told to stop.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/time.h"
#include "endpoint/listening_socket.h"

namespace roomle_sim {

// A process or a machine that is out of descriptors or of memory is no reason to end: the clients
// wait in the socket's backlog meanwhile, and are accepted when there is room again.
//
// Threads: `take` is called by the loop's own thread, one at a time. Lifetime: the destructor
// returns when the loop has ended, however few descriptors there are, and closes the socket.
class AcceptLoop {
 public:
  // Whoever is called owns the connection.
  using Take = std::function<void(int fd)>;
  // Like accept(2): a descriptor, or -1 and errno.
  using Accept = std::function<int(int listening)>;

  // So long it waits before it tries again; long enough not to keep a core busy.
  static constexpr Duration kPause = std::chrono::milliseconds(10);

  // The socket must be listening already. `accept` stands for the system's call, for tests of what
  // the system seldom says.
  AcceptLoop(Socket listening, Take take, Accept accept = accept_connection);
  ~AcceptLoop();
  AcceptLoop(const AcceptLoop&) = delete;
  AcceptLoop& operator=(const AcceptLoop&) = delete;

  // accept4(2), so that programs started by this one do not get the connection too.
  static int accept_connection(int listening);

 private:
  void run();
  bool stopping();
  // Waits a little; ends at once where it is to stop.
  void pause();

  const Socket listening_;
  const Take take_;
  const Accept accept_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace roomle_sim
