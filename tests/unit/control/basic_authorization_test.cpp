#include "control/basic_authorization.hpp"

#include <gtest/gtest.h>

#include "turnpike/base/base64.hpp"

namespace turnpike::control {
namespace {

std::optional<BasicCredentials> parse(const std::string& field) {
  Request request;
  request.set(http::field::authorization, field);
  return basic_credentials(request);
}

std::string encode(std::string_view text) { return "Basic " + base64_encode(as_bytes(text)); }

TEST(BasicAuthorizationTest, TheExampleOfRfc7617Section2) {
  const auto login = parse("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  ASSERT_TRUE(login);
  EXPECT_EQ(login->user, "Aladdin");
  EXPECT_EQ(login->password, "open sesame");
}

TEST(BasicAuthorizationTest, TheFirstColonDivides) {
  const auto login = parse(encode("a:b:c"));
  ASSERT_TRUE(login);
  EXPECT_EQ(login->user, "a");
  EXPECT_EQ(login->password, "b:c");
}

TEST(BasicAuthorizationTest, Utf8ThatNeedsPlusAndSlashIsRead) {
  const auto login = parse("basic " + base64_encode(as_bytes("\u00fe\u00ff>?~:\u00bf\u00be")));
  ASSERT_TRUE(login);
  EXPECT_EQ(login->password, "\u00bf\u00be");
}

TEST(BasicAuthorizationTest, EverythingElseIsNothing) {
  EXPECT_FALSE(basic_credentials(Request{}));
  for (const char* field : {"", "Basic", "Basic ", "Bearer QTpC", "Basic QTpC=", "Basic Q", "Basic QT=C", "Basic !!!!",
                            "Basic QUJD" /* no colon */, "Basic _-_-"}) {
    EXPECT_FALSE(parse(field)) << field;
  }
  EXPECT_FALSE(parse(encode(std::string("a:\n"))));
  EXPECT_FALSE(parse(encode("a:\xff")));
  EXPECT_FALSE(parse(encode("a:" + std::string(1024, 'b'))));
}

TEST(BasicAuthorizationTest, OfTwoFieldsNoneCounts) {
  Request request;
  request.insert(http::field::authorization, encode("a:b"));
  request.insert(http::field::authorization, encode("c:d"));
  EXPECT_FALSE(basic_credentials(request));
}

}  // namespace
}  // namespace turnpike::control
