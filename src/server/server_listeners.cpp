#include <algorithm>
#include <functional>
#include <utility>

#include "server/config_values.hpp"
#include "server/server.hpp"

// Listeners that a reload has taken out and that wait for their last allocation.
namespace turnpike::server {

void Server::settle_listeners() {
  if (is_changing_ || (listeners_.leaving.empty() && reformed_listeners_.empty())) return;
  is_changing_ = true;
  auto endpoints = std::make_shared<std::vector<Endpoint>>(reformed_listeners_);
  for (const ListenUrl& each : listeners_.leaving) endpoints->push_back(each.endpoint);
  auto counts = std::make_shared<std::vector<std::size_t>>(endpoints->size());
  workers_.ask([endpoints](Worker& worker) { return worker.count_allocations_at(*endpoints); },
               [this, endpoints, counts](const std::vector<std::size_t>& more, std::size_t missing) {
                 std::ranges::transform(*counts, more, counts->begin(), std::plus<>{});
                 if (missing > 0) return;
                 std::vector<Endpoint> idle;
                 for (std::size_t i = 0; i < counts->size(); ++i) {
                   if ((*counts)[i] == 0) idle.push_back((*endpoints)[i]);
                 }
                 idle.empty() ? end_change() : settle_idle_listeners(std::move(idle));
               });
}

void Server::settle_idle_listeners(std::vector<Endpoint> idle) {
  const auto is_idle = [&](const Endpoint& endpoint) { return std::ranges::find(idle, endpoint) != idle.end(); };
  std::erase_if(reformed_listeners_, is_idle);
  std::vector<Endpoint> removed;
  std::erase_if(listeners_.leaving, [&](const ListenUrl& each) {
    if (!is_idle(each.endpoint)) return false;
    removed.push_back(each.endpoint);
    log_->write(LogLevel::info, "removed listener closed: its last allocation has ended", {{"url", show(each)}});
    return true;
  });
  workers_.ask(
      [idle = std::move(idle), removed = std::move(removed)](Worker& worker) {
        worker.settle_listeners(idle, removed);
        return true;
      },
      [this](bool, std::size_t missing) {
        if (missing == 0) end_change();
      });
}

}  // namespace turnpike::server
