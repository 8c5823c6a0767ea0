#include "control/request_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace turnpike::control {
namespace {

using Outcome = RequestReader::Outcome;

Outcome read(RequestReader& reader, std::string_view text) {
  reader.add(as_bytes(text));
  return reader.advance();
}

// What a request is refused with, or ok.
http::status judge(std::string_view text, const RequestReader::Limits& limits = {}) {
  RequestReader reader(limits);
  return read(reader, text) == Outcome::refused ? reader.refusal() : http::status::ok;
}

TEST(RequestReaderTest, NothingIsIdle) {
  RequestReader reader({});
  EXPECT_EQ(reader.advance(), Outcome::need_more);
  EXPECT_TRUE(reader.is_idle());
}

TEST(RequestReaderTest, OneByteIsNotIdle) {
  RequestReader reader({});
  EXPECT_EQ(read(reader, "G"), Outcome::need_more);
  EXPECT_FALSE(reader.is_idle());
}

TEST(RequestReaderTest, GivesRequestsInOrder) {
  RequestReader reader({});
  ASSERT_EQ(
      read(reader, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"),
      Outcome::complete);
  EXPECT_EQ(reader.take().target(), "/1");
  ASSERT_EQ(reader.advance(), Outcome::complete);
  const Request second = reader.take();
  EXPECT_EQ(second.target(), "/2");
  EXPECT_EQ(second.body(), "hi");
  EXPECT_TRUE(reader.is_idle());
}

TEST(RequestReaderTest, TheSplitOfTheBytesDoesNotMatter) {
  const std::string_view text =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: t\r\n\r\n";
  for (std::size_t split = 1; split < text.size(); ++split) {
    RequestReader reader({});
    ASSERT_EQ(read(reader, text.substr(0, split)), Outcome::need_more) << split;
    ASSERT_EQ(read(reader, text.substr(split)), Outcome::complete) << split;
    EXPECT_EQ(reader.take().body(), "abcde") << split;
  }
}

// RFC 9110 section 6.5.1: what judged the header has not seen it.
TEST(RequestReaderTest, ATrailerFieldIsNoHeaderField) {
  RequestReader reader({});
  ASSERT_EQ(read(reader,
                 "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
                 "Authorization: Bearer key\r\nHost: b\r\n\r\n"),
            Outcome::complete);
  const Request request = reader.take();
  EXPECT_EQ(request.count(http::field::authorization), 0);
  EXPECT_EQ(request[http::field::host], "a");
  EXPECT_EQ(request.count(http::field::host), 1);
  EXPECT_EQ(request.body(), "x");
}

TEST(RequestReaderTest, TwoEmptyLinesBeforeARequestAreForgiven) {
  EXPECT_EQ(judge("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), http::status::ok);
}

TEST(RequestReaderTest, EndlessEmptyLinesAreNot) { EXPECT_EQ(judge("\r\n\r\n\r\n\r\n"), http::status::bad_request); }

TEST(RequestReaderTest, Http11NeedsAHost) { EXPECT_EQ(judge("GET / HTTP/1.1\r\n\r\n"), http::status::bad_request); }

TEST(RequestReaderTest, TwoHostsAreOneTooMany) {
  EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), http::status::bad_request);
}

TEST(RequestReaderTest, Http10NeedsNoHost) { EXPECT_EQ(judge("GET / HTTP/1.0\r\n\r\n"), http::status::ok); }

TEST(RequestReaderTest, OtherVersionsAreNotSupported) {
  EXPECT_EQ(judge("GET / HTTP/3.0\r\nHost: a\r\n\r\n"), http::status::http_version_not_supported);
  EXPECT_EQ(judge("GET / HTTP/0.9\r\n\r\n"), http::status::http_version_not_supported);
}

// Each of these is a request whose end two readers may see at different places.
TEST(RequestReaderTest, AmbiguousEndsAreRefused) {
  for (const std::string_view fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: -1\r\n", "Content-Length: 3x\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n", "Content-Length : 3\r\n"}) {
    const auto text = std::string("POST / HTTP/1.1\r\nHost: a\r\n").append(fields).append("\r\n0\r\n\r\n");
    EXPECT_EQ(judge(text), http::status::bad_request) << fields;
  }
  EXPECT_EQ(judge("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), http::status::bad_request);
}

TEST(RequestReaderTest, AHeaderAboveItsLimitIsTooLarge) {
  const RequestReader::Limits limits{.max_header = 100};
  EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100, 'x') + "\r\n\r\n", limits),
            http::status::request_header_fields_too_large);
  EXPECT_EQ(judge("GET /" + std::string(100, 'x'), limits), http::status::request_header_fields_too_large);
}

TEST(RequestReaderTest, ABodyAboveItsLimitIsTooLarge) {
  const RequestReader::Limits limits{.max_body = 10};
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(judge(post + "Content-Length: 11\r\n\r\n", limits), http::status::payload_too_large);
  EXPECT_EQ(judge(post + "Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n", limits),
            http::status::payload_too_large);
}

TEST(RequestReaderTest, EndlessChunkExtensionsAndTrailersAreTooLarge) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string begin : {"1;x=", "0\r\nX: "}) {
    EXPECT_NE(judge(post + begin + std::string(20000, 'x')), http::status::ok) << begin;
  }
}

TEST(RequestReaderTest, AContinueIsWantedOnceAndOnlyBeforeTheBody) {
  RequestReader reader({});
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
  EXPECT_EQ(read(reader, post), Outcome::wants_continue);
  EXPECT_EQ(reader.advance(), Outcome::need_more);
  EXPECT_EQ(read(reader, "hi"), Outcome::complete);
  static_cast<void>(reader.take());
  EXPECT_EQ(read(reader, post + "h"), Outcome::need_more);
}

TEST(RequestReaderTest, AnotherExpectationFails) {
  EXPECT_EQ(judge("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: gold\r\n\r\n"),
            http::status::expectation_failed);
}

}  // namespace
}  // namespace turnpike::control
