#include "turnpike/coturn/option_table.hpp"

#include <algorithm>
#include <array>

#include "coturn/option_rows.hpp"

namespace turnpike::coturn {

std::span<const OptionGroup> option_table() noexcept {
  static const std::array kGroups{OptionGroup{"Listeners and addresses", address_rows()},
                                  OptionGroup{"Relaying", relay_rows()},
                                  OptionGroup{"Peers", peer_rows()},
                                  OptionGroup{"Limits", limit_rows()},
                                  OptionGroup{"STUN and TURN", protocol_rows()},
                                  OptionGroup{"Who may relay", auth_rows()},
                                  OptionGroup{"TLS and DTLS", tls_rows()},
                                  OptionGroup{"Other servers", cluster_rows()},
                                  OptionGroup{"Log and metrics", log_rows()},
                                  OptionGroup{"Administration", administration_rows()},
                                  OptionGroup{"Process", process_rows()}};
  return kGroups;
}

const Option* find_option(std::string_view name) noexcept {
  for (const OptionGroup& group : option_table()) {
    const auto found = std::ranges::find(group.options, name, &Option::name);
    if (found != group.options.end()) return &*found;
  }
  return nullptr;
}

}  // namespace turnpike::coturn
