// What routing costs in the relay core, without sockets: figures per datagram, by the number of allocations that exist.

#include <benchmark/benchmark.h>

#include <vector>

#include "support/direct_client.hpp"

namespace turnpike::test {
namespace {

constexpr std::size_t kPayload = 1100;
constexpr std::uint16_t kChannel = 0x4000;
const Endpoint kPeer = endpoint("198.51.100.7:7000");

/// A core with that many allocations, each with a channel to the peer.
struct BusyCore {
  explicit BusyCore(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(i);
  }

  void add(std::size_t index) {
    const Endpoint listener = endpoint("203.0.113.1:3478");
    const auto host = static_cast<std::uint8_t>(1 + index / 40'000);
    const Endpoint source{IpAddress::v4(9, 0, 0, host), static_cast<std::uint16_t>(1024 + index % 40'000)};
    client::SessionOptions options;
    options.server = listener;
    options.username = "alice";
    options.password = "wonderland";
    DirectClient client(server, clock, {source, listener, Transport::udp}, options);
    if (client.allocate().ending != client::Ending::success) std::abort();
    if (client.bind_channel(kChannel, kPeer).ending != client::Ending::success) std::abort();
    clients.push_back(client.five_tuple());
    allocations.push_back(server.started().back().allocation);
  }

  static ServerOptions options() {
    CoreSettings settings;
    settings.first_port = 1024;
    settings.last_port = 65'535;
    settings.core.default_lifetime = Seconds{3600};
    ServerOptions server_options;
    server_options.config = settings.build();
    server_options.limits = {.per_user = 0, .per_client_address = 0, .total = 0, .user_rate = {}};
    return server_options;
  }

  VirtualClock clock;
  VirtualServer server{options()};
  turn::Outbox outbox;
  std::vector<FiveTuple> clients;
  std::vector<turn::AllocationId> allocations;
};

/// Walks through all allocations in an order that the cache cannot guess.
class Wanderer {
 public:
  explicit Wanderer(std::size_t count) : count_(count) {}
  std::size_t next() { return at_ = (at_ + 7919) % count_; }

 private:
  std::size_t count_;
  std::size_t at_ = 0;
};

void channel_data_to_peer(benchmark::State& state) {
  BusyCore core(static_cast<std::size_t>(state.range(0)));
  Wanderer wanderer(core.clients.size());
  std::array<std::uint8_t, 2048> buffer{};
  const ByteSpan datagram = client::write_channel_data(buffer, kChannel, Bytes(kPayload, 0x55));
  const Now now = core.clock.now();
  for (auto _ : state) {
    const auto verdict =
        core.server.core().on_client_datagram(core.clients[wanderer.next()], datagram, now, core.outbox);
    if (verdict.kind != turn::ClientVerdict::Kind::forward) state.SkipWithError("not forwarded");
    benchmark::DoNotOptimize(verdict);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(channel_data_to_peer)->Arg(1)->Arg(100)->Arg(10'000);

void peer_to_channel_data(benchmark::State& state) {
  BusyCore core(static_cast<std::size_t>(state.range(0)));
  Wanderer wanderer(core.allocations.size());
  Bytes buffer(turn::kWrapHeadRoom + kPayload + turn::kWrapTailRoom);
  const MutableByteSpan payload = MutableByteSpan(buffer).subspan(turn::kWrapHeadRoom, kPayload);
  const Now now = core.clock.now();
  for (auto _ : state) {
    const auto verdict =
        core.server.core().on_peer_datagram(core.allocations[wanderer.next()], kPeer, payload.size(), now);
    if (verdict.kind != turn::PeerVerdict::Kind::channel_data) state.SkipWithError("not forwarded");
    benchmark::DoNotOptimize(turn::wrap_for_client(verdict, payload).data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(peer_to_channel_data)->Arg(1)->Arg(100)->Arg(10'000);

/// Two signed requests, with the client's own work of writing and checking them.
void allocate_and_delete(benchmark::State& state) {
  BusyCore core(static_cast<std::size_t>(state.range(0)));
  const Endpoint listener = endpoint("203.0.113.1:3478");
  client::SessionOptions options;
  options.server = listener;
  options.username = "alice";
  options.password = "wonderland";
  DirectClient client(core.server, core.clock, {endpoint("9.0.9.9:4000"), listener, Transport::udp}, options);
  for (auto _ : state) {
    if (client.allocate().ending != client::Ending::success) state.SkipWithError("no allocation");
    if (client.refresh(Seconds{0}).ending != client::Ending::success) state.SkipWithError("not deleted");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(allocate_and_delete)->Arg(1)->Arg(10'000)->Iterations(20'000);

}  // namespace
}  // namespace turnpike::test

BENCHMARK_MAIN();
