// TLS (1.2 or later) over a non-blocking socket, by OpenSSL.
//
// The peer's certificate must be valid and name the host. Trusted are the system's authorities and,
// in addition, those in `ca_cert_file` and `ca_cert_pem`. Sends never raise SIGPIPE.
// Threads: a context may be shared by many; a session is used by one thread at a time.
// Lifetime: a session keeps what it needs of its context; the socket must outlive the session.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace roomle_sim {

struct TlsOptions {
  bool insecure = false;           // take any certificate
  std::string ca_cert_file;        // PEM; empty: none
  std::string ca_cert_pem;         // the same as a text, in addition; empty: none
  bool system_authorities = true;  // trusted, and read with the first handshake
  std::string client_cert_file;    // PEM, the chain with the leaf first; empty: none
  std::string client_key_file;     // PEM, not encrypted; empty: it is in client_cert_file
};

struct TlsStep {
  enum class State {
    done,        // `bytes` were read or written; the handshake is complete
    want_read,   // again when the socket is readable
    want_write,  // again when it is writable
    closed,      // the peer said good-bye: a clean end
    cut,         // the connection ended without that: what came may not be all
    reset,       // the connection broke
    failed,      // TLS itself failed: see problem()
  };
  State state = State::done;
  std::size_t bytes = 0;
};

class TlsContext;

class TlsSession {
 public:
  TlsSession(const TlsContext& context, int socket, const std::string& host);
  ~TlsSession();  // says good-bye if the session stands; never blocks
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  TlsStep handshake();
  TlsStep read(char* to, std::size_t size);
  // After want_read or want_write: again with the same bytes, or more.
  TlsStep write(std::string_view bytes);

  // Bytes that are deciphered already, so that the socket need not become readable.
  [[nodiscard]] bool has_buffered() const;
  // For people: "certificate: self-signed certificate".
  [[nodiscard]] const std::string& problem() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class TlsContext {
 public:
  // Files that cannot be used are an error (bad_input).
  static Result<std::unique_ptr<TlsContext>> create(const TlsOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

 private:
  friend class TlsSession;
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace roomle_sim
