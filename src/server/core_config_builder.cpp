#include "server/core_config_builder.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace turnpike::server {
namespace {

turn::StaticUser make_user(const ConfiguredUser& user, const std::string& realm) {
  if (user.password) return turn::StaticUser::from_password(user.name, realm, user.password->value);
  turn::StaticUser made;
  made.name = user.name;
  if (user.key) made.md5 = stun::LongTermKey(*user.key);
  if (user.key_sha256) made.sha256 = stun::LongTermKey(*user.key_sha256);
  return made;
}

turn::StaticUser make_user(const control::StoredUser& stored) {
  return {stored.name, stun::LongTermKey(stored.md5), stun::LongTermKey(stored.sha256)};
}

turn::CredentialStore make_credentials(const Config& config, std::span<const control::StoredUser> stored) {
  std::vector<std::string> secrets;
  for (const SecretText& secret : config.auth.secrets) secrets.push_back(secret.value);
  std::vector<turn::StaticUser> users;
  for (const ConfiguredUser& user : config.auth.users) users.push_back(make_user(user, config.server.realm));
  std::unordered_set<std::string_view> taken;
  for (const ConfiguredUser& user : config.auth.users) taken.insert(user.name);
  for (const control::StoredUser& user : stored) {
    if (user.realm == config.server.realm && !taken.contains(user.name)) users.push_back(make_user(user));
  }
  return {config.server.realm, std::move(secrets), std::move(users), config.auth.max_ttl};
}

/// No core can hold more allocations than there are relay ports.
std::uint32_t max_allocations(const Config& config, const RuntimeAddresses& addresses) {
  const auto ports = static_cast<std::uint32_t>(config.relay.ports.last - config.relay.ports.first + 1);
  // The table is made once; an address may come later.
  const auto possible = static_cast<std::uint32_t>(ports * std::max<std::size_t>(1, addresses.relays.size()));
  const std::uint32_t total = config.quota.total;
  return total == 0 || total > possible ? possible : total;
}

}  // namespace

std::shared_ptr<turn::CoreConfig> make_core_config(const Config& config, const RuntimeAddresses& addresses,
                                                   std::span<const control::StoredUser> stored, Random& random,
                                                   const turn::CoreConfig* previous) {
  auto core = std::make_shared<turn::CoreConfig>();
  core->credentials = make_credentials(config, stored);
  if (previous != nullptr) {
    core->nonce_secret = previous->nonce_secret;
  } else {
    random.fill(core->nonce_secret);
  }
  core->nonce_lifetime = config.auth.nonce_lifetime;
  core->default_lifetime = config.relay.default_lifetime;
  core->max_lifetime = config.relay.max_lifetime;
  core->follow_client_family = config.relay.follow_client_family;
  if (config.relay.rfc5766_channels) core->max_channel_number = stun::kMaxRfc5766ChannelNumber;
  core->relays = turn::RelayAddresses(addresses.relays, config.relay.ports.first, config.relay.ports.last,
                                      {addresses.former, addresses.awaited});
  core->peers = std::make_shared<turn::PeerPolicy>(turn::PeerRules{.allow = config.relay.peers.allow,
                                                                   .deny = config.relay.peers.deny,
                                                                   .broadcasts = addresses.broadcasts,
                                                                   .listeners = addresses.listeners,
                                                                   .relays = core->relays});
  core->max_allocations = max_allocations(config, addresses);
  core->max_permissions = config.limits.permissions;
  core->max_channels = config.limits.channels;
  for (const PortRange& ports : config.relay.tcp_peer_ports) core->tcp_peer_ports.push_back({ports.first, ports.last});
  core->max_peer_connections = config.limits.peer_connections;
  core->allocation_rate = config.quota.allocation_rate;
  core->user_rate = config.quota.user_rate;
  return core;
}

namespace {

// Who tries the relay without a key is to leave room for those who have one, also where there is little of it.
std::uint32_t max_trial_allocations(const Config& config) noexcept {
  constexpr std::uint32_t kShare = 4;
  const auto ports = static_cast<std::uint32_t>(config.relay.ports.last - config.relay.ports.first + 1);
  const std::uint32_t total = config.quota.total == 0 ? ports : std::min(config.quota.total, ports);
  return std::clamp(total / kShare, 1U, turn::kMaxTrialAllocations);
}

}  // namespace

turn::QuotaLimits make_quota_limits(const Config& config) noexcept {
  return {.per_user = config.quota.per_user,
          .per_client_address = config.quota.per_client_address,
          .total = config.quota.total,
          .trial = max_trial_allocations(config),
          .user_rate = config.quota.user_rate};
}

}  // namespace turnpike::server
