#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/command_line.hpp"
#include "server/config_loader.hpp"
#include "server/config_toml.hpp"
#include "server/doctor_machine.hpp"
#include "server/runtime_addresses.hpp"

namespace turnpike::server {

/// note: worth knowing, or not to be seen from here. warning: works, but not as well or as safely as it should.
/// problem: somebody will not be served, or somebody else can do harm.
enum class Mark : std::uint8_t { ok, note, warning, problem };
[[nodiscard]] std::string_view name_of(Mark mark) noexcept;

struct Finding {
  Mark mark = Mark::ok;
  std::string area;    ///< "firewall"
  std::string text;    ///< one sentence
  std::string advice;  ///< what to do: a command or a key; may be empty
};

/// Findings in the order in which they are made, each in the area that was begun last.
class Findings {
 public:
  void begin(std::string_view area) { area_ = area; }
  void ok(std::string text) { add(Mark::ok, std::move(text), {}); }
  void note(std::string text, std::string advice = {}) { add(Mark::note, std::move(text), std::move(advice)); }
  void warning(std::string text, std::string advice) { add(Mark::warning, std::move(text), std::move(advice)); }
  void problem(std::string text, std::string advice) { add(Mark::problem, std::move(text), std::move(advice)); }

  [[nodiscard]] const std::vector<Finding>& all() const noexcept { return all_; }
  [[nodiscard]] std::size_t count(Mark mark) const noexcept;
  /// Whether the area that was begun last has nothing worse than notes so far.
  [[nodiscard]] bool is_area_clean() const noexcept;

 private:
  void add(Mark mark, std::string text, std::string advice);

  std::string area_;
  std::vector<Finding> all_;
};

/// What systemd knows about the service.
struct ServiceFacts {
  bool is_known = false;  ///< there is a unit
  bool is_active = false;
  bool is_enabled = false;
  bool has_socket = false;  ///< turnpike.socket is active: systemd holds the listeners
  int main_pid = 0;
  std::string command;              ///< as systemd shows it
  std::string user;                 ///< empty: root, or one that is made for each run
  std::vector<std::string> groups;  ///< more than those of the user
  std::optional<std::uint64_t> descriptor_limit;
};

/// One run of the doctor: what all examinations look at. The configuration is good, but for secrets and certificates
/// that could not be read from here.
struct Checkup {
  CommandWorld& world;
  const Machine& machine;
  const LoadedConfig& loaded;
  const TomlNode& root;            ///< the file as it is written; an empty table without a file
  std::optional<StunServer> stun;  ///< of --stun
  std::vector<net::InterfaceAddress> interfaces;
  RuntimeAddresses addresses;
  ServiceFacts service;
  std::vector<std::string> served;  ///< the running server's listeners; empty when none answers
  Findings& findings;

  [[nodiscard]] const Config& config() const noexcept { return loaded.config; }
};

/// Reads what the examinations share.
[[nodiscard]] Checkup begin_checkup(CommandWorld& world, const Machine& machine, const LoadedConfig& loaded,
                                    const TomlNode& root, Findings& findings);

// The examinations, each in a file of its own.
void examine_service(Checkup& checkup);
void examine_secrets(Checkup& checkup);
void examine_access(Checkup& checkup);
void examine_certificates(Checkup& checkup);
void examine_addresses(Checkup& checkup);
void examine_listeners(Checkup& checkup);
void examine_relay_ports(Checkup& checkup);
void examine_firewall(Checkup& checkup);
void examine_limits(Checkup& checkup);
void examine_clock(Checkup& checkup);
void examine_database(Checkup& checkup);

/// The addresses of a name, by the system's resolver; empty when it has none or does not answer in time.
[[nodiscard]] std::vector<IpAddress> resolve_name(const Machine& machine, const std::string& name);
/// A whole number out of a file of /proc/sys, such as "net/core/rmem_max".
[[nodiscard]] std::optional<std::uint64_t> read_sysctl(const Machine& machine, const std::string& name);

}  // namespace turnpike::server
