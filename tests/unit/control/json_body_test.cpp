#include "control/json_body.hpp"

#include <gtest/gtest.h>

namespace turnpike::control {
namespace {

Request request_with(std::string body, std::string type = "application/json") {
  Request request;
  request.set(http::field::content_type, type);
  request.body() = std::move(body);
  return request;
}

http::status status_of(const Request& request, EmptyBody empty = EmptyBody::empty_object) {
  const auto parsed = parse_json_body(request, empty);
  return parsed ? http::status::ok : parsed.error().status;
}

http::status status_of(std::string body) { return status_of(request_with(std::move(body))); }

TEST(JsonBodyTest, AnObjectIsTaken) {
  const auto parsed = parse_json_body(request_with(R"({"user":"ali\u00e7e","ttl":60})"), EmptyBody::refused);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at("ttl").as_int64(), 60);
  EXPECT_EQ(parsed->at("user").as_string(), "ali\u00e7e");
}

TEST(JsonBodyTest, AParameterOfTheMediaTypeDoesNotMatter) {
  EXPECT_EQ(status_of(request_with("{}", "Application/JSON; charset=utf-8")), http::status::ok);
}

TEST(JsonBodyTest, AnotherMediaTypeIsUnsupported) {
  EXPECT_EQ(status_of(request_with("{}", "text/plain")), http::status::unsupported_media_type);
  EXPECT_EQ(status_of(request_with("{}", "application/jsonp")), http::status::unsupported_media_type);
  Request untyped;
  untyped.body() = "{}";
  EXPECT_EQ(status_of(untyped), http::status::unsupported_media_type);
}

TEST(JsonBodyTest, AnEmptyBodyIsAnEmptyObjectWhereThatIsAllowed) {
  EXPECT_EQ(status_of(Request{}), http::status::ok);
  EXPECT_EQ(status_of(request_with(""), EmptyBody::refused), http::status::bad_request);
}

TEST(JsonBodyTest, OnlyObjectsAreTaken) {
  for (const char* body : {"[]", "1", "null", R"("text")", " "}) {
    EXPECT_EQ(status_of(body), http::status::bad_request) << body;
  }
}

TEST(JsonBodyTest, WhatIsNoJsonIsRefused) {
  for (const char* body : {"{", "{}{}", "{} x", "{'a':1}", R"({"a":01})", R"({"a":1,})", R"({"a":NaN})", "{a:1}",
                           R"({/**/"a":1})", "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(status_of(body), http::status::bad_request) << body;
  }
}

TEST(JsonBodyTest, ANameMayStandOnceInAnObject) {
  EXPECT_EQ(status_of(R"({"a":1,"a":1})"), http::status::bad_request);
  EXPECT_EQ(status_of(R"({"a":{"b":1,"b":2}})"), http::status::bad_request);
  EXPECT_EQ(status_of(R"({"a":1,"\u0061":2})"), http::status::bad_request);
  EXPECT_EQ(status_of(R"({"a":{"a":1},"b":{"a":1}})"), http::status::ok);
}

TEST(JsonBodyTest, LoneSurrogatesAreRefused) {
  for (const char* body : {R"({"a":"\ud800"})", R"({"a":"\udc00"})", R"({"a":"\ud800\u0041"})", R"({"\ud800":1})"}) {
    EXPECT_EQ(status_of(body), http::status::bad_request) << body;
  }
  EXPECT_EQ(status_of(R"({"a":"\ud83d\ude00"})"), http::status::ok);
}

TEST(JsonBodyTest, InvalidUtf8IsRefused) {
  for (const char* body : {"{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"\xc3\":1}"}) {
    EXPECT_EQ(status_of(body), http::status::bad_request) << body;
  }
}

TEST(JsonBodyTest, NumbersBeyondADoubleAreRefused) {
  EXPECT_EQ(status_of(R"({"a":1e400})"), http::status::bad_request);
  EXPECT_EQ(status_of(R"({"a":-1e400})"), http::status::bad_request);
  EXPECT_EQ(status_of(R"({"a":)" + std::string(1000, '9') + "}"), http::status::bad_request);
  EXPECT_EQ(status_of(R"({"a":1e300})"), http::status::ok);
}

TEST(JsonBodyTest, SixteenLevelsAreDeepEnough) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(status_of(nested(16)), http::status::ok);
  EXPECT_EQ(status_of(nested(17)), http::status::bad_request);
  EXPECT_EQ(status_of(nested(10'000)), http::status::bad_request);
}

TEST(JsonBodyTest, TenThousandOpenObjectsAreRefused) {
  std::string body;
  for (int i = 0; i < 10'000; ++i) body += R"({"a":)";
  EXPECT_EQ(status_of(body), http::status::bad_request);
}

TEST(JsonBodyTest, BeyondSixtyFourKibibytesIsTooLarge) {
  EXPECT_EQ(status_of("{}" + std::string(kMaxBody - 2, ' ')), http::status::ok);
  EXPECT_EQ(status_of("{}" + std::string(kMaxBody - 1, ' ')), http::status::payload_too_large);
}

}  // namespace
}  // namespace turnpike::control
