#include <utility>

#include "server/worker.hpp"

namespace turnpike::server {

void Worker::replace_config(std::shared_ptr<const turn::CoreConfig> config) {
  std::vector<IpAddress> addresses;
  for (const auto& mapping : config->relays.offered()) addresses.push_back(mapping.local);
  relay_sockets_.offer(addresses);
  core_.replace_config(std::move(config));
  end_unvouched();
}

bool Worker::revoke(std::string username, UnixSeconds expiry) {
  const bool kept = core_.revoke(std::move(username), expiry, now_);
  end_unvouched();
  return kept;
}

void Worker::revoke_all(const std::vector<control::StoredRevocation>& revocations) {
  for (const control::StoredRevocation& each : revocations) {
    static_cast<void>(core_.revoke(each.username, each.expiry, now_));
  }
  end_unvouched();
}

bool Worker::end_one(turn::AllocationId allocation) {
  const bool ended = core_.end_one(allocation, turn::EndReason::killed, now_, outbox_);
  run_commands();
  return ended;
}

// Each round empties the outbox, so it makes progress until nothing is left.
void Worker::end_unvouched() {
  bool done = false;
  while (!done) {
    done = core_.end_unvouched(now_, outbox_);
    run_commands();
  }
}

void Worker::end_all_allocations() {
  bool done = false;
  while (!done) {
    done = core_.end_all(now_, outbox_);
    run_commands();
  }
  tcp_relays_.close_all();
  streams_.close_all();
  if (dtls_) dtls_->close_all(*this);
  flush();
  relay_sockets_.close_all();
}

}  // namespace turnpike::server
