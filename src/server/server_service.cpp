#include <memory>

#include "server/server.hpp"

// The server and who started it.
namespace turnpike::server {

// The next round begins when the last has ended: a worker that hangs gets one question, and the watchdog no ping.
void Server::watch_loops() {
  if (!notice_.is_wanted()) return;
  notice_timer_.expires_after(notice_.period());
  notice_timer_.async_wait([this](const error_code& error) {
    if (error) return;
    auto live = std::make_shared<std::size_t>(0);
    workers_.ask([](Worker& worker) { return worker.allocation_count(); },
                 [this, live](std::size_t count, std::size_t missing) {
                   *live += count;
                   if (missing > 0 || phase_ == Phase::ending) return;
                   notice_.still_turning(*live);
                   watch_loops();
                 });
  });
}

}  // namespace turnpike::server
