#include "tests/support/test_certificate.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "sender/c_handle.h"

namespace roomle_sim {
namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = CHandle<X509, X509_free>;
using File = CHandle<FILE, std::fclose>;

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const CHandle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

Certificate self_signed(EVP_PKEY* key, const std::string& names) {
  Certificate certificate(X509_new());
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
  X509_gmtime_adj(X509_getm_notBefore(raw), -3600);
  X509_gmtime_adj(X509_getm_notAfter(raw), 3600);
  X509_set_pubkey(raw, key);
  X509_NAME* name = X509_get_subject_name(raw);
  const auto* text = reinterpret_cast<const unsigned char*>("roomle-sim test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(raw, name);
  add_extension(raw, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(raw, NID_subject_alt_name, names);
  require(X509_sign(raw, key, EVP_sha256()) > 0, "sign");
  return certificate;
}

}  // namespace

TestCertificate::TestCertificate(const std::string& names) {
  const Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "key");
  const Certificate certificate = self_signed(key.get(), names);
  const File cert(std::fopen(cert_file().c_str(), "w"));
  const File secret(std::fopen(key_file().c_str(), "w"));
  require(cert && PEM_write_X509(cert.get(), certificate.get()) == 1, "write certificate");
  require(secret && PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr) == 1,
          "write key");
}

struct TlsServerSession::State {
  CHandle<SSL, SSL_free> ssl;
  bool goodbye = true;

  ssize_t judge(int n) {
    if (n > 0) return n;
    const int error = SSL_get_error(ssl.get(), n);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
    return -1;
  }
};

TlsServerSession::TlsServerSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsServerSession::~TlsServerSession() = default;

int TlsServerSession::handshake() {
  ERR_clear_error();
  const int n = SSL_accept(state_->ssl.get());
  if (n == 1) return 0;
  const int error = SSL_get_error(state_->ssl.get(), n);
  if (error == SSL_ERROR_WANT_READ) return POLLIN;
  return error == SSL_ERROR_WANT_WRITE ? POLLOUT : -1;
}

ssize_t TlsServerSession::read(char* to, std::size_t size) {
  ERR_clear_error();
  return state_->judge(SSL_read(state_->ssl.get(), to, static_cast<int>(size)));
}

ssize_t TlsServerSession::write(const char* bytes, std::size_t size) {
  ERR_clear_error();
  return state_->judge(SSL_write(state_->ssl.get(), bytes, static_cast<int>(size)));
}

void TlsServerSession::say_goodbye() {
  ERR_clear_error();
  if (state_->goodbye && SSL_is_init_finished(state_->ssl.get()) == 1) {
    SSL_shutdown(state_->ssl.get());
  }
}

struct TlsServerContext::State {
  CHandle<SSL_CTX, SSL_CTX_free> ctx{SSL_CTX_new(TLS_server_method())};
};

TlsServerContext::TlsServerContext(const TestCertificate& certificate,
                                   const std::string& client_ca_file)
    : state_(std::make_unique<State>()) {
  SSL_CTX* ctx = state_->ctx.get();
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  require(SSL_CTX_use_certificate_chain_file(ctx, certificate.cert_file().c_str()) == 1, "cert");
  require(SSL_CTX_use_PrivateKey_file(ctx, certificate.key_file().c_str(), SSL_FILETYPE_PEM) == 1,
          "key");
  if (client_ca_file.empty()) return;
  require(SSL_CTX_load_verify_file(ctx, client_ca_file.c_str()) == 1, "client CA");
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

TlsServerContext::~TlsServerContext() = default;

std::unique_ptr<TlsServerSession> TlsServerContext::accept(int socket) {
  fcntl(socket, F_SETFL, O_NONBLOCK);
  auto session = std::make_unique<TlsServerSession::State>();
  session->ssl.reset(SSL_new(state_->ctx.get()));
  session->goodbye = goodbye_;
  SSL_set_fd(session->ssl.get(), socket);
  return std::make_unique<TlsServerSession>(std::move(session));
}

}  // namespace roomle_sim
