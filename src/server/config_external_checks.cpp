#include <algorithm>

#include "server/config_check_pass.hpp"
#include "server/config_checks.hpp"
#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

/// Of two that stand for a whole family one must be meant; an address in the file goes before what is looked up.
bool both_stand_for_a_family(const ExternalAddress& a, const ExternalAddress& b) {
  if (a.local || b.local) return false;
  const bool is_same_kind = (a.fixed() != nullptr) == (b.fixed() != nullptr);
  return is_same_kind && (!a.family() || !b.family() || a.family() == b.family());
}

/// RelayAddresses must be able to tell from an external address which local one is meant.
bool contradict(const ExternalAddress& a, const ExternalAddress& b) {
  if (both_stand_for_a_family(a, b) || (a.local && a.local == b.local)) return true;
  const bool may_answer_each = std::holds_alternative<StunServer>(a.source);  // one server is asked for many addresses
  return !may_answer_each && a.source == b.source && a.family() == b.family();
}

void check_duplicates(const CheckPass& pass) {
  const auto& external = pass.config.server.external;
  for (std::size_t i = 0; i < external.size(); ++i) {
    const auto end = external.begin() + static_cast<std::ptrdiff_t>(i);
    const auto earlier =
        std::find_if(external.begin(), end, [&](const auto& other) { return contradict(other, external[i]); });
    if (earlier == end) continue;
    pass.mistake(pass.place_of("server.external", i),
                 fmt::format("server.external: {} contradicts {}: each relay address has one external address, as "
                             "\"EXTERNAL/LOCAL\"",
                             show(external[i]), show(*earlier)));
  }
}

void check_locals(const CheckPass& pass) {
  const auto& addresses = pass.config.relay.addresses;
  if (addresses.empty() || !pass.usable({"relay.addresses"})) return;
  const auto& external = pass.config.server.external;
  for (std::size_t i = 0; i < external.size(); ++i) {
    const auto count_of = [&](AddressFamily family) {
      return std::ranges::count_if(
          addresses, [&](const IpAddress& relay) { return relay.family() == family && external[i].stands_for(relay); });
    };
    const auto most = std::max(count_of(AddressFamily::ipv4), count_of(AddressFamily::ipv6));
    if (most == 0) {
      pass.mistake(pass.place_of("server.external", i),
                   fmt::format("server.external: {} stands for none of relay.addresses", show(external[i])));
    } else if (most > 1 && !std::holds_alternative<StunServer>(external[i].source)) {
      pass.warning(
          pass.place_of("server.external", i),
          fmt::format("server.external: {} stands for {} relay addresses, which a peer cannot tell apart; write "
                      "\"EXTERNAL/LOCAL\" for each",
                      show(external[i]), most));
    }
  }
}

}  // namespace

void check_external(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                    ConfigReport& report) {
  const CheckPass pass{config, places, broken, report};
  check_duplicates(pass);
  check_locals(pass);
}

}  // namespace turnpike::server
