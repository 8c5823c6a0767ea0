#include "support/demand.hpp"
#include "support/random_walk.hpp"

// What the control plane does to a random walk.
namespace turnpike::test {
namespace {

std::size_t count_of(VirtualServer& server, const std::string& user, Now now) {
  const turn::AllocationFilter filter{.user = user, .client = {}};
  return server.core(0).list_allocations(filter, 0, 100, now).allocations.size() +
         server.core(1).list_allocations(filter, 0, 100, now).allocations.size();
}

}  // namespace

void RandomWalk::govern() {
  switch (pick(8)) {
    case 0: revoke_somebody(); break;
    case 1:
    case 2: end_somebody(); break;
    case 3: change_credentials(one_in(2), one_in(2)); break;
    default: change_credentials(false, false); break;
  }
}

void RandomWalk::revoke_somebody() {
  const std::string username = pick_client().username;
  demand(server_.revoke(username, clock_.wall() + Seconds{pick(256)}, clock_.now()), "no room for a revocation");
  demand(count_of(server_, username, clock_.now()) == 0, "a revoked username has an allocation");
}

void RandomWalk::end_somebody() {
  const std::size_t worker = pick(2);
  const auto page = server_.core(worker).list_allocations({}, static_cast<std::uint32_t>(pick(8)), 1, clock_.now());
  if (page.allocations.empty()) return;
  const turn::AllocationId id = page.allocations[0].id;
  demand(server_.core(worker).describe(id, clock_.now()).has_value(), "what is listed cannot be described");
  demand(server_.end_one(worker, id, clock_.now()), "what is listed cannot be ended");
  demand(!server_.core(worker).describe(id, clock_.now()), "what has ended is described");
}

void RandomWalk::change_credentials(bool drop_alice, bool drop_secret) {
  settings_.users = {{"bob", "builder"}, {"alice", drop_alice ? "another" : "wonderland"}};
  settings_.secrets = {kSecondSecret};
  if (!drop_secret) settings_.secrets.emplace_back(kSecret);
  server_.replace_config(settings_.build(), clock_.now());
  demand(!drop_alice || count_of(server_, "alice", clock_.now()) == 0, "an old password holds an allocation");
  demand(!drop_secret || count_of(server_, "carol", clock_.now()) == 0, "an old secret holds an allocation");
}

void RandomWalk::check_totals() {
  turn::CoreTotals totals = server_.core(0).totals(clock_.now());
  totals += server_.core(1).totals(clock_.now());
  std::uint64_t live = 0;
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
  for (const auto& families : totals.by_client) {
    for (const auto& cell : families) {
      live += cell.live;
      started += cell.started;
    }
  }
  for (const std::uint64_t count : totals.ended) ended += count;
  demand(started == server_.started().size(), "started allocations are miscounted");
  demand(ended == server_.ended().size(), "ended allocations are miscounted");
  demand(live == started - ended, "live allocations are miscounted");
}

}  // namespace turnpike::test
