#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "turnpike/base/time.hpp"
#include "turnpike/turn/inspection.hpp"

namespace turnpike::control {

/// Names an allocation over all workers: "WORKER-SLOT-GENERATION" in the API.
struct AllocationKey {
  std::uint32_t worker = 0;
  turn::AllocationId id;
  friend bool operator==(const AllocationKey&, const AllocationKey&) noexcept = default;
};
[[nodiscard]] std::string to_string(const AllocationKey& key);
[[nodiscard]] std::optional<AllocationKey> parse_allocation_key(std::string_view text) noexcept;

/// Where a listing goes on: "WORKER-SLOT" in the API.
struct AllocationCursor {
  std::uint32_t worker = 0;
  std::uint32_t slot = 0;
  friend bool operator==(const AllocationCursor&, const AllocationCursor&) noexcept = default;
};
[[nodiscard]] std::string to_string(const AllocationCursor& cursor);
[[nodiscard]] std::optional<AllocationCursor> parse_allocation_cursor(std::string_view text) noexcept;

struct ListedAllocation {
  AllocationKey key;
  turn::AllocationSummary summary;
};
struct AllocationList {
  std::vector<ListedAllocation> allocations;
  std::optional<AllocationCursor> next;  ///< there may be more
};

/// An orderly stop under way.
struct DrainStatus {
  UnixSeconds started{};
  std::optional<UnixSeconds> deadline;  ///< nothing: it lasts as long as allocations do
  std::uint64_t allocations = 0;        ///< that live still
};
struct DrainOutcome {
  std::string mistake;  ///< what is wrong with the deadline; empty: the server drains
  DrainStatus status;
};

/// What `GET /api/v1/status` says.
struct ServerStatus {
  struct Listener {
    std::string url;  ///< as in the configuration, with the port that is really bound
  };
  std::string version;
  std::string state;  ///< "serving" or "draining"
  UnixSeconds started{};
  Seconds uptime{0};
  std::uint32_t workers = 0;
  std::uint64_t allocations = 0;
  std::uint64_t rooms = 0;
  std::uint64_t members = 0;  ///< of rooms
  std::string realm;
  std::vector<Listener> listeners;
  /// Those of the configuration, or the one that was made up.
  struct Certificate {
    std::vector<std::string> names;  ///< subjectAltName: DNS names and IP addresses
    UnixSeconds expiry{};
  };
  std::vector<Certificate> certificates;
  std::optional<UnixSeconds> certificate_expiry;
  std::string database;  ///< "none", "absent" (not created yet), "ok", or what is wrong with it
  std::size_t secrets = 0;
  std::size_t static_users = 0;
  UnixSeconds configured{};          ///< when the configuration in effect was read
  std::vector<std::string> pending;  ///< keys that differ in the file but need a restart
  std::optional<DrainStatus> drain;  ///< nothing while the server serves
  /// Another server that clients can be sent to.
  struct Alternate {
    std::string address;
    std::string state;  ///< "up", "down", or "unknown" until it has been asked
  };
  std::vector<Alternate> alternates;
  /// What new allocations are offered.
  struct Relay {
    std::string local;
    std::string external;  ///< as clients are told; the same where nothing else is in effect
  };
  std::vector<Relay> relays;
  /// A relay address that is not offered for the moment.
  struct AwaitedRelay {
    std::string local;
    std::string reason;  ///< "absent": not on this machine; "unknown": its public address has not been found yet
  };
  std::vector<AwaitedRelay> awaited;
};

/// What all workers have carried since the start, payload bytes without TURN's own headers.
struct ServerTotals {
  std::uint64_t allocations = 0;  ///< now
  std::uint64_t bytes_to_peers = 0;
  std::uint64_t bytes_to_clients = 0;
  std::uint64_t packets = 0;  ///< in both directions
};

enum class ReloadMode : std::uint8_t {
  apply,
  rehearse,  ///< only say what would come of it
};

struct ReloadOutcome {
  bool accepted = false;              ///< false: the file cannot be used, nothing has changed
  std::vector<std::string> messages;  ///< what is wrong, with file:line:column; or what has changed, one key each
  std::vector<std::string> pending;   ///< keys among them that need a restart
};

/// What the control plane asks of the rest of the server. All calls on the control loop; answers come on the control
/// loop too, later or at once, and always come.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  virtual void list_allocations(turn::AllocationFilter filter, AllocationCursor from, std::size_t limit,
                                std::function<void(AllocationList)> answer) = 0;
  virtual void describe_allocation(AllocationKey key,
                                   std::function<void(std::optional<turn::AllocationDetails>)> answer) = 0;
  /// False when there is none.
  virtual void end_allocation(AllocationKey key, std::function<void(bool)> answer) = 0;
  /// Refuses `username`, or all of "*:USER", at all workers and ends its allocations (see turn::RelayCore::revoke());
  /// `kept` is whether there was room for it.
  virtual void revoke(std::string username, UnixSeconds expiry, std::function<void(bool kept)> answer) = 0;
  virtual void collect_metrics(std::function<void(std::vector<prometheus::MetricFamily>)> answer) = 0;
  /// Much less work than metrics: for asking often.
  virtual void totals(std::function<void(ServerTotals)> answer) = 0;
  virtual void status(std::function<void(ServerStatus)> answer) = 0;
  /// Why the server takes no new allocations; empty when it does.
  [[nodiscard]] virtual std::vector<std::string> unready_reasons() const = 0;
  /// Whether the peer policy in effect lets clients relay to `address`.
  [[nodiscard]] virtual bool allows_peer(const IpAddress& address) const = 0;
  /// Begins the orderly stop, or gives the one under way another deadline: a duration as in the configuration, "none"
  /// (as long as allocations last), or "" for the configured one. Answers when all workers know.
  virtual void start_draining(std::string deadline, std::function<void(DrainOutcome)> answer) = 0;
  /// One at a time: who asks while another one is under way waits for the next, which reads the file anew.
  virtual void reload(ReloadMode mode, std::function<void(ReloadOutcome)> answer) = 0;
};

}  // namespace turnpike::control
