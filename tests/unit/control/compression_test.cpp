#include "control/compression.hpp"

#define ZLIB_CONST
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "turnpike/base/bytes.hpp"

namespace turnpike::control {
namespace {

std::string long_text() {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "turnpike_something_total 1\n";
  return text;
}

Response answer(std::string_view accepted, std::string body = long_text()) {
  Request request;
  if (!accepted.empty()) request.set(http::field::accept_encoding, std::string(accepted));
  Response response;
  response.body() = std::move(body);
  compress_if_accepted(request, response);
  return response;
}

bool is_compressed(std::string_view accepted) { return answer(accepted)[http::field::content_encoding] == "gzip"; }

std::string gunzip(std::string_view text) {
  std::vector<std::uint8_t> out(1U << 20U);
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = as_bytes(text).data();
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  const std::string plain(as_text(ByteSpan(out).first(stream.total_out)));
  inflateEnd(&stream);
  return plain;
}

TEST(CompressionTest, WhatIsCompressedIsTheSameText) {
  const Response response = answer("gzip");
  EXPECT_LT(response.body().size(), long_text().size() / 10);
  EXPECT_EQ(gunzip(response.body()), long_text());
}

TEST(CompressionTest, CachesAreToldAlsoWhenItStaysPlain) {
  EXPECT_EQ(answer("gzip")[http::field::vary], "Accept-Encoding");
  EXPECT_EQ(answer("")[http::field::vary], "Accept-Encoding");
}

TEST(CompressionTest, GzipByAnyNameOrByTheStar) {
  for (const auto* accepted : {"gzip", "GZIP", "x-gzip", "br, gzip", "deflate , gzip;q=0.5", "*", "br;q=1, *;q=0.1",
                               "gzip;q=1.000", "gzip ; q=0.001", "identity;q=0.5, gzip;q=0.5"}) {
    EXPECT_TRUE(is_compressed(accepted)) << accepted;
  }
}

TEST(CompressionTest, NotWithoutOrAgainstTheClientsWish) {
  for (const auto* accepted : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "*, gzip;q=0", "*;q=0",
                               "gzip;q=0.5, identity", "gzipped", "gzip;q=x", "gzip;q=2", "gzip;q=1.001", ",,,"}) {
    EXPECT_FALSE(is_compressed(accepted)) << accepted;
  }
}

TEST(CompressionTest, SeveralFieldsAreOneList) {
  Request request;
  request.insert(http::field::accept_encoding, "br");
  request.insert(http::field::accept_encoding, "gzip");
  Response response;
  response.body() = long_text();
  compress_if_accepted(request, response);
  EXPECT_EQ(response[http::field::content_encoding], "gzip");
}

TEST(CompressionTest, ASmallTextIsNotWorthIt) { EXPECT_EQ(answer("gzip", "small").body(), "small"); }

TEST(CompressionTest, WhatIsEncodedStays) {
  Request request;
  request.set(http::field::accept_encoding, "gzip");
  Response response;
  response.set(http::field::content_encoding, "br");
  response.body() = long_text();
  compress_if_accepted(request, response);
  EXPECT_EQ(response.body(), long_text());
}

TEST(CompressionTest, VaryIsAddedTo) {
  Response response;
  add_vary(response, "Origin");
  add_vary(response, "Accept-Encoding");
  EXPECT_EQ(response[http::field::vary], "Origin, Accept-Encoding");
}

}  // namespace
}  // namespace turnpike::control
