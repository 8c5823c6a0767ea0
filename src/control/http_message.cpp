#include "control/http_message.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <iterator>

namespace turnpike::control {

Response make_problem(http::status status, std::string_view detail) {
  const auto title = http::obsolete_reason(status);
  boost::json::object problem{{"type", "about:blank"},
                              {"title", boost::json::string_view(title.data(), title.size())},
                              {"status", static_cast<unsigned>(status)}};
  if (!detail.empty()) problem["detail"] = boost::json::string_view(detail.data(), detail.size());
  Response response = make_json(status, problem);
  response.set(http::field::content_type, "application/problem+json");
  return response;
}

Response make_json(http::status status, const boost::json::value& body) {
  Response response;
  response.result(status);
  response.set(http::field::content_type, "application/json");
  response.body() = boost::json::serialize(body);
  return response;
}

Response make_no_content() {
  Response response;
  response.result(http::status::no_content);
  return response;
}

void complete_fields(Response& response, unsigned version, bool keep_alive) {
  response.version(version);
  const bool switches = response.result() == http::status::switching_protocols;
  if (!switches) response.keep_alive(keep_alive);
  response.set(http::field::server, "turnpike");
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  response.set(http::field::date, fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now)));
  if (response.find(http::field::cache_control) == response.end()) {
    response.set(http::field::cache_control, "no-store");
  }
  response.set("X-Content-Type-Options", "nosniff");
  const bool bodiless =
      switches || response.result() == http::status::no_content || response.result() == http::status::not_modified;
  if (bodiless) response.body().clear();
  response.prepare_payload();
  if (bodiless) response.erase(http::field::content_length);  // RFC 9110 section 8.6
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
