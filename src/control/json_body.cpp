#include "control/json_body.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

namespace turnpike::control {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 16;

json::parse_options strict_options() noexcept {
  json::parse_options options;  // its defaults are RFC 8259
  options.max_depth = kMaxDepth;
  return options;
}

/// Refuses what Boost.JSON's own handler lets through: it keeps the last of duplicate names, and makes 1e400 infinite.
class StrictnessHandler {
 public:
  static constexpr std::size_t max_array_size = kMaxBody;
  static constexpr std::size_t max_object_size = kMaxBody;
  static constexpr std::size_t max_string_size = kMaxBody;
  static constexpr std::size_t max_key_size = kMaxBody;

  bool on_document_begin(error_code& /*error*/) { return true; }
  bool on_document_end(error_code& /*error*/) { return true; }
  bool on_object_begin(error_code& /*error*/) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t /*size*/, error_code& /*error*/) {
    names_.pop_back();
    return true;
  }
  bool on_array_begin(error_code& /*error*/) { return true; }
  bool on_array_end(std::size_t /*size*/, error_code& /*error*/) { return true; }
  bool on_key_part(json::string_view part, std::size_t /*size*/, error_code& /*error*/) {
    name_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t /*size*/, error_code& error) {
    name_.append(part.data(), part.size());
    const bool is_new = names_.back().insert(std::exchange(name_, {})).second;
    return is_new || refuse("a name stands twice in one object", error);
  }
  bool on_string_part(json::string_view /*part*/, std::size_t /*size*/, error_code& /*error*/) { return true; }
  bool on_string(json::string_view /*part*/, std::size_t /*size*/, error_code& /*error*/) { return true; }
  bool on_number_part(json::string_view /*part*/, error_code& /*error*/) { return true; }
  bool on_int64(std::int64_t /*value*/, json::string_view /*part*/, error_code& /*error*/) { return true; }
  bool on_uint64(std::uint64_t /*value*/, json::string_view /*part*/, error_code& /*error*/) { return true; }
  bool on_double(double value, json::string_view /*part*/, error_code& error) {
    return std::isfinite(value) || refuse("a number is too large", error);
  }
  bool on_bool(bool /*value*/, error_code& /*error*/) { return true; }
  bool on_null(error_code& /*error*/) { return true; }
  bool on_comment_part(json::string_view /*part*/, error_code& /*error*/) { return true; }
  bool on_comment(json::string_view /*part*/, error_code& /*error*/) { return true; }

  /// Why it has stopped the parser; empty when it has not.
  [[nodiscard]] std::string_view complaint() const noexcept { return complaint_; }

 private:
  bool refuse(std::string_view complaint, error_code& error) {
    complaint_ = complaint;
    error = make_error_code(boost::system::errc::invalid_argument);
    return false;
  }

  std::vector<std::set<std::string, std::less<>>> names_;  // of the objects that are open
  std::string name_;
  std::string_view complaint_;
};

/// What is wrong with `text`; empty when nothing is.
std::string find_json_fault(std::string_view text) {
  json::basic_parser<StrictnessHandler> parser(strict_options());
  error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().complaint().empty()) return std::string(parser.handler().complaint());
  if (error) return "the body is no JSON: " + error.message();
  return used == text.size() ? std::string() : "there is more in the body than one JSON value";
}

RequestFault refuse(http::status status, std::string detail) { return {status, std::move(detail)}; }

}  // namespace

std::string media_type_of(const Request& request) {
  if (request.count(http::field::content_type) != 1) return {};
  const auto field = request.find(http::field::content_type)->value();
  std::string_view value(field.data(), field.size());
  value = value.substr(0, value.find(';'));
  value = value.substr(0, value.find_last_not_of(" \t") + 1);
  std::string type(value);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return type;
}

Result<json::object, RequestFault> parse_json_object(std::string_view text) {
  std::string fault = find_json_fault(text);
  if (!fault.empty()) return refuse(http::status::bad_request, std::move(fault));
  error_code error;
  json::value value = json::parse({text.data(), text.size()}, error, {}, strict_options());
  if (error) return refuse(http::status::bad_request, "the body is no JSON: " + error.message());
  json::object* object = value.if_object();
  if (object == nullptr) return refuse(http::status::bad_request, "the body must be a JSON object");
  return std::move(*object);
}

Result<json::object, RequestFault> parse_json_body(const Request& request, EmptyBody empty) {
  const std::string& body = request.body();
  if (body.empty() && empty == EmptyBody::empty_object) return json::object{};
  if (body.size() > kMaxBody) return refuse(http::status::payload_too_large, "the body is too large");
  if (media_type_of(request) != "application/json") {
    return refuse(http::status::unsupported_media_type, "the body must be application/json");
  }
  return parse_json_object(body);
}

}  // namespace turnpike::control
