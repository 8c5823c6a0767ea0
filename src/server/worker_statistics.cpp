#include "server/worker_statistics.hpp"

namespace turnpike::server {

WorkerStatistics& WorkerStatistics::operator+=(const WorkerStatistics& other) noexcept {
  for (std::size_t i = 0; i < drops.size(); ++i) drops[i] += other.drops[i];
  for (std::size_t i = 0; i < errors.size(); ++i) errors[i] += other.errors[i];
  datagrams_received += other.datagrams_received;
  datagrams_sent += other.datagrams_sent;
  bytes_sent += other.bytes_sent;
  allocations_started += other.allocations_started;
  allocations_live += other.allocations_live;
  kernel_drops += other.kernel_drops;
  relay_ports_free += other.relay_ports_free;
  return *this;
}

}  // namespace turnpike::server
