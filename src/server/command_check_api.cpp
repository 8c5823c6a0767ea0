#include "server/command_check_api.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/probe/byte_exchange.hpp"

namespace turnpike::server {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

struct Place {
  bool is_secure = true;
  std::string authority;  // as the Host field has it
  std::string host;
  std::uint16_t port = 443;
  std::string target;
};

bool is_sendable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<Place> read_url(std::string_view url) {
  Place place;
  place.is_secure = url.starts_with("https://");
  if ((!place.is_secure && !url.starts_with("http://")) || !is_sendable(url)) return std::nullopt;
  url.remove_prefix(place.is_secure ? 8 : 7);
  const std::size_t end = url.find_first_of("/?#");
  place.authority = url.substr(0, end);
  place.target = end == std::string_view::npos ? "/" : url.substr(end, url.find('#') - end);
  if (place.target.empty() || place.target == "/") place.target = "/api/v1/ice-servers?user=check";
  if (place.target.front() != '/') place.target.insert(0, "/");
  if (place.authority.empty() || place.authority.find('@') != std::string::npos) return std::nullopt;
  place.port = place.is_secure ? 443 : 80;
  std::string_view host = place.authority;
  std::string_view port;
  const std::size_t bracket = host.find(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
    if (error != std::errc{} || rest != port.data() + port.size() || place.port == 0) return std::nullopt;
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  place.host = host;
  return host.empty() ? std::nullopt : std::optional{place};
}

IceMistake refusal(unsigned status) {
  switch (status) {
    case 401: return {"the API answers 401: the key is missing, wrong or revoked"};
    case 403: return {"the API answers 403: the key lacks the scope credentials, or keys need HTTPS"};
    case 404: return {"the API answers 404: there are no ICE servers at this URL"};
    case 429: return {"the API answers 429: too many requests, wait a minute"};
    case 503: return {"the API answers 503: no shared secret is set (auth.secrets), or the server is draining"};
    default: return {fmt::format("the API answers {}", status)};
  }
}

void add_urls(const json::value& urls, const IceServer& server, std::vector<IceServer>& into) {
  const auto add = [&](const json::value& url) {
    const json::string* text = url.if_string();
    if (text != nullptr) into.push_back({std::string(text->c_str(), text->size()), server.username, server.password});
  };
  if (const json::array* list = urls.if_array()) {
    for (const json::value& url : *list) add(url);
  } else {
    add(urls);
  }
}

std::string text_in(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string(text->c_str(), text->size());
}

Result<IceAnswer, IceMistake> read_answer(const std::string& bytes) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  error_code error;
  parser.put(boost::asio::buffer(bytes), error);
  if (!error && parser.need_eof()) parser.put_eof(error);
  if (error || !parser.is_done()) return IceMistake{"what answers at the API's URL does not speak HTTP"};
  const auto& response = parser.get();
  if (response.result() != http::status::ok) return refusal(response.result_int());
  IceAnswer answer{.host = "", .servers = read_ice_servers(response.body()), .date = {}};
  const auto date = response[http::field::date];
  answer.date = parse_http_date({date.data(), date.size()});
  if (answer.servers.empty()) return IceMistake{"the API's answer has no ICE servers in it"};
  return answer;
}

}  // namespace

std::vector<IceServer> read_ice_servers(std::string_view text) {
  error_code error;
  const json::value parsed = json::parse({text.data(), text.size()}, error);
  if (error) return {};
  const json::value* list = &parsed;
  if (const json::object* object = parsed.if_object()) list = object->if_contains("iceServers");
  std::vector<IceServer> servers;
  if (list == nullptr) return servers;
  const auto add = [&](const json::value& entry) {
    const json::object* object = entry.if_object();
    if (object == nullptr) return;
    const json::value* urls = object->contains("urls") ? object->if_contains("urls") : object->if_contains("url");
    const IceServer server{"", text_in(*object, "username"), text_in(*object, "credential")};
    if (urls != nullptr) add_urls(*urls, server, servers);
  };
  if (const json::array* array = list->if_array()) {
    for (const json::value& entry : *array) add(entry);
  } else {
    add(*list);
  }
  return servers;
}

std::optional<UnixSeconds> parse_http_date(std::string_view text) {
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  std::tm parts{};
  in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S");
  if (in.fail()) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{parts.tm_year + 1900},
                                        std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
                                        std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  if (!day.ok()) return std::nullopt;
  return UnixSeconds{std::chrono::sys_days{day}} + std::chrono::hours{parts.tm_hour} +
         std::chrono::minutes{parts.tm_min} + Seconds{parts.tm_sec};
}

Result<IceAnswer, IceMistake> fetch_ice_servers(const IceSource& source, const std::function<Instant()>& clock) {
  const auto place = read_url(source.url);
  if (!place) return IceMistake{"--api: must be a URL such as https://turn.example.org", true};
  if (!is_sendable(source.key)) return IceMistake{"--key: has characters that no key has", true};
  const std::string authorization = source.key.empty() ? "" : fmt::format("Authorization: Bearer {}\r\n", source.key);
  const auto bytes = probe::exchange_bytes(
      {.host = place->host,
       .port = place->port,
       .is_secure = place->is_secure,
       .is_insecure = source.is_insecure,
       .trusted_pem = source.trusted_pem,
       .request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: turnpike\r\nAccept: application/json\r\n"
                              "{}Connection: close\r\n\r\n",
                              place->target, place->authority, authorization),
       .patience = source.patience},
      clock);
  if (!bytes) return IceMistake{"the API cannot be asked: " + bytes.error().text};
  auto answer = read_answer(*bytes);
  if (answer) answer->host = place->host;
  return answer;
}

}  // namespace turnpike::server
