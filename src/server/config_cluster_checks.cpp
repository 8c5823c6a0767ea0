#include <algorithm>

#include "server/config_check_pass.hpp"
#include "server/config_checks.hpp"

namespace turnpike::server {
namespace {

/// Whether `endpoint` is this server, as far as the file tells. Listeners on all of the machine's addresses are looked
/// at when the server runs.
bool is_own(const Config& config, const Endpoint& endpoint) {
  return std::ranges::any_of(config.listen, [&](const ListenUrl& listener) {
    if (listener.endpoint.port != endpoint.port) return false;
    if (listener.endpoint.address == endpoint.address) return true;
    return std::ranges::any_of(config.server.external, [&](const ExternalAddress& external) {
      return external.fixed() != nullptr && *external.fixed() == endpoint.address;
    });
  });
}

void check_own(const CheckPass& pass, std::size_t index, const Endpoint& endpoint) {
  if (!pass.usable({"listen", "server.external"}) || !is_own(pass.config, endpoint)) return;
  pass.mistake(pass.place_of("cluster.alternates", index),
               fmt::format("cluster.alternates: {} is this server itself: clients would be sent in a circle; name only "
                           "the others here",
                           endpoint.to_string()));
}

void check_alternate(const CheckPass& pass, std::size_t index) {
  const auto& alternates = pass.config.cluster.alternates;
  const AlternateServer& alternate = alternates[index];
  check_own(pass, index, alternate.address);
  if (alternate.tls) check_own(pass, index, *alternate.tls);
  const auto end = alternates.begin() + static_cast<std::ptrdiff_t>(index);
  if (std::any_of(alternates.begin(), end, [&](const auto& other) { return other.address == alternate.address; })) {
    pass.mistake(pass.place_of("cluster.alternates", index),
                 fmt::format("cluster.alternates: {} is there twice", alternate.address.to_string()));
  }
}

void check_redirect(const CheckPass& pass) {
  const auto& cluster = pass.config.cluster;
  if (!pass.usable({"cluster.alternates"}) || cluster.redirect == Redirect::full || !cluster.alternates.empty()) return;
  pass.warning(pass.place_of("cluster.redirect"),
               "cluster.redirect = \"always\" does nothing without cluster.alternates");
}

void check_drain_delay(const CheckPass& pass) {
  const auto& server = pass.config.server;
  if (!pass.usable({"server.drain_delay", "server.drain_deadline"})) return;
  if (server.drain_delay == Milliseconds{0} || server.drain_delay < server.drain_deadline) return;
  pass.warning(pass.place_of("server.drain_delay"),
               fmt::format("server.drain_delay ({}) is not shorter than drain_deadline ({}): a stop ends before new "
                           "allocations have been refused",
                           show(server.drain_delay), show(server.drain_deadline)));
}

}  // namespace

void check_cluster(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                   ConfigReport& report) {
  const CheckPass pass{config, places, broken, report};
  for (std::size_t i = 0; i < config.cluster.alternates.size(); ++i) check_alternate(pass, i);
  check_redirect(pass);
  check_drain_delay(pass);
}

}  // namespace turnpike::server
