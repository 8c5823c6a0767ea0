#include "server/worker_statistics.hpp"

namespace turnpike::server {
namespace {

template <typename Counts>
void add_each(Counts& to, const Counts& from) noexcept {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

void add(Streams::Counters& to, const Streams::Counters& from) noexcept {
  to.accepted += from.accepted;
  to.accept_pauses += from.accept_pauses;
  add_each(to.ends, from.ends);
  add_each(to.tls_failures, from.tls_failures);
  to.handshakes += from.handshakes;
  to.bytes_sent += from.bytes_sent;
}

void add(net::DtlsServer::Counters& to, const net::DtlsServer::Counters& from) noexcept {
  to.hello_verify_requests += from.hello_verify_requests;
  to.bad_cookies += from.bad_cookies;
  to.handshakes += from.handshakes;
  to.evicted += from.evicted;
  to.timed_out += from.timed_out;
  to.refused += from.refused;
  to.ignored_records += from.ignored_records;
  add_each(to.failures, from.failures);
}

}  // namespace

WorkerStatistics& WorkerStatistics::operator+=(const WorkerStatistics& other) noexcept {
  add_each(drops, other.drops);
  add_each(errors, other.errors);
  datagrams_received += other.datagrams_received;
  datagrams_sent += other.datagrams_sent;
  bytes_sent += other.bytes_sent;
  allocations_started += other.allocations_started;
  allocations_live += other.allocations_live;
  kernel_drops += other.kernel_drops;
  relay_ports_free += other.relay_ports_free;
  add(streams, other.streams);
  streams_live += other.streams_live;
  add(dtls, other.dtls);
  dtls_live += other.dtls_live;
  totals += other.totals;
  return *this;
}

}  // namespace turnpike::server
