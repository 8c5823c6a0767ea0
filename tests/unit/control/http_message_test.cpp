#include "control/http_message.hpp"

#include <gtest/gtest.h>

#include "turnpike/base/bytes.hpp"

namespace turnpike::control {
namespace {

TEST(HttpMessageTest, AProblemSaysItsStatusInWords) {
  const Response response = make_problem(http::status::payload_too_large);
  EXPECT_EQ(response.body(), R"({"type":"about:blank","title":"Payload Too Large","status":413})");
  EXPECT_EQ(response[http::field::content_type], "application/problem+json");
}

TEST(HttpMessageTest, ABodyThatIsLeftOutKeepsItsLength) {
  Response response = make_problem(http::status::not_found);
  complete_fields(response, 11, true);
  const auto wire = to_wire(response, BodyUse::leave_out);
  EXPECT_NE(as_text(wire).find("Content-Length: 55\r\n"), std::string_view::npos);
  EXPECT_TRUE(as_text(wire).ends_with("\r\n\r\n"));
}

TEST(HttpMessageTest, ACacheControlOfTheHandlersStays) {
  Response response = make_problem(http::status::not_found);
  response.set(http::field::cache_control, "max-age=60");
  complete_fields(response, 11, true);
  EXPECT_EQ(response[http::field::cache_control], "max-age=60");
}

TEST(HttpMessageTest, AKeptHttp10ConnectionIsSaidSo) {
  Response response = make_problem(http::status::not_found);
  complete_fields(response, 10, true);
  EXPECT_EQ(response[http::field::connection], "keep-alive");
}

}  // namespace
}  // namespace turnpike::control
