#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "server/clock.hpp"
#include "server/config_values.hpp"
#include "server/core_config_builder.hpp"
#include "server/server.hpp"
#include "turnpike/net/interfaces.hpp"

// The world that changes while the server runs: addresses of this machine, and how others see them.
namespace turnpike::server {
namespace {

// A public address is worth a moment of waiting: who is told to come back comes back late.
constexpr std::chrono::seconds kExternalPatience{3};
// Longer than a reservation waits for its client (30 s), who is told the address that was offered then.
constexpr std::chrono::seconds kFormerCheck{60};

using Mapping = RuntimeAddresses::Mapping;

bool has(const std::vector<IpAddress>& list, const IpAddress& address) {
  return std::ranges::find(list, address) != list.end();
}

const Mapping* find_local(const std::vector<Mapping>& mappings, const IpAddress& local) {
  const auto found = std::ranges::find(mappings, local, &Mapping::local);
  return found == mappings.end() ? nullptr : &*found;
}

void log_new_relays(const EventLog& log, const RuntimeAddresses& before, const RuntimeAddresses& fresh) {
  for (const Mapping& now : fresh.relays) {
    const Mapping* old = find_local(before.relays, now.local);
    if (old == nullptr) {
      log.write(LogLevel::info, "relay address offered to new allocations",
                {{"local", now.local.to_string()}, {"external", now.external.to_string()}});
    } else if (*old != now) {
      log.write(
          LogLevel::info, "relay address has another external one: new allocations are told that",
          {{"local", now.local.to_string()}, {"before", old->external.to_string()}, {"now", now.external.to_string()}});
    }
  }
}

void log_lost_relays(const EventLog& log, const RuntimeAddresses& before, const RuntimeAddresses& fresh) {
  for (const Mapping& old : before.relays) {
    if (find_local(fresh.relays, old.local) != nullptr) continue;
    log.write(LogLevel::warn, "relay address no longer offered to new allocations",
              {{"local", old.local.to_string()},
               {"external", old.external.to_string()},
               {"reason", has(fresh.absent, old.local)    ? "it is not on this machine"
                          : has(fresh.unknown, old.local) ? "its public address is not known"
                                                          : "another one has taken its place"}});
  }
}

bool has_family(const std::vector<IpAddress>& list, AddressFamily family) {
  return std::ranges::any_of(list, [family](const IpAddress& address) { return address.family() == family; });
}

}  // namespace

RuntimeAddresses Server::resolve_now(const std::vector<net::InterfaceAddress>& interfaces) {
  default_addresses_ = detect_default_addresses(interfaces, probe_default_route, default_addresses_);
  RuntimeAddresses fresh = resolve_addresses(
      config_, interfaces, default_addresses_,
      {.is_usable = can_bind, .external = [this](const ExternalQuestion& asked) { return external_.find(asked); }});
  fresh.former = find_former(addresses_, fresh);
  // A family that was served is served again as soon as its address is back: that is no "unsupported" to clients.
  for (const Mapping& former : fresh.former) {
    const AddressFamily family = former.local.family();
    const bool is_wanted = std::ranges::find(config_.relay.families, family) != config_.relay.families.end();
    if (is_wanted && !fresh.relays_family(family) && !std::ranges::count(fresh.awaited, family)) {
      fresh.awaited.push_back(family);
    }
  }
  return fresh;
}

void Server::find_addresses() {
  const auto interfaces = net::list_interface_addresses();
  if (!interfaces) throw std::runtime_error("cannot list network interfaces: " + interfaces.error().message());
  addresses_ = resolve_now(*interfaces);
  if (addresses_.relays.empty() && addresses_.awaited.empty()) {
    throw std::runtime_error("no address to relay from: set [relay] addresses");
  }
}

bool Server::update_addresses() {
  const auto interfaces = net::list_interface_addresses();
  if (!interfaces) return false;  // what was known stays
  RuntimeAddresses fresh = resolve_now(*interfaces);
  external_.set_interval(config_.server.external_check);
  external_.set_questions(fresh.asked);
  if (fresh == addresses_) return false;
  log_new_relays(*log_, addresses_, fresh);
  log_lost_relays(*log_, addresses_, fresh);
  addresses_ = std::move(fresh);
  watch_former();
  return true;
}

void Server::refresh_addresses() {
  const auto own_before = list_own_endpoints(addresses_);
  if (phase_ == Phase::ending || !update_addresses()) return;
  if (const auto own = list_own_endpoints(addresses_); own != own_before) alternates_.apply(config_.cluster, own);
  auto settings = std::make_shared<control::ControlSettings>(build_control_settings());
  distribute_core_config([this, settings] { control_plane_->apply(*settings); });
}

void Server::watch_world() {
  external_.set_interval(config_.server.external_check);
  external_.set_questions(addresses_.asked);
  if (const error_code error = network_.start()) {
    log_->write(LogLevel::warn, "the kernel does not announce network changes here: looking for them every 30 s",
                {{"reason", error.message()}});
  }
  wait_for_external();
  refresh_addresses();  // nobody has announced what changed since they were found at the start
  for (const IpAddress& local : addresses_.unknown) {
    log_->write(LogLevel::warn, "the public address is not known yet: this relay address is not offered until it is",
                {{"local", local.to_string()}});
  }
}

void Server::wait_for_external() {
  if (external_.knows_all()) return;
  const auto work = boost::asio::make_work_guard(control_);
  const auto deadline = std::chrono::steady_clock::now() + kExternalPatience;
  while (!external_.knows_all() && control_.run_one_until(deadline) != 0) {
  }
}

void Server::on_network_change() {
  if (phase_ == Phase::ending) return;
  refresh_addresses();
  external_.ask_again();
}

void Server::end_watching_world() {
  network_.stop();
  external_.stop();
  former_timer_.cancel();
}

// Former addresses are known as long as a live allocation has one: its client's peers come by it.
void Server::watch_former() {
  former_timer_.cancel();
  if (addresses_.former.empty()) return;
  former_timer_.expires_after(kFormerCheck);
  former_timer_.async_wait([this](const error_code& error) {
    if (!error && phase_ != Phase::ending) ask_for_former();
  });
}

void Server::ask_for_former() {
  auto announced = std::make_shared<std::vector<IpAddress>>();
  workers_.ask(
      [former = addresses_.former](Worker& worker) {
        std::vector<IpAddress> used;
        for (const Mapping& mapping : former) {
          if (worker.announces(mapping.external)) used.push_back(mapping.external);
        }
        return used;
      },
      [this, announced, asked = addresses_.former](const std::vector<IpAddress>& used, std::size_t missing) {
        announced->insert(announced->end(), used.begin(), used.end());
        if (missing > 0 || phase_ == Phase::ending) return;
        if (forget_former(addresses_, asked, *announced)) distribute_core_config([] {});
        watch_former();
      });
}

std::optional<std::string> Server::missing_external() const {
  // Without a word about families clients want IPv4; that IPv6 is missing keeps nobody from a call.
  const bool lacks_v4 =
      has_family(addresses_.unknown, AddressFamily::ipv4) && !addresses_.relays_family(AddressFamily::ipv4);
  if (addresses_.unknown.empty() || (!lacks_v4 && !addresses_.relays.empty())) return std::nullopt;
  return "the public address is not known yet";
}

}  // namespace turnpike::server
