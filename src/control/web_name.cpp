#include "control/web_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace turnpike::control {
namespace {

constexpr std::size_t kLongest = 64;

// RFC 9239 for JavaScript; browsers run modules of JavaScript's types only.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes{{
    {"html", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"svg", "image/svg+xml; charset=utf-8"},
}};

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

bool is_web_folder_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, is_name_character);
}

std::optional<std::string_view> web_file_type(std::string_view name) noexcept {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || !is_web_folder_name(name.substr(0, dot))) return std::nullopt;
  const auto found =
      std::ranges::find(kTypes, name.substr(dot + 1), &std::pair<std::string_view, std::string_view>::first);
  return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace turnpike::control
