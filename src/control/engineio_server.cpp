#include "control/engineio_server.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <boost/asio/post.hpp>

#include "turnpike/base/base64.hpp"

namespace turnpike::control {
namespace {

std::string draw_sid(Random& random) {
  std::array<std::uint8_t, 18> bytes{};  // 144 bits
  random.fill(bytes);
  std::string text((4 * bytes.size() + 2) / 3, '\0');
  base64url_encode(bytes, text);
  return text;
}

/// What counts as one: a host with IPv6 has a whole /64 to come from.
IpAddress source_of(const IpAddress& address) noexcept {
  const IpAddress plain = address.unmapped();
  if (plain.is_v4()) return plain;
  constexpr std::size_t kSubnetBytes = 8;
  IpAddress::V6Bytes bytes{};
  std::ranges::copy(plain.bytes().first(kSubnetBytes), bytes.begin());
  return IpAddress::v6(bytes);
}

}  // namespace

/// A WebSocket that is a session's transport, or wants to be. Outlives the server and the session without harm.
class EngineIoServer::Socket final : public TextPeer {
 public:
  Socket(std::weak_ptr<EngineIoServer> server, const IpAddress& address)
      : server_(std::move(server)), address_(address) {}
  explicit Socket(std::weak_ptr<EngineIoSession> upgraded) : session_(std::move(upgraded)), upgrades_(true) {}

  void on_open(TextChannel& channel) override {
    channel_ = &channel;
    if (upgrades_) return open_upgrade();
    const auto server = server_.lock();
    const auto session = server ? server->open(address_) : nullptr;
    if (!session) return channel.close(CloseCode::try_again_later, "too many clients");
    session_ = session;
    session->start_socket(channel);
  }
  void on_text(std::string_view text) override {
    if (const auto session = session_.lock()) session->on_socket_text(*channel_, text);
  }
  std::uint64_t on_heartbeat() override { return 0; }
  void on_received(std::uint64_t) override {}
  void on_closed() override {
    if (const auto session = session_.lock()) session->on_socket_closed(*channel_);
  }

 private:
  void open_upgrade() {
    const auto session = session_.lock();
    if (session && session->can_upgrade()) return session->start_upgrade(*channel_);
    session_.reset();
    channel_->close(CloseCode::policy, "the session cannot be upgraded");
  }

  std::weak_ptr<EngineIoServer> server_;
  std::weak_ptr<EngineIoSession> session_;
  IpAddress address_;
  bool upgrades_ = false;
  TextChannel* channel_ = nullptr;
};

EngineIoServer::EngineIoServer(Environment environment)
    : environment_(std::move(environment)), timer_(environment_.loop) {}

// Sessions that end take their leave of the rooms, which tells others, which want to be woken.
EngineIoServer::~EngineIoServer() {
  ending_ = true;
  awake_.clear();
  deadlines_.clear();
  sessions_.clear();
}

std::shared_ptr<EngineIoSession> EngineIoServer::open(const IpAddress& address) {
  auto peer = environment_.make_peer(address);
  if (!peer) return nullptr;
  std::string sid = draw_sid(environment_.random);
  EngineIoHost& host = *this;
  auto session = std::make_shared<EngineIoSession>(host, environment_.times, sid, std::move(*peer));
  sessions_.emplace(std::move(sid), Entry{session, source_of(address)});
  return session;
}

std::shared_ptr<EngineIoSession> EngineIoServer::open_polling(const IpAddress& address) {
  if (polling_ >= kMaxPolling) return nullptr;
  const IpAddress source = source_of(address);
  const auto known = polling_from_.find(source);
  if (known != polling_from_.end() && known->second >= kMaxPollingFromOne) return nullptr;
  auto session = open(address);
  if (!session) return nullptr;
  ++polling_;
  ++polling_from_[source];
  session->start_polling();
  return session;
}

std::shared_ptr<EngineIoSession> EngineIoServer::find(std::string_view sid) const {
  const auto found = sessions_.find(std::string(sid));
  return found == sessions_.end() || found->second.session->is_over() ? nullptr : found->second.session;
}

std::unique_ptr<TextPeer> EngineIoServer::make_socket(std::weak_ptr<EngineIoServer> server, const IpAddress& address) {
  return std::make_unique<Socket>(std::move(server), address);
}

std::unique_ptr<TextPeer> EngineIoServer::make_upgrade(std::weak_ptr<EngineIoSession> session) {
  return std::make_unique<Socket>(std::move(session));
}

Instant EngineIoServer::now() const { return environment_.clock(); }

std::size_t EngineIoServer::queue_bound() const { return environment_.queue_bound(); }

void EngineIoServer::polling_ended(const EngineIoSession& session) {
  --polling_;
  const auto entry = sessions_.find(session.sid());
  if (entry == sessions_.end()) return;
  const auto from = polling_from_.find(entry->second.source);
  if (from != polling_from_.end() && --from->second == 0) polling_from_.erase(from);
}

void EngineIoServer::wake_soon(EngineIoSession& session) {
  if (ending_) return;
  if (awake_.empty()) {
    boost::asio::post(environment_.loop, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->settle();
    });
  }
  awake_.push_back(session.shared_from_this());
}

void EngineIoServer::settle() {
  // What settling brings about in others is put off to the next turn in its turn.
  for (const auto& session : std::exchange(awake_, {})) {
    session->settle();
    if (session->is_over()) sessions_.erase(session->sid());
  }
}

void EngineIoServer::reschedule(EngineIoSession& session, Instant from, Instant to) {
  if (ending_) return;
  if (from != kNever) deadlines_.erase({from, &session});
  if (to != kNever) deadlines_.emplace(to, &session);
  arm();
}

void EngineIoServer::tick() {
  run_deadlines();
  settle();
}

void EngineIoServer::run_deadlines() {
  const Instant at = now();
  // Each session once at most: what it sets anew lies later than `at`.
  while (!deadlines_.empty() && deadlines_.begin()->first <= at) {
    EngineIoSession* session = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    session->on_deadline(at);
  }
}

// Only ever earlier, or when it has rung: a deadline that has been put off costs a look at the set, not a timer.
void EngineIoServer::arm() {
  if (deadlines_.empty() || deadlines_.begin()->first >= armed_) return;
  armed_ = deadlines_.begin()->first;
  timer_.expires_after(std::max(armed_ - now(), Duration{}));
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->armed_ = kNever;
    self->tick();
    self->arm();
  });
}

}  // namespace turnpike::control
