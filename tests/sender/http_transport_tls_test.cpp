// Whom the transport trusts.
#include <fstream>
#include <memory>
#include <string>

#include "tests/sender/http_transport_fixture.h"

namespace roomle_sim {
namespace {

class HttpTransportTls : public ::testing::Test {
 protected:
  std::shared_ptr<TlsServerContext> context_of(const TestCertificate& certificate) {
    return std::make_shared<TlsServerContext>(certificate);
  }
  // Trusts the server's certificate.
  HttpTransportOptions trusting() {
    HttpTransportOptions options;
    options.ca_cert_file = certificate_.cert_file();
    return options;
  }

  const TestCertificate certificate_{"DNS:localhost,IP:127.0.0.1"};
  std::shared_ptr<TlsServerContext> context_ = context_of(certificate_);
  RawServer server_{answer_with(std::string(kOk)), context_};
};

TEST_F(HttpTransportTls, PostsToATrustedName) {
  const auto transport = make_transport(trusting());
  const AttemptResult result = transport->post(to_url(server_.url("localhost")));
  EXPECT_EQ(reason(result), "none") << result.detail;
  ASSERT_TRUE(result.response);
  EXPECT_EQ(result.response->body, "ok");
  EXPECT_TRUE(transport->post(to_url(server_.url("localhost"))).reused_connection);
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpTransportTls, PostsToATrustedAddress) {
  const AttemptResult result = make_transport(trusting())->post(to_url(server_.url()));
  EXPECT_EQ(reason(result), "none") << result.detail;
}

TEST_F(HttpTransportTls, RefusesAnUnknownCertificate) {
  const AttemptResult result = make_transport()->post(to_url(server_.url()));
  EXPECT_EQ(reason(result), "tls_error");
  EXPECT_EQ(result.detail, "certificate: self-signed certificate");
  EXPECT_FALSE(result.request_sent);
}

TEST_F(HttpTransportTls, RefusesACertificateForAnotherHost) {
  const TestCertificate other("DNS:elsewhere.example");
  const RawServer server(answer_with(std::string(kOk)), context_of(other));
  HttpTransportOptions options;
  options.ca_cert_file = other.cert_file();
  const auto transport = make_transport(options);
  const AttemptResult by_address = transport->post(to_url(server.url()));
  EXPECT_EQ(reason(by_address), "tls_error");
  EXPECT_EQ(by_address.detail, "certificate: IP address mismatch (it is not for 127.0.0.1)");
  const AttemptResult by_name = transport->post(to_url(server.url("localhost")));
  EXPECT_EQ(reason(by_name), "tls_error");
  EXPECT_EQ(by_name.detail, "certificate: hostname mismatch (it is not for localhost)");
}

TEST_F(HttpTransportTls, TakesAnyCertificateWhenInsecure) {
  HttpTransportOptions options;
  options.insecure = true;
  EXPECT_EQ(reason(make_transport(options)->post(to_url(server_.url()))), "none");
}

TEST_F(HttpTransportTls, ShowsAClientCertificateWhereOneIsAskedFor) {
  const TestCertificate client("DNS:client.example");
  const RawServer server(answer_with(std::string(kOk)),
                         std::make_shared<TlsServerContext>(certificate_, client.cert_file()));
  const AttemptResult without = make_transport(trusting())->post(to_url(server.url()));
  EXPECT_EQ(reason(without), "tls_error") << without.detail;
  HttpTransportOptions options = trusting();
  options.client_cert_file = client.cert_file();
  options.client_key_file = client.key_file();
  const AttemptResult with = make_transport(options)->post(to_url(server.url()));
  EXPECT_EQ(reason(with), "none") << with.detail;
}

TEST_F(HttpTransportTls, SaysThatAPlainServerDoesNotSpeakTls) {
  const RawServer plain([](RawConnection& connection) {
    connection.read_some();
    connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });
  const AttemptResult result =
      make_transport()->post(to_url("https://127.0.0.1:" + std::to_string(plain.port()) + "/"));
  EXPECT_EQ(reason(result), "tls_error");
  EXPECT_NE(result.detail.find("does the endpoint speak TLS"), std::string::npos) << result.detail;
}

TEST_F(HttpTransportTls, ReportsAnEndDuringTheHandshake) {
  const RawServer plain([](RawConnection& connection) { connection.read_some(); });
  const AttemptResult result =
      make_transport()->post(to_url("https://127.0.0.1:" + std::to_string(plain.port()) + "/"));
  EXPECT_EQ(reason(result), "tls_error");
  EXPECT_EQ(result.detail, "the connection was closed during the TLS handshake");
}

TEST_F(HttpTransportTls, ABodyWithoutLengthNeedsTheGoodbyeOfTls) {
  const std::string raw = "HTTP/1.1 200 OK\r\n\r\nall of it?";
  {
    const RawServer server(answer_once(raw), context_);
    EXPECT_EQ(reason(make_transport(trusting())->post(to_url(server.url()))), "none");
  }
  context_->forget_goodbye();
  const RawServer server(answer_once(raw), context_);
  const AttemptResult result = make_transport(trusting())->post(to_url(server.url()));
  EXPECT_EQ(reason(result), "connection_closed");
  EXPECT_NE(result.detail.find("close_notify"), std::string::npos) << result.detail;
}

TEST_F(HttpTransportTls, ClosedMeanwhileIsNoFailedAttempt) {
  const RawServer server(answer_once(std::string(kOk)), context_);
  const auto transport = make_transport(trusting());
  for (int i = 0; i < 10; ++i) {
    const AttemptResult result = transport->post(to_url(server.url()));
    // The close races the next post; but if it lost, that post was not reused by mistake.
    EXPECT_TRUE(!result.error || result.reused_connection) << result.detail;
  }
}

TEST_F(HttpTransportTls, PostsALargeBody) {
  std::size_t seen = 0;
  const RawServer server(
      [&](RawConnection& connection) {
        seen = connection.read_request().size();
        connection.send(kOk);
      },
      context_);
  AttemptRequest request = to_url(server.url());
  request.body.assign(2u << 20, 'x');
  const AttemptResult result = make_transport(trusting())->post(request);
  EXPECT_EQ(reason(result), "none") << result.detail;
  EXPECT_GT(seen, request.body.size());
}

TEST_F(HttpTransportTls, SurvivesAPeerThatHangsUpWhileItSends) {
  const RawServer server(
      [](RawConnection& connection) {
        connection.read_some();
        connection.reset();
      },
      context_);
  AttemptRequest request = to_url(server.url());
  request.body.assign(16u << 20, 'x');
  EXPECT_EQ(reason(make_transport(trusting())->post(request)), "connection_closed");
}

TEST_F(HttpTransportTls, RefusesFilesThatCannotBeUsed) {
  const std::string rubbish = certificate_.folder() + "/rubbish.pem";
  std::ofstream(rubbish) << "not a certificate\n";
  HttpTransportOptions ca;
  ca.ca_cert_file = certificate_.folder() + "/missing.pem";
  HttpTransportOptions client;
  client.client_cert_file = rubbish;
  HttpTransportOptions key;
  key.client_cert_file = certificate_.cert_file();
  key.client_key_file = rubbish;
  HttpTransportOptions lone;
  lone.client_key_file = certificate_.key_file();
  for (const HttpTransportOptions& options : {ca, client, key, lone}) {
    const auto transport = HttpTransport::create(options);
    ASSERT_FALSE(transport.ok());
    EXPECT_EQ(transport.error().code, ErrorCode::bad_input);
    EXPECT_NE(transport.error().message.find(".pem: "), std::string::npos)
        << transport.error().message;
  }
}

TEST_F(HttpTransportTls, RefusesAKeyOfAnotherCertificate) {
  const TestCertificate other("DNS:other.example");
  HttpTransportOptions options;
  options.client_cert_file = certificate_.cert_file();
  options.client_key_file = other.key_file();
  EXPECT_FALSE(HttpTransport::create(options).ok());
}

}  // namespace
}  // namespace roomle_sim
