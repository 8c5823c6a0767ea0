#include <fcntl.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <new>
#include <utility>

#include "server/stream_shares.hpp"
#include "server/streams.hpp"

// Accepting streams and closing those that show nothing: the rest of Streams is in streams.cpp.
namespace turnpike::server {
namespace {

constexpr int kMostWaiting = 4096;  // net.core.somaxconn's usual size

}  // namespace

net::FileDescriptor open_reserve_descriptor() noexcept {
  return net::FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void Streams::add_listener(net::TcpListener listener, StreamPolicy policy) {
  const auto index = static_cast<std::uint32_t>(listeners_.size());
  const std::uint64_t token = EventToken{EventToken::Kind::tcp_listener, index}.encode();
  if (const auto error = epoll_.add(listener.native_handle(), token)) {
    throw boost::system::system_error(error, "epoll");
  }
  listeners_.push_back(
      {PausableListener(std::move(listener)), std::make_shared<const StreamPolicy>(std::move(policy))});
}

void Streams::arrange_listeners(const PolicyOf& policy_of) {
  for (Listener& listener : std::exchange(listeners_, {})) {
    net::TcpListener& socket = listener.listener.socket();
    auto policy = policy_of(socket.local_endpoint());
    if (!policy) {
      admit_waiting(listener);
      epoll_.remove(socket.native_handle());
      continue;
    }
    listener.policy = std::make_shared<const StreamPolicy>(*std::move(policy));
    const EventToken token{EventToken::Kind::tcp_listener, static_cast<std::uint32_t>(listeners_.size())};
    if (const auto error = listener.listener.rename(epoll_, token)) throw boost::system::system_error(error, "epoll");
    listeners_.push_back(std::move(listener));
  }
}

// They have done nothing wrong: closing the listener would reset them.
void Streams::admit_waiting(Listener& listener) {
  for (int i = 0; i < kMostWaiting; ++i) {
    auto socket = listener.listener.socket().accept();
    if (!socket) return;
    ++counters_.accepted;
    admit(std::move(*socket), listener);
  }
}

// In each list all are moved by the same time, so that the first stays the next.
void Streams::set_options(const Options& options) noexcept {
  std::array<Duration, kWaitingCount> before{};
  for (std::size_t i = 0; i < kWaitingCount; ++i) before[i] = timeout_of(static_cast<Waiting>(i));
  options_ = options;
  for (std::size_t i = 0; i < kWaitingCount; ++i) {
    const Duration longer = timeout_of(static_cast<Waiting>(i)) - before[i];
    if (longer == Duration{}) continue;
    for (const std::uint32_t slot : waiting_[i]) slots_[slot].connection->deadline += longer;
  }
}

void Streams::on_listener_ready(std::uint32_t index) {
  Listener& listener = listeners_[index];
  for (int i = 0; i < kAcceptsAtOnce && !listener.listener.is_paused(); ++i) {
    auto socket = listener.listener.socket().accept();
    if (socket) {
      ++counters_.accepted;
      admit(std::move(*socket), listener);
    } else if (net::is_exhausted(socket.error())) {
      // One that has shown nothing gives its descriptor to one that may.
      if (evict_oldest({Waiting::first_message, Waiting::handshake, Waiting::next_message})) continue;
      refuse_with_reserve(listener);
      ++counters_.accept_pauses;
      listener.listener.pause(epoll_, {EventToken::Kind::tcp_listener, index}, now_);
    } else if (net::is_would_block(socket.error())) {
      return;
    }  // else the client was gone before we came: ECONNABORTED and its like
  }
}

// Whoever waits learns at once that there is no place, instead of hanging until the operator finds out.
void Streams::refuse_with_reserve(Listener& listener) {
  if (!reserve_) return;
  reserve_.close();
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    const auto refused = listener.listener.socket().accept();
    if (!refused) break;
    ++counters_.ends[static_cast<std::size_t>(StreamEnd::over_limit)];
  }
  reserve_ = open_reserve_descriptor();
}

void Streams::admit(net::TcpSocket socket, const Listener& listener) {
  const auto refuse = [this](StreamEnd why) { ++counters_.ends[static_cast<std::size_t>(why)]; };
  const Endpoint remote = socket.remote_endpoint();
  const Endpoint local = socket.local_endpoint();
  if (listener.policy->expects_proxy_header() && !is_within(listener.policy->proxies, remote.address)) {
    return refuse(StreamEnd::proxy_untrusted);
  }
  if (!make_room()) return refuse(StreamEnd::over_limit);
  try {
    std::uint32_t slot = 0;
    Connection* connection = insert(std::move(socket), ClientStream(listener.policy, tls_), slot);
    if (connection == nullptr) return refuse(StreamEnd::no_memory);
    connection->five_tuple = {remote, local, Transport::tcp};
  } catch (const std::bad_alloc&) {
    refuse(StreamEnd::no_memory);
  }
}

bool Streams::make_room() {
  const auto count = [this](Waiting waiting) { return waiting_[static_cast<std::size_t>(waiting)].size(); };
  if (count(Waiting::handshake) + count(Waiting::first_message) >= options_.max_unproven) {
    static_cast<void>(evict_oldest({Waiting::handshake, Waiting::first_message}));
  }
  if (size_ < options_.max_streams) return true;
  return evict_oldest(
      {Waiting::handshake, Waiting::first_message, Waiting::next_message, Waiting::draining, Waiting::lingering});
}

bool Streams::evict_oldest(std::initializer_list<Waiting> among) {
  std::optional<std::uint32_t> oldest;
  for (const Waiting waiting : among) {
    const auto& list = waiting_[static_cast<std::size_t>(waiting)];
    if (list.empty()) continue;
    const std::uint32_t first = list.front();
    if (!oldest || slots_[first].connection->deadline < slots_[*oldest].connection->deadline) oldest = first;
  }
  if (oldest) end(id_of(*oldest), StreamEnd::evicted);
  return oldest.has_value();
}

Duration Streams::timeout_of(Waiting waiting) const noexcept {
  switch (waiting) {
    case Waiting::handshake: return options_.handshake_timeout;
    case Waiting::draining: return kDrainTimeout;
    case Waiting::first_message:
    case Waiting::next_message:
    case Waiting::lingering:
    case Waiting::nothing: break;
  }
  return options_.message_timeout;
}

void Streams::wait(Connection& connection, Waiting waiting) noexcept {
  auto& from = waiting_[static_cast<std::size_t>(connection.waiting)];
  auto& to = waiting_[static_cast<std::size_t>(waiting)];
  to.splice(to.end(), from, connection.place);
  connection.waiting = waiting;
  connection.deadline = now_ + timeout_of(waiting);
}

void Streams::hold(const FiveTuple& client, bool held) noexcept {
  const auto found = by_client_.find(client);
  if (found == by_client_.end()) return;
  Connection& connection = *slots_[found->second].connection;
  connection.stream.allow_large_messages(held);
  wait(connection, held ? Waiting::nothing : Waiting::next_message);
}

void Streams::tick() {
  // Of Waiting, in its order. Who did not take the rest in time learns that it was not all.
  constexpr std::array kEnds{StreamEnd::handshake_timeout, StreamEnd::silent, StreamEnd::idle, StreamEnd::reset,
                             StreamEnd::peer_closed};
  for (std::size_t i = 0; i < kEnds.size(); ++i) {
    auto& list = waiting_[i];
    while (!list.empty() && slots_[list.front()].connection->deadline <= now_) {
      const std::uint32_t slot = list.front();
      end(id_of(slot), kEnds[i]);
    }
  }
  for (std::uint32_t i = 0; i < listeners_.size(); ++i) {
    listeners_[i].listener.resume_if_due(epoll_, {EventToken::Kind::tcp_listener, i}, now_);
  }
}

std::optional<Instant> Streams::next_deadline() const noexcept {
  Instant earliest = kNever;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Waiting::nothing); ++i) {
    const auto& list = waiting_[i];
    if (!list.empty()) earliest = std::min(earliest, slots_[list.front()].connection->deadline);
  }
  for (const Listener& listener : listeners_) {
    if (listener.listener.is_paused()) earliest = std::min(earliest, *listener.listener.resumes());
  }
  if (earliest == kNever) return std::nullopt;
  return earliest;
}

}  // namespace turnpike::server
