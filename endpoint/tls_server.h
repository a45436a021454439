// The endpoint's side of TLS, with certificates made at run time, by OpenSSL.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "endpoint/response_plan.h"

namespace roomle_sim {

// The first byte of a connection that speaks TLS (RFC 8446, 5.1: the record type handshake).
inline constexpr char kTlsHandshake = 0x16;

// The server's end of one TLS connection, apart from any socket: what arrives goes in as bytes, and
// what is to be sent comes out as bytes. Threads: one at a time.
class TlsPeer {
 public:
  struct State;
  explicit TlsPeer(std::unique_ptr<State> state);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  void arrived(std::string_view bytes);
  // What is to be sent now; also after a handshake that failed: its alert.
  std::string to_send();

  enum class Handshake { done, wants_more, failed };
  Handshake handshake();
  // Adds all that is deciphered already. False at the end: the peer said good-bye, or TLS failed.
  bool read(std::string& plain);
  void write(std::string_view plain);
  void say_goodbye();

 private:
  std::unique_ptr<State> state_;
};

// An authority of its own and what it vouches for: a certificate for each TlsMode. They are valid
// for a day. Threads: all functions may be called from any. Lifetime: must outlive its peers.
class TlsAuthority {
 public:
  // `host`: what the certificates are for, beside localhost, 127.0.0.1 and ::1.
  static Result<std::shared_ptr<const TlsAuthority>> create(const std::string& host = {});
  ~TlsAuthority();
  TlsAuthority(const TlsAuthority&) = delete;
  TlsAuthority& operator=(const TlsAuthority&) = delete;

  // The authority's certificate, for those who are to trust it.
  [[nodiscard]] const std::string& pem() const;
  // Not for TlsMode::none.
  [[nodiscard]] std::unique_ptr<TlsPeer> accept(TlsMode mode) const;

 private:
  struct State;
  explicit TlsAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace roomle_sim
