#include "control/engineio_session.hpp"

#include <algorithm>
#include <utility>

namespace turnpike::control {
namespace {

using rooms::EngineType;

constexpr std::size_t kMaxPost = 65'536;  // bytes; HTTP takes no more
constexpr std::uint32_t kMaxStrays = 30;

constexpr std::string_view kProbe = "2probe";
constexpr std::string_view kProbeAnswer = "3probe";

Response make_payload(std::string body) {
  Response response;
  response.result(http::status::ok);
  response.set(http::field::content_type, "text/plain; charset=UTF-8");
  response.body() = std::move(body);
  return response;
}

}  // namespace

EngineIoSession::EngineIoSession(EngineIoHost& host, const EngineIoTimes& times, std::string sid,
                                 std::unique_ptr<TextPeer> peer)
    : host_(host), times_(times), sid_(std::move(sid)), peer_(std::move(peer)) {}

void EngineIoSession::start_polling() {
  send(rooms::write_engine_open(sid_, true, times_.ping_interval, times_.ping_timeout, kMaxPost));
  open_peer();
}

void EngineIoSession::start_socket(TextChannel& socket) {
  upgraded_ = true;
  socket_ = &socket;
  send(rooms::write_engine_open(sid_, false, times_.ping_interval, times_.ping_timeout, kMaxPost));
  open_peer();
}

void EngineIoSession::open_peer() {
  ping_due_ = host_.now() + times_.ping_interval;
  reschedule();
  peer_->on_open(*this);
}

// Polling. --------------------------------------------------------------------------------------------------------

void EngineIoSession::poll(Reply reply) {
  if (poll_) {
    reply(make_problem(http::status::bad_request, "Only one poll at a time."));
    return drop(CloseCode::policy, "two polls at once");
  }
  poll_ = std::move(reply);
  if (phase_ != Phase::open && queue_.empty()) queue_.push(packet_of(EngineType::close));
  // Who has been told to stop polling is not kept waiting.
  if (probed_ && queue_.empty()) queue_.push(packet_of(EngineType::noop));
  flush();
}

bool EngineIoSession::post(std::string_view body) {
  if (phase_ == Phase::lingering && body == packet_of(EngineType::close)) finish();
  if (phase_ != Phase::open) return true;  // it will hear with its next poll that this came too late
  const auto packets = rooms::parse_engine_payload(body);
  if (!packets) {
    drop(CloseCode::protocol_error, "no payload");
    return false;
  }
  for (const rooms::EnginePacket& packet : *packets) {
    if (phase_ != Phase::open) break;
    on_packet(packet);
  }
  return true;
}

void EngineIoSession::flush() {
  if (!poll_ || queue_.empty()) return;
  std::exchange(poll_, nullptr)(make_payload(queue_.take_answer()));
  if (phase_ == Phase::lingering && queue_.empty()) finish();
}

// Either. ---------------------------------------------------------------------------------------------------------

void EngineIoSession::send(std::string packet) {
  if (phase_ != Phase::open) return;
  if (upgraded_) return socket_->send(std::move(packet));
  if (queue_.bytes() + packet.size() > host_.queue_bound()) return drop(CloseCode::policy, "reads too slowly");
  queue_.push(std::move(packet));
  if (poll_) wake();
}

void EngineIoSession::on_packet(const rooms::EnginePacket& packet) {
  switch (packet.type) {
    case EngineType::message: return peer_->on_text(packet.content);
    case EngineType::pong: return on_pong();
    case EngineType::close: return drop(CloseCode::normal, "");
    case EngineType::noop: return on_stray();
    case EngineType::ping:  // in revision 4 only servers do that
    case EngineType::open:
    case EngineType::upgrade: return drop(CloseCode::protocol_error, "a packet that clients do not send");
  }
}

void EngineIoSession::on_pong() {
  if (pong_due_ == kNever) return on_stray();
  pong_due_ = kNever;
  ping_due_ = host_.now() + times_.ping_interval;
  reschedule();
  peer_->on_received(mark_);
}

// No message, so that nothing else counts them.
void EngineIoSession::on_stray() {
  if (++strays_ > kMaxStrays) drop(CloseCode::policy, "too many packets without meaning");
}

void EngineIoSession::ping(Instant now) {
  strays_ = 0;
  ping_due_ = kNever;
  pong_due_ = now + times_.ping_timeout;
  mark_ = peer_->on_heartbeat();
  send(packet_of(EngineType::ping));
}

// The upgrade. ----------------------------------------------------------------------------------------------------

bool EngineIoSession::can_upgrade() const noexcept {
  return phase_ == Phase::open && !upgraded_ && upgrade_ == nullptr;
}

void EngineIoSession::start_upgrade(TextChannel& socket) {
  upgrade_ = &socket;
  upgrade_due_ = host_.now() + times_.upgrade;
  reschedule();
}

void EngineIoSession::on_socket_text(const TextChannel& socket, std::string_view text) {
  if (phase_ != Phase::open) return;
  if (&socket == upgrade_) return on_probe(text);
  if (&socket != socket_) return;
  const auto packet = rooms::parse_engine_packet(text);
  if (!packet) return drop(CloseCode::protocol_error, "no packet");
  on_packet(*packet);
}

void EngineIoSession::on_probe(std::string_view text) {
  if (text == packet_of(EngineType::upgrade) && probed_) return complete_upgrade();
  if (text != kProbe || probed_) return abandon_upgrade(CloseCode::protocol_error, "no probe");
  probed_ = true;
  upgrade_->send(std::string(kProbeAnswer));
  // The client goes on when its poll has ended (and anything that it has to post): this ends it.
  if (poll_ && queue_.empty()) queue_.push(packet_of(EngineType::noop));
  flush();
}

void EngineIoSession::complete_upgrade() {
  socket_ = std::exchange(upgrade_, nullptr);
  upgrade_due_ = kNever;
  probed_ = false;
  upgraded_ = true;
  host_.polling_ended(*this);
  reschedule();
  if (poll_) std::exchange(poll_, nullptr)(make_payload(packet_of(EngineType::noop)));
  for (std::string& packet : queue_.take_all()) socket_->send(std::move(packet));
}

void EngineIoSession::abandon_upgrade(CloseCode code, std::string_view reason) {
  if (upgrade_ != nullptr) std::exchange(upgrade_, nullptr)->close(code, reason);
  upgrade_due_ = kNever;
  probed_ = false;
  reschedule();
}

void EngineIoSession::on_socket_closed(const TextChannel& socket) {
  if (&socket == upgrade_) {
    upgrade_ = nullptr;
    return abandon_upgrade(CloseCode::normal, "");
  }
  if (&socket != socket_) return;
  socket_ = nullptr;
  drop(CloseCode::normal, "");
}

// Time and the end. -----------------------------------------------------------------------------------------------

void EngineIoSession::on_deadline(Instant now) {
  deadline_ = kNever;  // the host has taken it out
  if (phase_ == Phase::lingering && now >= linger_due_) return finish();
  if (phase_ == Phase::open && now >= pong_due_) drop(CloseCode::normal, "ping timeout");
  if (phase_ == Phase::open && now >= upgrade_due_) abandon_upgrade(CloseCode::policy, "upgrade timeout");
  if (phase_ == Phase::open && now >= ping_due_) ping(now);
  reschedule();
}

void EngineIoSession::close(CloseCode code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  if (!upgraded_) queue_.push(packet_of(EngineType::close));
  begin_end(code, reason);
}

void EngineIoSession::drop(CloseCode code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  queue_ = {};
  if (poll_) queue_.push(packet_of(EngineType::close));
  begin_end(code, reason);
}

void EngineIoSession::begin_end(CloseCode code, std::string_view reason) {
  phase_ = Phase::closing;
  abandon_upgrade(code, reason);
  if (socket_ != nullptr) std::exchange(socket_, nullptr)->close(code, reason);
  wake();
}

void EngineIoSession::wake() {
  if (!std::exchange(awake_, true)) host_.wake_soon(*this);
}

void EngineIoSession::settle() {
  awake_ = false;
  if (phase_ == Phase::closing) {
    std::exchange(peer_, nullptr)->on_closed();
    phase_ = Phase::lingering;
    if (queue_.empty()) return finish();
    linger_due_ = host_.now() + times_.linger;
    reschedule();
  }
  flush();
}

void EngineIoSession::finish() {
  if (phase_ == Phase::over) return;
  phase_ = Phase::over;
  if (!upgraded_) host_.polling_ended(*this);
  reschedule();
  wake();
}

void EngineIoSession::reschedule() {
  Instant next = kNever;
  if (phase_ == Phase::open) next = std::min({ping_due_, pong_due_, upgrade_due_});
  if (phase_ == Phase::lingering) next = linger_due_;
  if (next != deadline_) host_.reschedule(*this, std::exchange(deadline_, next), next);
}

}  // namespace turnpike::control
