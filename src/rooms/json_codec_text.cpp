#include "rooms/json_codec_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include "turnpike/base/result.hpp"

namespace turnpike::rooms {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 32;
/// Up to so many names of an object are compared each with each: almost all objects are that small.
constexpr std::size_t kFewNames = 8;

json::parse_options strict_options() noexcept {
  json::parse_options options;  // its defaults are RFC 8259
  options.max_depth = kMaxDepth;
  return options;
}

/// The names of the objects that are open, the innermost one's last.
class OpenNames {
 public:
  void open() { objects_.push_back(names_.size()); }
  void add_part(std::string_view part) { text_.append(part); }
  void end_name() { names_.push_back(std::exchange(name_begin_, text_.size())); }
  /// False: a name stands twice in the object that ends here.
  bool close() {
    const std::size_t first = objects_.back();
    objects_.pop_back();
    const bool is_right = names_.size() - first <= kFewNames ? are_few_distinct(first) : are_many_distinct(first);
    if (first < names_.size()) text_.resize(names_[first]);
    name_begin_ = text_.size();
    names_.resize(first);
    return is_right;
  }

 private:
  [[nodiscard]] std::string_view at(std::size_t index) const {
    const std::size_t end = index + 1 < names_.size() ? names_[index + 1] : text_.size();
    return std::string_view(text_).substr(names_[index], end - names_[index]);
  }

  [[nodiscard]] bool are_few_distinct(std::size_t first) const {
    for (std::size_t i = first; i < names_.size(); ++i) {
      for (std::size_t j = i + 1; j < names_.size(); ++j) {
        if (at(i) == at(j)) return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool are_many_distinct(std::size_t first) const {
    std::vector<std::string_view> sorted;
    sorted.reserve(names_.size() - first);
    for (std::size_t i = first; i < names_.size(); ++i) sorted.push_back(at(i));
    std::sort(sorted.begin(), sorted.end());
    return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  }

  std::string text_;                  // all names, one after the other
  std::vector<std::size_t> names_;    // where they begin in it
  std::vector<std::size_t> objects_;  // the index of each object's first name
  std::size_t name_begin_ = 0;
};

/// Refuses what Boost.JSON's own handler lets through: it keeps the last of duplicate names, and makes 1e400 infinite.
class StrictnessHandler {
 public:
  // The message's own size is the bound.
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_object_size = max_array_size;
  static constexpr std::size_t max_string_size = max_array_size;
  static constexpr std::size_t max_key_size = max_array_size;

  bool on_document_begin(error_code& /*error*/) { return true; }
  bool on_document_end(error_code& /*error*/) { return true; }
  bool on_object_begin(error_code& /*error*/) {
    names_.open();
    return true;
  }
  bool on_object_end(std::size_t /*size*/, error_code& error) {
    return names_.close() || refuse("a name stands twice in one object", error);
  }
  bool on_array_begin(error_code& /*error*/) { return true; }
  bool on_array_end(std::size_t /*size*/, error_code& /*error*/) { return true; }
  bool on_key_part(json::string_view part, std::size_t /*size*/, error_code& /*error*/) {
    names_.add_part({part.data(), part.size()});
    return true;
  }
  bool on_key(json::string_view part, std::size_t /*size*/, error_code& /*error*/) {
    names_.add_part({part.data(), part.size()});
    names_.end_name();
    return true;
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

  OpenNames names_;
  std::string_view complaint_;
};

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t skip_space(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// Behind the text whose opening quotation mark is at `at`.
std::size_t skip_text(std::string_view text, std::size_t at) noexcept {
  for (std::size_t from = at + 1;;) {
    const std::size_t quote = text.find('"', from);
    if (quote == std::string_view::npos) return text.size();
    std::size_t backslashes = 0;
    while (quote - backslashes > from && text[quote - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
}

/// Behind the value that begins at `at`.
std::size_t skip_value(std::string_view text, std::size_t at) noexcept {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_text(text, at);
      if (depth == 0) return at;
      continue;
    }
    const bool is_end = c == '}' || c == ']';
    if (depth == 0 && (is_end || c == ',' || is_space(c))) return at;
    ++at;
    if (c == '{' || c == '[') ++depth;
    if (is_end && --depth == 0) return at;
  }
  return at;
}

/// Which characters cannot stand in a JSON text as they are (RFC 8259 section 7).
bool wants_escape(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kDigits[code / 16U];
  out += kDigits[code % 16U];
}

}  // namespace

std::string find_json_fault(std::string_view text) {
  json::basic_parser<StrictnessHandler> parser(strict_options());
  error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().complaint().empty()) return std::string(parser.handler().complaint());
  if (error) return "this is no JSON: " + error.message();
  return used == text.size() ? std::string() : "there is more than one JSON value";
}

bool JsonSlice::is_named(std::string_view wanted) const {
  const bool is_escaped = name.find('\\') != std::string_view::npos;
  if (is_escaped) return meaning_of(name) == wanted;
  return name.size() == wanted.size() + 2 && name.substr(1, wanted.size()) == wanted;
}

std::vector<JsonSlice> slices_of(std::string_view text) {
  std::vector<JsonSlice> slices;
  const bool has_names = kind_of(text) == JsonKind::object;
  slices.reserve(8);
  std::size_t at = skip_space(text, 1);
  while (at + 1 < text.size()) {
    JsonSlice slice;
    if (has_names) {
      const std::size_t end = skip_text(text, at);
      slice.name = text.substr(at, end - at);
      at = skip_space(text, skip_space(text, end) + 1);  // the colon is between
    }
    const std::size_t begin = std::min(at, text.size());
    const std::size_t end = skip_value(text, begin);
    slice.value = text.substr(begin, end - begin);
    slices.push_back(slice);
    at = skip_space(text, skip_space(text, end) + 1);  // and the comma
  }
  return slices;
}

std::string_view trim_json(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

JsonKind kind_of(std::string_view value) noexcept {
  switch (value.empty() ? 'n' : value.front()) {
    case '{': return JsonKind::object;
    case '[': return JsonKind::array;
    case '"': return JsonKind::text;
    case 't':
    case 'f': return JsonKind::boolean;
    case 'n': return JsonKind::null;
    default: return JsonKind::number;
  }
}

std::string meaning_of(std::string_view text) {
  if (text.size() < 2) return {};
  if (text.find('\\') == std::string_view::npos) return std::string(text.substr(1, text.size() - 2));
  error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  const json::string* meaning = value.if_string();
  return meaning == nullptr ? std::string() : std::string(meaning->data(), meaning->size());
}

void append_json(std::string& json, std::string_view text) {
  json += '"';
  while (!text.empty()) {
    const auto stop = std::find_if(text.begin(), text.end(), wants_escape);
    const auto clean = static_cast<std::size_t>(stop - text.begin());
    json.append(text.substr(0, clean));
    if (stop != text.end()) append_escape(json, *stop);
    text.remove_prefix(std::min(text.size(), clean + 1));
  }
  json += '"';
}

void append_name(std::string& json, std::string_view name) {
  if (json.back() != '{') json += ',';
  json += '"';
  json += name;
  json += "\":";
}

void append_member(std::string& json, std::string_view name, std::string_view text) {
  append_name(json, name);
  append_json(json, text);
}

void append_member(std::string& json, std::string_view name, std::uint64_t number) {
  append_raw_member(json, name, fmt::format_int(number).c_str());
}

void append_raw_member(std::string& json, std::string_view name, std::string_view value) {
  append_name(json, name);
  json += value;
}

}  // namespace turnpike::rooms
