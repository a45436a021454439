// Certificates made at run time, and the server's side of TLS with them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <sys/types.h>

#include "tests/support/temporary_folder.h"

namespace roomle_sim {

// A self-signed certificate and its key, as PEM files in a folder that goes with the object.
class TestCertificate {
 public:
  // `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
  explicit TestCertificate(const std::string& names);

  [[nodiscard]] std::string cert_file() const { return folder() + "/cert.pem"; }
  [[nodiscard]] std::string key_file() const { return folder() + "/key.pem"; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

// Over a socket that it makes non-blocking. read and write are like recv and send with errno EAGAIN
// for "wait" (a write never has to wait for reading in these tests, nor the reverse).
class TlsServerSession {
 public:
  struct State;
  explicit TlsServerSession(std::unique_ptr<State> state);
  ~TlsServerSession();

  int handshake();  // 0: done; above: the poll() event to wait for; below: failed
  ssize_t read(char* to, std::size_t size);
  ssize_t write(const char* bytes, std::size_t size);
  void say_goodbye();

 private:
  std::unique_ptr<State> state_;
};

class TlsServerContext {
 public:
  // With `client_ca_file` clients must show a certificate that it vouches for.
  explicit TlsServerContext(const TestCertificate& certificate,
                            const std::string& client_ca_file = {});
  ~TlsServerContext();
  // Without the good-bye of TLS at the end of a connection, as careless servers do.
  void forget_goodbye() { goodbye_ = false; }
  std::unique_ptr<TlsServerSession> accept(int socket);

 private:
  struct State;
  std::unique_ptr<State> state_;
  bool goodbye_ = true;
};

}  // namespace roomle_sim
