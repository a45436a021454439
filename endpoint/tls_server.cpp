#include "endpoint/tls_server.h"

#include <array>
#include <new>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "sender/c_handle.h"

namespace roomle_sim {
namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = CHandle<X509, X509_free>;
using Context = CHandle<SSL_CTX, SSL_CTX_free>;
using Bytes = CHandle<BIO, BIO_free>;

// Nothing here depends on input: it fails where the machine has no memory or no random numbers.
void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(fmt::format("OpenSSL: {}", what));
}

constexpr long kHour = 3600;
constexpr long kDay = 24 * kHour;

struct Description {
  std::string common_name;
  std::string names;  // as OpenSSL writes them; empty: an authority
  long from = -kHour;
  long until = kDay;  // seconds from now, as `from`
};

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const CHandle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension");
}

void set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
}

// Signed by `issuer`; without one, by itself.
Certificate make_certificate(const Description& what, EVP_PKEY* key, X509* issuer,
                             EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  X509* raw = certificate.get();
  require(raw != nullptr, "a certificate");
  X509_set_version(raw, X509_VERSION_3);
  set_serial(raw);
  X509_gmtime_adj(X509_getm_notBefore(raw), what.from);
  X509_gmtime_adj(X509_getm_notAfter(raw), what.until);
  X509_set_pubkey(raw, key);
  const auto* name = reinterpret_cast<const unsigned char*>(what.common_name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8, name, -1, -1, 0);
  X509* signer = issuer != nullptr ? issuer : raw;
  X509_set_issuer_name(raw, X509_get_subject_name(signer));
  const bool authority = what.names.empty();
  add_extension(raw, signer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(raw, signer, NID_key_usage,
                authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  add_extension(raw, signer, NID_subject_key_identifier, "hash");
  if (!authority) {
    add_extension(raw, signer, NID_ext_key_usage, "serverAuth");
    add_extension(raw, signer, NID_subject_alt_name, what.names);
  }
  require(X509_sign(raw, issuer_key != nullptr ? issuer_key : key, EVP_sha256()) > 0, "signing");
  return certificate;
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "a key");
  return key;
}

std::string pem_of(X509* certificate) {
  const Bytes bytes(BIO_new(BIO_s_mem()));
  require(bytes && PEM_write_bio_X509(bytes.get(), certificate) == 1, "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bytes.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

std::string names_of(const std::string& host) {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  if (!host.empty()) names += fmt::format(",{}:{}", is_address(host) ? "IP" : "DNS", host);
  return names;
}

// Without a certificate every handshake ends with the alert handshake_failure.
Context make_context(X509* certificate, EVP_PKEY* key) {
  Context context(SSL_CTX_new(TLS_server_method()));
  require(context != nullptr, "a context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  if (certificate == nullptr) return context;
  require(SSL_CTX_use_certificate(context.get(), certificate) == 1, "using a certificate");
  require(SSL_CTX_use_PrivateKey(context.get(), key) == 1, "using a key");
  return context;
}

}  // namespace

struct TlsPeer::State {
  CHandle<SSL, SSL_free> ssl;
  BIO* in = nullptr;  // both are the SSL's
  BIO* out = nullptr;
};

TlsPeer::TlsPeer(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsPeer::~TlsPeer() = default;

void TlsPeer::arrived(std::string_view bytes) {
  std::size_t written = 0;
  BIO_write_ex(state_->in, bytes.data(), bytes.size(), &written);
}

std::string TlsPeer::to_send() {
  std::string bytes(BIO_ctrl_pending(state_->out), '\0');
  std::size_t read = 0;
  if (!bytes.empty()) BIO_read_ex(state_->out, bytes.data(), bytes.size(), &read);
  bytes.resize(read);
  return bytes;
}

TlsPeer::Handshake TlsPeer::handshake() {
  ERR_clear_error();
  const int code = SSL_do_handshake(state_->ssl.get());
  if (code == 1) return Handshake::done;
  const bool wants = SSL_get_error(state_->ssl.get(), code) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return wants ? Handshake::wants_more : Handshake::failed;
}

bool TlsPeer::read(std::string& plain) {
  std::array<char, 16 * 1024> part{};
  for (;;) {
    ERR_clear_error();
    std::size_t size = 0;
    const int code = SSL_read_ex(state_->ssl.get(), part.data(), part.size(), &size);
    if (code != 1) {
      const bool wants = SSL_get_error(state_->ssl.get(), code) == SSL_ERROR_WANT_READ;
      ERR_clear_error();
      return wants;
    }
    plain.append(part.data(), size);
  }
}

void TlsPeer::write(std::string_view plain) {
  if (plain.empty()) return;
  ERR_clear_error();
  std::size_t written = 0;
  SSL_write_ex(state_->ssl.get(), plain.data(), plain.size(), &written);
  ERR_clear_error();
}

void TlsPeer::say_goodbye() {
  ERR_clear_error();
  if (SSL_is_init_finished(state_->ssl.get()) == 1) SSL_shutdown(state_->ssl.get());
  ERR_clear_error();
}

struct TlsAuthority::State {
  std::string pem;
  std::map<TlsMode, Context> contexts;

  void make(const std::string& host) {
    const Key authority_key = make_key();
    const Key stranger_key = make_key();
    const Key key = make_key();
    const Certificate authority = make_certificate({"roomle-sim endpoint's authority", {}},
                                                   authority_key.get(), nullptr, nullptr);
    const Certificate stranger = make_certificate({"roomle-sim unknown authority", {}},
                                                  stranger_key.get(), nullptr, nullptr);
    pem = pem_of(authority.get());
    const auto add = [&](TlsMode mode, const Description& what, X509* issuer, EVP_PKEY* by) {
      const Certificate certificate = make_certificate(what, key.get(), issuer, by);
      contexts[mode] = make_context(certificate.get(), key.get());
    };
    const std::string names = names_of(host);
    const std::string name = "roomle-sim endpoint";
    add(TlsMode::valid, {name, names}, authority.get(), authority_key.get());
    add(TlsMode::expired, {name, names, -2 * kDay, -kDay}, authority.get(), authority_key.get());
    add(TlsMode::wrong_host, {name, "DNS:wrong-host.invalid"}, authority.get(),
        authority_key.get());
    add(TlsMode::untrusted, {name, names}, stranger.get(), stranger_key.get());
    contexts[TlsMode::handshake_failure] = make_context(nullptr, nullptr);
  }
};

TlsAuthority::TlsAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsAuthority::~TlsAuthority() = default;

Result<std::shared_ptr<const TlsAuthority>> TlsAuthority::create(const std::string& host) {
  auto state = std::make_unique<State>();
  try {
    state->make(host);
  } catch (const std::runtime_error& error) {
    return Error{ErrorCode::unavailable, error.what()};
  }
  return std::shared_ptr<const TlsAuthority>(new TlsAuthority(std::move(state)));
}

const std::string& TlsAuthority::pem() const {
  return state_->pem;
}

std::unique_ptr<TlsPeer> TlsAuthority::accept(TlsMode mode) const {
  auto peer = std::make_unique<TlsPeer::State>();
  peer->ssl.reset(SSL_new(state_->contexts.at(mode).get()));
  peer->in = BIO_new(BIO_s_mem());
  peer->out = BIO_new(BIO_s_mem());
  if (!peer->ssl || peer->in == nullptr || peer->out == nullptr) throw std::bad_alloc();
  BIO_set_mem_eof_return(peer->in, -1);
  BIO_set_mem_eof_return(peer->out, -1);
  SSL_set_bio(peer->ssl.get(), peer->in, peer->out);
  SSL_set_accept_state(peer->ssl.get());
  return std::make_unique<TlsPeer>(std::move(peer));
}

}  // namespace roomle_sim
