#include "control/signaling.hpp"

#include <algorithm>
#include <utility>

#include "control/signaling_state.hpp"

namespace turnpike::control {

using rooms::ClientId;
using rooms::Delivery;
using rooms::Refusal;

/// A message is at most a body with what it is wrapped in, every character of it escaped by one more. What is a little
/// too large is told so; only what is far too large ends the socket.
WebSocketOptions socket_options_of(const SignalingSettings& settings) {
  constexpr std::size_t kWrapping = 16'384;
  WebSocketOptions options;
  options.max_message = 2 * settings.limits.message_bytes + kWrapping;
  options.send_queue = settings.send_queue;
  options.heartbeat = settings.heartbeat;
  return options;
}

// Who is told something may be gone when its turn comes: each is looked up anew.
void Signaling::State::dispatch(const std::vector<Delivery>& out) {
  for (const Delivery& delivery : out) {
    const auto client = clients.find(delivery.client);
    if (client != clients.end()) client->second.session->deliver(delivery);
  }
  arm();
}

// Never set later than it is: most deadlines move away again and again, and a timer that fires early costs less.
void Signaling::State::arm() {
  const Instant deadline = core.next_deadline();
  if (deadline >= armed) return;
  armed = deadline;
  timer.expires_after(std::max(deadline - now().mono, Duration{0}));
  timer.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->armed = kNever;
    self->run([](rooms::RoomCore& rooms, Now at, std::vector<Delivery>& out) { rooms.tick(at, out); });
  });
}

Signaling::Signaling(boost::asio::io_context& loop, RouteContext& context)
    : state_(std::make_shared<State>(loop, context)) {}

// The sockets' sessions take their leave of the rooms, which must still be there.
Signaling::~Signaling() {
  state_->sockets = nullptr;
  state_->timer.cancel();
}

void Signaling::apply() {
  state_->core.set_limits(state_->settings().limits);
  state_->sockets->set_options(socket_options_of(state_->settings()));
}

void Signaling::start_draining() {
  if (std::exchange(state_->draining, true)) return;
  state_->core.start_draining();
  for (const auto& [id, client] : state_->clients) client.session->on_draining();
}

bool Signaling::is_draining() const noexcept { return state_->draining; }

void Signaling::stop() {
  state_->sockets->stop();
  state_->timer.cancel();
}

void Signaling::tick() {
  state_->run([](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) { core.tick(at, out); });
}

Instant Signaling::next_deadline() const noexcept { return state_->core.next_deadline(); }

Result<ClientId, Refusal> Signaling::attach(RoomClient& client, const IpAddress& address, rooms::DialectTag dialect) {
  const ClientId id{++state_->last_client};
  if (const auto refusal = state_->core.connect(id, address.unmapped(), now())) return *refusal;
  state_->clients.emplace(id, State::Client{&client, dialect});
  ++state_->by_dialect.at(static_cast<std::size_t>(dialect));
  return id;
}

void Signaling::detach(ClientId client) {
  const auto found = state_->clients.find(client);
  if (found == state_->clients.end()) return;
  --state_->by_dialect.at(static_cast<std::size_t>(found->second.dialect));
  state_->clients.erase(found);
  state_->run([=](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) { core.disconnect(client, at, out); });
}

Signaling::Pace Signaling::admit(ClientId client, std::size_t bytes) {
  const auto found = state_->clients.find(client);
  if (found == state_->clients.end()) return Pace::too_fast;
  std::uint32_t& overruns = found->second.overruns;
  if (state_->core.admit(client, bytes, now())) {
    overruns -= std::min(overruns, 1U);
    return Pace::fine;
  }
  if (++overruns < kMaxStrikes) return Pace::too_fast;
  ++state_->floods;
  return Pace::flood;
}

Signaling::Pace Signaling::count_fault(ClientId client, Refusal refusal) {
  count_refusal(refusal);
  const auto found = state_->clients.find(client);
  if (found == state_->clients.end() || ++found->second.faults < kMaxStrikes) return Pace::fine;
  ++state_->floods;
  return Pace::flood;
}

void Signaling::count_refusal(Refusal refusal) noexcept { state_->core.count_refusal(refusal); }

void Signaling::join(ClientId client, rooms::JoinRequest request) {
  state_->understood(client);
  state_->run([&](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) {
    core.join(client, std::move(request), at, out);
  });
}

void Signaling::signal(ClientId client, std::string_view target, rooms::MessageTag tag, rooms::Body body,
                       rooms::IfAbsent if_absent) {
  state_->understood(client);
  state_->run([&](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) {
    core.signal(client, target, static_cast<std::uint8_t>(tag), std::move(body), if_absent, at, out);
  });
}

void Signaling::chat(ClientId client, std::string text) {
  state_->understood(client);
  state_->run(
      [&](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) { core.chat(client, std::move(text), at, out); });
}

void Signaling::leave(ClientId client) {
  state_->understood(client);
  state_->run([=](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) { core.leave(client, at, out); });
}

void Signaling::acknowledge(ClientId client, std::uint64_t sequence) { state_->core.acknowledge(client, sequence); }

Now Signaling::now() const { return state_->now(); }

Random& Signaling::random() noexcept { return state_->context.random; }

const SignalingSettings& Signaling::settings() const noexcept { return state_->settings(); }

WebSocketSet& Signaling::sockets() noexcept { return *state_->sockets; }

boost::asio::io_context& Signaling::loop() noexcept { return state_->loop; }

const rooms::RoomCore& Signaling::rooms() const noexcept { return state_->core; }

SignalingCounters Signaling::counters() const {
  SignalingCounters counters;
  counters.rooms = state_->core.counters();
  counters.sockets = state_->sockets->counters();
  counters.room_count = state_->core.room_count();
  counters.member_count = state_->core.member_count();
  counters.clients = state_->by_dialect;
  counters.bad_origins = state_->bad_origins;
  counters.bad_tokens = state_->bad_tokens;
  counters.floods = state_->floods;
  return counters;
}

}  // namespace turnpike::control
