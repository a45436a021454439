#include "sender/tls_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <mutex>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "sender/c_handle.h"

namespace roomle_sim {
namespace {

// What the socket last said; OpenSSL's own account of it is lossy.
struct Wire {
  int socket = -1;
  int error = 0;  // errno of a failure for good
  bool ended = false;
};

Wire& wire_of(BIO* bio) {
  return *static_cast<Wire*>(BIO_get_data(bio));
}

// OpenSSL's own socket BIO calls write(), which raises SIGPIPE when the peer is gone.
int bio_write(BIO* bio, const char* bytes, int size) {
  Wire& wire = wire_of(bio);
  BIO_clear_retry_flags(bio);
  const auto n = send(wire.socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (n >= 0) return static_cast<int>(n);
  if (errno == EAGAIN || errno == EINTR) {
    BIO_set_retry_write(bio);
  } else {
    wire.error = errno;
  }
  return -1;
}

int bio_read(BIO* bio, char* to, int size) {
  Wire& wire = wire_of(bio);
  BIO_clear_retry_flags(bio);
  const auto n = recv(wire.socket, to, static_cast<std::size_t>(size), 0);
  if (n > 0) return static_cast<int>(n);
  if (n == 0) {
    wire.ended = true;
    return 0;
  }
  if (errno == EAGAIN || errno == EINTR) {
    BIO_set_retry_read(bio);
  } else {
    wire.error = errno;
  }
  return -1;
}

long bio_ctrl(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return wire_of(bio).ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// The first thing OpenSSL complained about; the rest are consequences.
std::string first_complaint() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown reason";
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("OpenSSL error {:#x}", code);
}

Error unusable(const std::string& file, const char* as) {
  return {ErrorCode::bad_input,
          fmt::format("{}: cannot be used as {}: {}", file, as, first_complaint())};
}

// OpenSSL would ask at the terminal for the passphrase of a key.
int refuse_passphrase(char*, int, int, void*) {
  return -1;
}

// Adds every certificate of the text; false where there is none, or one cannot be read.
bool trust_pem(SSL_CTX* ctx, const std::string& text) {
  const CHandle<BIO, BIO_free> bytes(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  bool any = false;
  for (;;) {
    const CHandle<X509, X509_free> certificate(
        PEM_read_bio_X509(bytes.get(), nullptr, refuse_passphrase, nullptr));
    if (!certificate) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certificate.get()) != 1) return false;
    any = true;
  }
  ERR_clear_error();
  return any;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

}  // namespace

struct TlsContext::State {
  CHandle<SSL_CTX, SSL_CTX_free> ctx{SSL_CTX_new(TLS_client_method())};
  CHandle<BIO_METHOD, BIO_meth_free> method{
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE")};
  bool insecure = false;
  bool system_authorities = true;
  std::once_flag system_read;

  // Reading the system's authorities takes tens of milliseconds: not before there is TLS.
  void trust_system() {
    if (insecure || !system_authorities) return;
    std::call_once(system_read, [this] { SSL_CTX_set_default_verify_paths(ctx.get()); });
  }

  void set_up() const {
    // Else OpenSSL reads on by itself over session tickets, past the deadline of a peer that sends
    // nothing but those.
    SSL_CTX_clear_mode(ctx.get(), SSL_MODE_AUTO_RETRY);
    BIO_meth_set_write(method.get(), bio_write);
    BIO_meth_set_read(method.get(), bio_read);
    BIO_meth_set_ctrl(method.get(), bio_ctrl);
    SSL_CTX_set_min_proto_version(ctx.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(ctx.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    static constexpr std::array<unsigned char, 9> kAlpn = {8,   'h', 't', 't', 'p',
                                                           '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(ctx.get(), kAlpn.data(), kAlpn.size());
    SSL_CTX_set_default_passwd_cb(ctx.get(), refuse_passphrase);
    SSL_CTX_set_verify(ctx.get(), insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  }
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::create(const TlsOptions& options) {
  ERR_clear_error();
  auto state = std::make_unique<State>();
  if (!state->ctx || !state->method) {
    return Error{ErrorCode::unavailable, "OpenSSL: " + first_complaint()};
  }
  state->insecure = options.insecure;
  state->system_authorities = options.system_authorities;
  state->set_up();
  SSL_CTX* ctx = state->ctx.get();
  if (!options.ca_cert_file.empty() &&
      SSL_CTX_load_verify_file(ctx, options.ca_cert_file.c_str()) != 1) {
    return unusable(options.ca_cert_file, "certificates to trust");
  }
  if (!options.ca_cert_pem.empty() && !trust_pem(ctx, options.ca_cert_pem)) {
    return unusable("a text", "certificates to trust");
  }
  if (!options.client_cert_file.empty()) {
    if (SSL_CTX_use_certificate_chain_file(ctx, options.client_cert_file.c_str()) != 1) {
      return unusable(options.client_cert_file, "a client certificate");
    }
    const std::string& key =
        options.client_key_file.empty() ? options.client_cert_file : options.client_key_file;
    if (SSL_CTX_use_PrivateKey_file(ctx, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(ctx) != 1) {
      return unusable(key, "the client certificate's key");
    }
  } else if (!options.client_key_file.empty()) {
    return Error{ErrorCode::bad_input,
                 options.client_key_file + ": a client key without a client certificate"};
  }
  ERR_clear_error();
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(state)));
}

struct TlsSession::State {
  Wire wire;
  CHandle<SSL, SSL_free> ssl;
  std::string host;
  bool insecure = false;
  bool stands = false;  // handshake done, nothing failed since
  std::string problem;

  TlsStep judge(int code, std::size_t bytes) {
    if (code == 1) return {TlsStep::State::done, bytes};
    switch (SSL_get_error(ssl.get(), code)) {
      case SSL_ERROR_WANT_READ:
        return {TlsStep::State::want_read, 0};
      case SSL_ERROR_WANT_WRITE:
        return {TlsStep::State::want_write, 0};
      case SSL_ERROR_ZERO_RETURN:
        return {TlsStep::State::closed, 0};
      default:
        break;
    }
    stands = false;
    if (wire.error != 0) {
      problem = std::generic_category().message(wire.error);
      return {TlsStep::State::reset, 0};
    }
    const long verdict = insecure ? X509_V_OK : SSL_get_verify_result(ssl.get());
    if (verdict != X509_V_OK) {
      problem = fmt::format("certificate: {}", X509_verify_cert_error_string(verdict));
      if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        problem += fmt::format(" (it is not for {})", host);
      }
      return {TlsStep::State::failed, 0};
    }
    if (wire.ended) return {TlsStep::State::cut, 0};
    problem = "TLS: " + first_complaint();
    if (problem.ends_with("wrong version number") || problem.ends_with("http request")) {
      problem += " (does the endpoint speak TLS on this port?)";
    }
    return {TlsStep::State::failed, 0};
  }
};

TlsSession::TlsSession(const TlsContext& context, int socket, const std::string& host)
    : state_(std::make_unique<State>()) {
  State& self = *state_;
  self.wire.socket = socket;
  self.insecure = context.state_->insecure;
  self.host = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  context.state_->trust_system();
  self.ssl.reset(SSL_new(context.state_->ctx.get()));
  BIO* bio = BIO_new(context.state_->method.get());
  if (!self.ssl || bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &self.wire);
  BIO_set_init(bio, 1);
  SSL_set_bio(self.ssl.get(), bio, bio);
  SSL_set_connect_state(self.ssl.get());
  if (is_address(self.host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(self.ssl.get()), self.host.c_str());
  } else {
    SSL_set_hostflags(self.ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(self.ssl.get(), self.host.c_str());
    // What the macro SSL_set_tlsext_host_name does, without its C cast.
    SSL_ctrl(self.ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             self.host.data());
  }
}

TlsSession::~TlsSession() {
  if (!state_->stands) return;
  ERR_clear_error();
  SSL_shutdown(state_->ssl.get());
  ERR_clear_error();
}

TlsStep TlsSession::handshake() {
  ERR_clear_error();
  const TlsStep step = state_->judge(SSL_do_handshake(state_->ssl.get()), 0);
  if (step.state == TlsStep::State::done) state_->stands = true;
  return step;
}

TlsStep TlsSession::read(char* to, std::size_t size) {
  ERR_clear_error();
  std::size_t n = 0;
  const int code = SSL_read_ex(state_->ssl.get(), to, size, &n);
  return state_->judge(code, n);
}

TlsStep TlsSession::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t n = 0;
  const int code = SSL_write_ex(state_->ssl.get(), bytes.data(), bytes.size(), &n);
  return state_->judge(code, n);
}

bool TlsSession::has_buffered() const {
  return SSL_pending(state_->ssl.get()) > 0;
}

const std::string& TlsSession::problem() const {
  return state_->problem;
}

}  // namespace roomle_sim
