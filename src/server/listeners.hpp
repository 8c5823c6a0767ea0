#pragma once

#include <cstdint>
#include <vector>

#include "server/config.hpp"
#include "server/inherited_sockets.hpp"
#include "server/worker.hpp"

namespace turnpike::server {

struct BoundListener {
  ListenUrl written;  ///< as in the configuration
  ListenUrl bound;    ///< with the port that it really has
};

/// Which listeners there are, at all workers alike.
struct ListenerTable {
  std::vector<BoundListener> serving;
  /// Of datagrams, no longer in the configuration: open for the allocations that came by them.
  std::vector<ListenUrl> leaving;

  /// Of those that serve, as they are bound.
  [[nodiscard]] std::vector<ListenUrl> urls() const;
};

struct BindOptions {
  std::uint32_t workers = 1;
  bool chosen = false;  ///< somebody wrote the listeners down: each must bind
  bool with_tls = false;
};

struct ListenerChange {
  ListenerTable after;
  std::vector<WorkerListeners> opened;  ///< by worker
};

/// What it takes to listen as `wanted` has it. Sockets that there are `before` are kept where the address stays, those
/// of a listener that was leaving come back; the others are bound once per worker (SO_REUSEPORT: the kernel keeps one
/// five-tuple on one worker). Unless somebody chose the listeners, one whose address family the machine lacks is left
/// out. A listener on [::] serves IPv4 as well, by a socket of its own, unless the port is taken there. A listener for
/// which there are inherited sockets gets those and no others, dealt out to the workers. Throws std::runtime_error that
/// names the listener and the reason; then nothing has changed.
[[nodiscard]] ListenerChange bind_listeners(const ListenerTable& before, const Config& wanted,
                                            const BindOptions& options, InheritedSockets& inherited);

}  // namespace turnpike::server
