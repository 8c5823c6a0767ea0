#include "coturn/conf_reader.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace turnpike::coturn {
namespace {

constexpr std::string_view kBlank = " \t\r\v\f";
constexpr std::string_view kBetween = " =\t";  // any run of these between name and value

std::string_view trim(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string_view unquote(std::string_view value) noexcept {
  if (!value.starts_with('"')) return value;
  value = trim(value.substr(1));
  if (value.ends_with('"')) value.remove_suffix(1);
  return value;
}

}  // namespace

bool counts(const ConfLine& line) noexcept {
  if (line.option == nullptr || line.superseded_by != 0) return false;
  return line.option->kind != ValueKind::text || !line.value.empty();
}

std::optional<bool> read_flag(std::string_view text) noexcept {
  if (text.empty()) return true;
  // coturn looks no further than the first character, but for "on" and "off".
  constexpr std::string_view kNo = "0nNfF";
  constexpr std::string_view kYes = "123456789yYtT";
  if (kNo.find(text.front()) != std::string_view::npos) return false;
  if (kYes.find(text.front()) != std::string_view::npos) return true;
  if (text == "off" || text == "Off" || text == "OFF") return false;
  if (text == "on" || text == "On" || text == "ON") return true;
  return std::nullopt;
}

std::optional<std::uint64_t> read_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return number;
}

ConfFile::ConfFile(std::string_view text) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    add_line(++number, text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  settle_repeats();
}

void ConfFile::add_line(std::size_t number, std::string_view text) {
  text = trim(text);
  if (text.empty() || text.front() == '#') return;
  const std::size_t name_end = text.find_first_of(kBetween);
  const std::string_view name = text.substr(0, name_end);
  const std::size_t value_begin = text.find_first_not_of(kBetween, name.size());
  const std::string_view value = value_begin == std::string_view::npos ? "" : text.substr(value_begin);
  lines_.push_back({number, std::string(name), std::string(unquote(value)), find_option(name)});
}

void ConfFile::settle_repeats() {
  std::map<std::string_view, std::size_t> last;
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (!counts(*line) || line->option->repeats == Repeats::all_count) continue;
    const auto [found, is_last] = last.emplace(line->name, line->number);
    if (!is_last) line->superseded_by = found->second;
  }
}

const ConfLine* ConfFile::find(std::string_view name) const noexcept {
  const auto found =
      std::ranges::find_if(lines_, [name](const ConfLine& line) { return line.name == name && counts(line); });
  return found == lines_.end() ? nullptr : &*found;
}

std::vector<const ConfLine*> ConfFile::find_all(std::string_view name) const {
  std::vector<const ConfLine*> found;
  for (const ConfLine& line : lines_) {
    if (line.name == name && counts(line)) found.push_back(&line);
  }
  return found;
}

bool ConfFile::is_on(std::string_view name) const noexcept {
  const ConfLine* line = find(name);
  return line != nullptr && read_flag(line->value).value_or(true);
}

}  // namespace turnpike::coturn
