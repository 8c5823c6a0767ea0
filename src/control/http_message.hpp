#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/value.hpp>

namespace turnpike::control {

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

/// An error as a problem document (RFC 9457); the title is the status's own words, `detail` is for people.
[[nodiscard]] Response make_problem(http::status status, std::string_view detail = {});
/// application/json.
[[nodiscard]] Response make_json(http::status status, const boost::json::value& body);
[[nodiscard]] Response make_no_content();

/// Sets the fields that every answer has: Content-Length, Connection, Server, Date, and against caches and sniffing.
void complete_fields(Response& response, unsigned version, bool keep_alive);

enum class BodyUse : std::uint8_t { send, leave_out };  ///< left out in the answer to HEAD (RFC 9110 section 9.3.2)
[[nodiscard]] std::vector<std::uint8_t> to_wire(const Response& response, BodyUse use);

}  // namespace turnpike::control
