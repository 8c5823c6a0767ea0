#include "control/form_body.hpp"

#include <gtest/gtest.h>

namespace turnpike::control {
namespace {

Result<FormFields, RequestFault> parse(std::string body, std::string type = "application/x-www-form-urlencoded") {
  Request request;
  request.set(http::field::content_type, type);
  request.body() = std::move(body);
  return parse_form_body(request);
}

http::status status_of(const Result<FormFields, RequestFault>& parsed) {
  return parsed ? http::status::ok : parsed.error().status;
}

TEST(FormBodyTest, FieldsAreDecodedInOrder) {
  const auto fields = parse("service=turn&username=a+b%3A%40c&empty=&bare");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields, (FormFields{{"service", "turn"}, {"username", "a b:@c"}, {"empty", ""}, {"bare", ""}}));
}

TEST(FormBodyTest, OfTwoFieldsTheFirstCounts) {
  const auto fields = parse("a=1&a=2");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*find_field(*fields, "a"), "1");
  EXPECT_EQ(find_field(*fields, "b"), nullptr);
}

TEST(FormBodyTest, AnEmptyBodyHasNoFields) {
  const auto fields = parse("", "");
  ASSERT_TRUE(fields);
  EXPECT_TRUE(fields->empty());
}

TEST(FormBodyTest, BadEscapesAreRefused) {
  for (const char* body : {"a=%", "a=%2", "a=%zz", "%=1"}) {
    EXPECT_EQ(status_of(parse(body)), http::status::bad_request) << body;
  }
}

TEST(FormBodyTest, ControlCharactersAndInvalidUtf8AreRefused) {
  for (const char* body : {"a=%00", "a=%0a", "a=%ff", "a=%c0%80", "a%0d=1"}) {
    EXPECT_EQ(status_of(parse(body)), http::status::bad_request) << body;
  }
}

TEST(FormBodyTest, AnotherMediaTypeIsUnsupported) {
  EXPECT_EQ(status_of(parse("a=1", "application/json")), http::status::unsupported_media_type);
}

TEST(FormBodyTest, SixtyFourFieldsAreEnough) {
  std::string body;
  for (int i = 0; i < 64; ++i) body += "a=1&";
  EXPECT_EQ(status_of(parse(body)), http::status::ok);
  EXPECT_EQ(status_of(parse(body + "a=1")), http::status::bad_request);
}

TEST(FormBodyTest, BeyondSixtyFourKibibytesIsTooLarge) {
  EXPECT_EQ(status_of(parse("a=" + std::string(kMaxBody - 1, 'x'))), http::status::payload_too_large);
}

}  // namespace
}  // namespace turnpike::control
