#include "turnpike/probe/check_report.hpp"

#include <algorithm>
#include <array>

namespace turnpike::probe {
namespace {

template <typename Enum, std::size_t N>
std::string_view look_up(const std::array<std::string_view, N>& names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view{"unknown"};
}

}  // namespace

std::string_view name_of(StepName name) noexcept {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(StepName::count_)> kNames{
      "resolve",         "connect",    "handshake", "binding", "challenge",    "allocate",
      "relayed-address", "permission", "outside",   "relay",   "many-packets", "release"};
  return look_up(kNames, name);
}

std::string_view name_of(Mark mark) noexcept {
  static constexpr std::array<std::string_view, 4> kNames{"ok", "warning", "failed", "skipped"};
  return look_up(kNames, mark);
}

std::string_view name_of(Reason reason) noexcept {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(Reason::count_)> kNames{
      "",
      "not-needed",
      "name-unknown",
      "resolver-silent",
      "silent",
      "refused",
      "unreachable",
      "hung-up",
      "not-turn",
      "not-tls",
      "tls-mismatch",
      "certificate-unknown-issuer",
      "certificate-wrong-name",
      "certificate-expired",
      "certificate-not-yet-valid",
      "certificate-other",
      "certificate-ends-soon",
      "no-credentials",
      "not-asked-for-credentials",
      "not-accepted",
      "error",
      "sent-on",
      "forged",
      "bid-down",
      "address-private",
      "address-unspecified",
      "peer-refused",
      "second-refused",
      "own-network",
      "lost",
      "partly-lost",
      "large-lost"};
  return look_up(kNames, reason);
}

const Step* PathReport::find(StepName name) const noexcept {
  const auto found = std::ranges::find(steps, name, &Step::name);
  return found == steps.end() ? nullptr : &*found;
}

const Step* PathReport::failure() const noexcept {
  const auto found = std::ranges::find(steps, Mark::failed, &Step::mark);
  return found == steps.end() ? nullptr : &*found;
}

}  // namespace turnpike::probe
