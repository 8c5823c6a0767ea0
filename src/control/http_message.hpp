#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

namespace turnpike::control {

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
/// Answers a whole request, on the loop's thread and at once.
using RequestHandler = std::function<Response(const Request&)>;

/// An error as a problem document (RFC 9457); the title is the status's own words.
[[nodiscard]] Response make_problem(http::status status);

/// Sets the fields that every answer has: Content-Length, Connection, Server, Date, and against caches and sniffing.
void complete_fields(Response& response, unsigned version, bool keep_alive);

enum class BodyUse : std::uint8_t { send, leave_out };  ///< left out in the answer to HEAD (RFC 9110 section 9.3.2)
[[nodiscard]] std::vector<std::uint8_t> to_wire(const Response& response, BodyUse use);

}  // namespace turnpike::control
