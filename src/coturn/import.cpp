#include "turnpike/coturn/import.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "coturn/mappers.hpp"

namespace turnpike::coturn {
namespace {

constexpr std::string_view kHead =
    "# Made out of coturn's {} by `turnpike config import-coturn`. Where a value comes from stands behind it.\n"
    "# It holds the secrets: keep it readable for root and the server alone (chmod 0640, chgrp turnpike).\n"
    "# Every key and its default: turnpike.toml(5), docs/configuration.md.\n";

/// A file's name in a comment.
std::string one_line(std::string_view text) {
  std::string shown(text);
  std::ranges::replace_if(
      shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return shown;
}

std::string leftovers(const std::vector<Verdict>& verdicts, std::string_view file_name) {
  std::string text;
  for (const Verdict& verdict : verdicts) {
    if (verdict.fate == Fate::mapped && !verdict.needs_you) continue;
    text += fmt::format("# {}\n", format_verdict(verdict, file_name));
  }
  return text.empty() ? text : "\n# What has no counterpart here, or needs a look:\n#\n" + text;
}

void write_tables(Draft& draft) {
  const Places places = find_places(draft);
  write_server(draft, places);
  write_listeners(draft, places);
  write_tls(draft);
  write_relay(draft, places);
  write_peers(draft);
  write_auth(draft);
  write_quota(draft);
  write_limits(draft);
  write_cluster(draft, places);
  write_metrics(draft);
  write_log(draft);
}

}  // namespace

std::size_t Import::count_needing_you() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(verdicts, &Verdict::needs_you));
}

Import import_config(std::string_view text, std::string_view file_name) {
  const ConfFile conf(text);
  Draft draft(conf);
  write_tables(draft);
  const std::string name = one_line(file_name);
  return {fmt::format(kHead, name) + draft.toml() + leftovers(draft.verdicts(), name), draft.verdicts()};
}

std::string format_verdict(const Verdict& verdict, std::string_view file_name) {
  const std::string_view mark = verdict.needs_you ? "NEEDS YOU: " : "";
  if (verdict.line == 0) return fmt::format("{}: {}{}", file_name, mark, verdict.words);
  return fmt::format("{}:{}: {}: {}{}", file_name, verdict.line, verdict.option, mark, verdict.words);
}

}  // namespace turnpike::coturn
