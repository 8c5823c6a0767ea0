#include "control/http_message.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <iterator>

namespace turnpike::control {

Response make_problem(http::status status) {
  Response response;
  response.result(status);
  const auto title = http::obsolete_reason(status);
  response.set(http::field::content_type, "application/problem+json");
  response.body() = fmt::format(R"({{"type":"about:blank","title":"{}","status":{}}})",
                                std::string_view(title.data(), title.size()), response.result_int());
  return response;
}

void complete_fields(Response& response, unsigned version, bool keep_alive) {
  response.version(version);
  response.keep_alive(keep_alive);
  response.set(http::field::server, "turnpike");
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  response.set(http::field::date, fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now)));
  if (response.find(http::field::cache_control) == response.end()) {
    response.set(http::field::cache_control, "no-store");
  }
  response.set("X-Content-Type-Options", "nosniff");
  response.prepare_payload();
}

std::vector<std::uint8_t> to_wire(const Response& response, BodyUse use) {
  std::vector<std::uint8_t> wire;
  const auto append = [&wire](boost::beast::string_view text) { wire.insert(wire.end(), text.begin(), text.end()); };
  append(response.version() == 10 ? "HTTP/1.0 " : "HTTP/1.1 ");
  append(std::to_string(response.result_int()));
  append(" ");
  append(response.reason());
  for (const auto& field : response) {
    append("\r\n");
    append(field.name_string());
    append(": ");
    append(field.value());
  }
  append("\r\n\r\n");
  if (use == BodyUse::send) append(response.body());
  return wire;
}

}  // namespace turnpike::control
