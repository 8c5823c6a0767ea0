#include "support/core_settings.hpp"

namespace turnpike::test {

std::shared_ptr<const turn::CoreConfig> CoreSettings::build() const {
  auto config = std::make_shared<turn::CoreConfig>(core);
  std::vector<turn::StaticUser> static_users;
  for (const auto& [name, password] : users) {
    static_users.push_back(turn::StaticUser::from_password(name, kRealm, password));
  }
  config->credentials = turn::CredentialStore(kRealm, secrets, static_users, max_ttl);
  config->nonce_secret.fill(0x5a);
  config->relays = turn::RelayAddresses(relays, first_port, last_port);
  turn::PeerRules rules = peers;
  rules.relays = config->relays;
  config->peers = std::make_shared<turn::PeerPolicy>(rules);
  return config;
}

}  // namespace turnpike::test
