#include "coturn/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace turnpike::coturn {
namespace {

constexpr std::size_t kMaxShownName = 64;

/// A name out of the file, fit for a terminal and for a comment. Whatever is behind the name is never shown: it may be
/// a secret under a misspelt name.
std::string shown(std::string_view name) {
  std::string text;
  for (const char character : name.substr(0, kMaxShownName)) {
    text += character > ' ' && character < 0x7f ? character : '?';
  }
  return name.size() > kMaxShownName ? text + "..." : text;
}

Verdict judge_known(const ConfLine& line) {
  const Option& option = *line.option;
  Verdict verdict{line.number, shown(line.name), Fate::unneeded, false, fmt::format("not needed: {}", option.words)};
  if (line.superseded_by != 0) {
    verdict.words = fmt::format("line {} says it again, and the last one counts", line.superseded_by);
  } else if (!counts(line)) {
    verdict.words = "has no value";
  } else if (option.treatment == Treatment::mapped) {
    verdict.fate = Fate::mapped;
    verdict.words = fmt::format("becomes {}", option.words);
  } else if (option.treatment == Treatment::unsupported) {
    const bool is_off = option.kind == ValueKind::flag && !read_flag(line.value).value_or(true);
    verdict.words = is_off ? "is switched off" : fmt::format("not supported: {}", option.words);
    if (!is_off) verdict.fate = Fate::unsupported;
    verdict.needs_you = !is_off && option.guards == Guards::access;
  }
  return verdict;
}

Verdict judge(const ConfLine& line) {
  if (line.option == nullptr) {
    return {
        line.number, shown(line.name), Fate::unknown, true,
        "not known: no version of coturn has this option and it skips the line; correct the name if it is misspelt"};
  }
  Verdict verdict = judge_known(line);
  if (line.option->kind == ValueKind::flag && !read_flag(line.value)) {
    verdict.needs_you = true;
    verdict.words += " (its value is neither yes nor no, which coturn does not start with; taken as yes)";
  }
  return verdict;
}

}  // namespace

std::string quote_toml(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += '\\';
      quoted += character;
    } else if (code < 0x20 || code == 0x7f) {
      quoted += fmt::format("\\u{:04X}", code);
    } else {
      quoted += character;
    }
  }
  return quoted + '"';
}

std::string origin(const ConfLine& line) { return fmt::format("line {}: {}", line.number, line.name); }

Draft::Draft(const ConfFile& conf) : conf_(conf) {
  for (const ConfLine& line : conf.lines()) verdicts_.push_back(judge(line));
}

Verdict& Draft::verdict_of(const ConfLine& line) {
  return verdicts_[static_cast<std::size_t>(&line - conf_.lines().data())];
}

void Draft::tell(const ConfLine& line, std::string words) { verdict_of(line).words = std::move(words); }

void Draft::refuse(const ConfLine& line, std::string_view words) {
  Verdict& verdict = verdict_of(line);
  verdict.fate = Fate::unsupported;
  verdict.needs_you = true;
  verdict.words = fmt::format("not carried over: {}", words);
}

void Draft::demand(const ConfLine& line, std::string words) {
  Verdict& verdict = verdict_of(line);
  verdict.needs_you = true;
  verdict.words = std::move(words);
}

void Draft::note(std::string words, bool needs_you) {
  verdicts_.push_back({0, "", Fate::unneeded, needs_you, std::move(words)});
}

std::optional<std::uint64_t> Draft::number(std::string_view name, std::uint64_t least, std::uint64_t most) {
  const ConfLine* line = conf_.find(name);
  if (line == nullptr) return std::nullopt;
  const auto value = read_number(line->value);
  if (!value) {
    refuse(*line, "no number can be read there; turnpike's default stays");
    return std::nullopt;
  }
  const std::uint64_t nearest = std::clamp(*value, least, most);
  if (nearest != *value)
    demand(*line, fmt::format("becomes {}: {} is the nearest that it takes", line->option->words, nearest));
  return nearest;
}

void Draft::table(std::string_view name) { pending_table_ = name; }

void Draft::begin_entry() {
  if (pending_table_.empty()) return;
  toml_ += fmt::format("\n{}\n", pending_table_);
  pending_table_.clear();
}

void Draft::remark(std::string_view text) {
  pending_table_.clear();
  toml_ += fmt::format("\n# {}\n", text);
}

void Draft::comment(std::string_view text) {
  begin_entry();
  toml_ += fmt::format("# {}\n", text);
}

void Draft::key(std::string_view name, std::string_view value, std::string_view comment) {
  begin_entry();
  toml_ += fmt::format("{} = {}{}{}\n", name, value, comment.empty() ? "" : "  # ", comment);
}

void Draft::list(std::string_view name, const std::vector<ListItem>& items) {
  if (items.empty()) return;
  begin_entry();
  toml_ += fmt::format("{} = [\n", name);
  for (const ListItem& item : items) {
    toml_ += fmt::format("  {},{}{}\n", item.value, item.comment.empty() ? "" : "  # ", item.comment);
  }
  toml_ += "]\n";
}

}  // namespace turnpike::coturn
