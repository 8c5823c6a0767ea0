#include "server/worker.hpp"

#include <boost/system/system_error.hpp>
#include <utility>

#include "server/clock.hpp"
#include "turnpike/turn/wrap.hpp"

namespace turnpike::server {
namespace {

// While datagrams keep coming a worker stays with them instead of going back to Asio after each batch, which would cost
// two system calls a time. It waits so long for the next one, and timers, mailbox and other descriptors so long for it;
// nothing in TURN is that urgent. Shorter waits cost more: below the scheduler's tick every sleep programs the timer
// anew.
constexpr std::chrono::milliseconds kTurnPatience{10};
constexpr std::chrono::milliseconds kMaxStay{20};
// A socket is not read with fewer free buffers than this: short reads cost a system call each.
constexpr std::size_t kMinFreeSlots = 8;
constexpr int kMaxIcmpErrors = 16;

net::EpollSet open_epoll() {
  auto epoll = net::EpollSet::open();
  if (!epoll) throw boost::system::system_error(epoll.error(), "epoll");
  return std::move(*epoll);
}

}  // namespace

static_assert(net::kHeadRoom >= turn::kWrapHeadRoom);

Worker::Worker(Options options, const Surroundings& surroundings)
    : index_(options.index),
      surroundings_(surroundings),
      epoll_(open_epoll()),
      readable_(io_, epoll_.native_handle()),
      timer_(io_),
      proxy_routes_(KeyedHash::draw_key(random_)),
      relay_sockets_(std::move(options.relay), random_, epoll_,
                     [this](std::uint32_t owner, std::uint32_t address, std::uint16_t port) {
                       surroundings_.workers[owner]->post(
                           [address, port](Worker& worker) { worker.give_back_port(address, port); });
                     }),
      streams_(options.streams, KeyedHash::draw_key(random_), epoll_, *this),
      tcp_relays_(relay_sockets_, epoll_, streams_, *this),
      dtls_options_(options.dtls),
      core_(std::move(options.config),
            {random_, surroundings.quota, surroundings.error_ration, static_cast<std::uint8_t>(options.index)}) {}

Worker::~Worker() {
  stop();
  readable_.release();  // the descriptor belongs to epoll_
}

void Worker::start() {
  wait_for_datagrams();
  thread_ = std::thread([this] { io_.run(); });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] { io_.stop(); });
  thread_.join();
}

void Worker::begin_turn() noexcept {
  now_ = sample_now();
  streams_.set_now(now_.mono);
  tcp_relays_.set_now(now_.mono);
  streams_.recycle_slots();
  tcp_relays_.recycle_slots();
}

void Worker::end_turn() {
  tick();
  flush();
  arm_timer();
}

void Worker::wait_for_datagrams() {
  readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
    if (error) return;
    on_readable();
    wait_for_datagrams();
  });
}

// [packet-path 2 begin] clock once a turn; each datagram to the core; act on the verdict
void Worker::on_readable() {
  const Instant leave = sample_now().mono + kMaxStay;
  std::chrono::milliseconds patience{0};
  do {
    const auto events = epoll_.poll(patience);
    begin_turn();
    if (events.empty()) break;
    for (const auto& event : events) serve(event);
    flush();
    patience = kTurnPatience;
  } while (now_.mono < leave);
  end_turn();
}

void Worker::serve(const net::EpollSet::Event& event) {
  if (event.token < listeners_.size()) return serve_listener(listeners_[event.token]);
  if (event.token >> 32U == 0) return serve_other(event);
  const auto [allocation, family] = RelaySockets::named_by(event.token);
  net::UdpSocket* socket = relay_sockets_.find(allocation, family);
  if (socket == nullptr) return;  // closed by an earlier event of this round
  if (event.error) serve_errors(*socket, allocation);
  serve_relay_socket(*socket, allocation);
}

std::span<const net::ReceivedDatagram> Worker::read(net::UdpSocket& socket) noexcept {
  if (receive_.free_slots() < kMinFreeSlots) flush();
  const auto received = receive_.receive(socket);
  statistics_.datagrams_received += received.datagrams.size();
  statistics_.count(DropReason::truncated, received.truncated);
  return received.datagrams;
}

void Worker::serve_listener(net::UdpSocket& listener) {
  for (const net::ReceivedDatagram& datagram : read(listener)) {
    const FiveTuple five_tuple{datagram.from, datagram.to, Transport::udp};
    const turn::ClientVerdict verdict = core_.on_client_datagram(five_tuple, datagram.payload, now_, outbox_);
    switch (verdict.kind) {
      case turn::ClientVerdict::Kind::forward: forward_to_peer(verdict); break;
      case turn::ClientVerdict::Kind::handled: run_commands(); break;
      case turn::ClientVerdict::Kind::drop: serve_dtls_or_drop(five_tuple, datagram.payload, verdict.reason); break;
    }
  }
}
// [packet-path 2 end]

// [packet-path 7 begin] queue the payload range on the allocation's relay socket
void Worker::forward_to_peer(const turn::ClientVerdict& verdict) noexcept {
  net::UdpSocket* socket = relay_sockets_.find(verdict.allocation, verdict.to.address.family());
  if (socket == nullptr) return statistics_.count(DropReason::stale_relay_socket);
  send_.add({.socket = socket,
             .to = verdict.to,
             .source = {},
             .payload = verdict.payload,
             .dont_fragment = verdict.dont_fragment});
}
// [packet-path 7 end]

void Worker::serve_relay_socket(net::UdpSocket& socket, turn::AllocationId allocation) {
  for (const net::ReceivedDatagram& datagram : read(socket)) {
    const turn::PeerVerdict verdict = core_.on_peer_datagram(allocation, datagram.from, datagram.payload.size(), now_);
    if (verdict.kind == turn::PeerVerdict::Kind::drop) {
      statistics_.count(verdict.reason);
    } else {
      forward_to_client(verdict, datagram.payload);
    }
  }
}

void Worker::forward_to_client(const turn::PeerVerdict& verdict, MutableByteSpan payload) noexcept {
  const ByteSpan message = turn::wrap_for_client(verdict, payload);
  if (message.empty()) return statistics_.count(DropReason::too_big);
  if (verdict.client.transport != Transport::udp) return forward_to_other_client(verdict.client, message, payload);
  const auto route = find_route(verdict.client);
  if (!route) return statistics_.count(DropReason::unanswerable);
  send_.add({.socket = route->listener, .to = route->to, .source = verdict.client.server.address, .payload = message});
}

void Worker::serve_errors(net::UdpSocket& socket, turn::AllocationId allocation) {
  for (int i = 0; i < kMaxIcmpErrors; ++i) {
    const auto error = socket.read_icmp_error();
    if (!error) return;
    const auto dropped =
        core_.on_peer_icmp(allocation, error->peer, {error->type, error->code, error->mtu}, now_, outbox_);
    if (dropped) statistics_.count(*dropped);
    run_commands();
  }
}

void Worker::flush() {
  streams_.flush();  // first: a stream that ends may have something to say to others
  send_.flush();
  arena_.reset();
  receive_.recycle();
}

void Worker::tick() {
  while (core_.next_deadline() && *core_.next_deadline() <= now_.mono) {
    core_.tick(now_, outbox_);
    run_commands();
  }
  streams_.tick();
  tcp_relays_.tick();
  if (dtls_) dtls_->tick(now_.mono, *this);
}

std::optional<Instant> Worker::next_deadline() const noexcept {
  std::optional<Instant> earliest = core_.next_deadline();
  const auto consider = [&earliest](const std::optional<Instant>& deadline) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  };
  consider(streams_.next_deadline());
  consider(tcp_relays_.next_deadline());
  if (dtls_) consider(dtls_->next_deadline());
  return earliest;
}

void Worker::arm_timer() {
  const auto deadline = next_deadline();
  if (deadline == armed_for_) return;
  armed_for_ = deadline;
  if (!deadline) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(std::chrono::steady_clock::time_point(deadline->time_since_epoch()));
  timer_.async_wait([this](const error_code& error) {
    if (error) return;  // moved to another instant
    armed_for_.reset();
    begin_turn();
    end_turn();
  });
}

WorkerStatistics Worker::statistics() const noexcept {
  WorkerStatistics copy = statistics_;
  const auto& sent = send_.counters();
  copy.datagrams_sent = sent.datagrams;
  copy.bytes_sent = sent.bytes;
  for (std::size_t i = 0; i < kDropReasonCount; ++i) copy.drops[i] += sent.drops[i];
  for (const net::UdpSocket& listener : listeners_) copy.kernel_drops += listener.kernel_drops();
  copy.kernel_drops += relay_sockets_.kernel_drops();
  for (const auto& listener : special_listeners_) copy.kernel_drops += listener.socket.kernel_drops();
  copy.streams = streams_.counters();
  copy.streams_live = streams_.size();
  if (dtls_) {
    copy.dtls = dtls_->counters();
    copy.dtls_live = dtls_->association_count();
  }
  copy.allocations_live = core_.allocation_count();
  copy.relay_ports_free = relay_sockets_.free_ports();
  copy.totals = core_.totals(now_);
  return copy;
}

}  // namespace turnpike::server
