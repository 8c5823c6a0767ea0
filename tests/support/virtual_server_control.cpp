#include <stdexcept>
#include <utility>

#include "support/virtual_server.hpp"

namespace turnpike::test {

void VirtualServer::replace_config(std::shared_ptr<const turn::CoreConfig> config, Now now) {
  config_ = std::move(config);
  for (const Worker& worker : workers_) worker.core->replace_config(config_);
  end_unvouched(now);
}

bool VirtualServer::revoke(const std::string& username, UnixSeconds expiry, Now now) {
  bool kept = true;
  for (const Worker& worker : workers_) kept = worker.core->revoke(username, expiry, now) && kept;
  end_unvouched(now);
  return kept;
}

bool VirtualServer::end_one(std::size_t worker, turn::AllocationId allocation, Now now) {
  const bool ended = workers_[worker].core->end_one(allocation, turn::EndReason::killed, now, outbox_);
  drain(worker, now);
  return ended;
}

void VirtualServer::end_unvouched(Now now) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    bool done = false;
    for (int turns = 0; !done; ++turns) {
      if (turns > 10'000) throw std::logic_error("end_unvouched() makes no progress");
      done = workers_[i].core->end_unvouched(now, outbox_);
      drain(i, now);
    }
  }
}

}  // namespace turnpike::test
