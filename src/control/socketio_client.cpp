#include "control/socketio_client.hpp"

#include <array>
#include <utility>
#include <variant>

#include "turnpike/base/base64.hpp"

namespace turnpike::control {
namespace {

using rooms::Refusal;

constexpr Seconds kConnectTimeout{45};
constexpr Seconds kJoinTimeout{30};
constexpr Seconds kReconnectAfter{5};
constexpr std::string_view kOurNamespace = "/";

// Socket.IO shows it to others, which is why it is not Engine.IO's.
std::string draw_socket_id(Random& random) {
  std::array<std::uint8_t, 15> bytes{};
  random.fill(bytes);
  std::string text((4 * bytes.size() + 2) / 3, '\0');
  base64url_encode(bytes, text);
  return text;
}

CloseCode close_code_of(rooms::LeaveReason reason) noexcept {
  switch (reason) {
    case rooms::LeaveReason::replaced: return CloseCode::replaced;
    case rooms::LeaveReason::kicked: return CloseCode::kicked;
    case rooms::LeaveReason::closed: return CloseCode::room_closed;
    case rooms::LeaveReason::left:
    case rooms::LeaveReason::disconnected:
    case rooms::LeaveReason::overflow: break;
  }
  return CloseCode::normal;
}

}  // namespace

Result<std::unique_ptr<TextPeer>, Refusal> SocketIoClient::make(Signaling& signaling, const IpAddress& address) {
  auto client = std::make_unique<SocketIoClient>(signaling);
  const auto id = signaling.attach(*client, address, rooms::DialectTag::socketio);
  if (!id) return id.error();
  client->id_ = *id;
  return std::unique_ptr<TextPeer>(std::move(client));
}

SocketIoClient::~SocketIoClient() { on_closed(); }

void SocketIoClient::on_open(TextChannel& channel) {
  channel_ = &channel;
  connect_by_ = signaling_.now().mono + kConnectTimeout;
  join_by_ = signaling_.now().mono + kJoinTimeout;
}

void SocketIoClient::on_closed() {
  channel_ = nullptr;
  if (id_) signaling_.detach(*std::exchange(id_, std::nullopt));
}

std::uint64_t SocketIoClient::on_heartbeat() {
  const Instant now = signaling_.now().mono;
  if (!connected_ && now >= connect_by_) channel_->close(CloseCode::policy, "not connected in time");
  if (connected_ && signaling_.settings().auth == RoomAuth::token && now >= join_by_) {
    channel_->send(rooms::write_socketio_disconnect());
    channel_->close(CloseCode::policy, "no room token in time");
  }
  if (now >= renew_at_) {
    const auto grant = signaling_.make_grant(room_, user_);
    renew_at_ = grant.renew_at;
    const std::string servers = rooms::write_native_ice_servers(grant.ice);
    channel_->send(rooms::write_socketio_event("ice-servers", rooms::strip_type(servers)));
  }
  return 0;
}

// What the client says. -------------------------------------------------------------------------------------------

void SocketIoClient::on_text(std::string_view text) {
  if (!id_) return;
  const Signaling::Pace pace = signaling_.admit(*id_, text.size());
  if (pace == Signaling::Pace::flood) return end_flood();
  auto packet = rooms::parse_socketio(text);
  if (!packet) return on_fault(packet.error());
  ack_ = packet->ack;
  if (pace == Signaling::Pace::too_fast) return refuse(Refusal::rate_limited, "too many messages");
  obey(*packet);
  ack_.reset();
}

void SocketIoClient::on_fault(const rooms::SocketIoFault& fault) {
  // Who has not connected has no event that could go wrong.
  if (fault.is_fatal || !connected_) return channel_->close(CloseCode::protocol_error, fault.words);
  ack_ = fault.ack;
  strike(Refusal::bad_message, fault.words);
}

void SocketIoClient::obey(rooms::SocketIoPacket& packet) {
  auto* wanted = std::get_if<rooms::SocketIoConnect>(&packet.content);
  if (packet.name_space != kOurNamespace) {
    if (wanted == nullptr) return channel_->close(CloseCode::protocol_error, "not connected to that namespace");
    return channel_->send(rooms::write_socketio_connect_error(packet.name_space, "Invalid namespace"));
  }
  if (connected_) return std::visit([this](auto& content) { obey(content); }, packet.content);
  if (wanted == nullptr) return channel_->close(CloseCode::protocol_error, "not connected");
  connect(*wanted);
}

void SocketIoClient::connect(rooms::SocketIoConnect& wanted) {
  if (signaling_.is_draining()) {
    return channel_->send(rooms::write_socketio_connect_error(kOurNamespace, rooms::name_of(Refusal::draining)));
  }
  connected_ = true;
  token_ = std::move(wanted.token);
  channel_->send(rooms::write_socketio_connected(draw_socket_id(signaling_.random())));
}

void SocketIoClient::obey(rooms::SocketIoConnect&) { channel_->close(CloseCode::protocol_error, "connected already"); }

// The connection underneath stays, for the client to connect again.
void SocketIoClient::obey(rooms::SocketIoDisconnect&) {
  if (!room_.empty()) signaling_.leave(*id_);
  forget_room();
  connected_ = false;
  connect_by_ = signaling_.now().mono + kConnectTimeout;
}

void SocketIoClient::obey(rooms::SocketIoJoin& wanted) {
  rooms::NativeJoin& join = wanted.join;
  auto admission = signaling_.authorize(join.token.empty() ? token_ : join.token, join.room, join.user);
  if (!admission) {
    signaling_.count_refusal(Refusal::unauthorized);
    return refuse(Refusal::unauthorized, admission.error());
  }
  rooms::JoinRequest request;
  request.room = admission->room.empty() ? std::move(join.room) : std::move(admission->room);
  request.user = admission->user.empty() ? std::move(join.user) : std::move(admission->user);
  request.name = admission->name.empty() ? std::move(join.name) : std::move(admission->name);
  request.may = admission->may;
  request.owner = std::move(admission->owner);
  join_by_ = kNever;
  request.dialect = static_cast<std::uint8_t>(rooms::DialectTag::socketio);
  request.keeps_place = false;
  signaling_.join(*id_, std::move(request));
}

void SocketIoClient::obey(rooms::SocketIoSignal& wanted) {
  if (is_elsewhere(wanted.room)) return;
  signaling_.signal(*id_, wanted.target, wanted.tag, std::move(wanted.body), rooms::IfAbsent::refuse);
  confirm();
}

void SocketIoClient::obey(rooms::SocketIoChat& wanted) {
  if (is_elsewhere(wanted.room)) return;
  signaling_.chat(*id_, std::move(wanted.text));
  confirm();
}

void SocketIoClient::obey(rooms::SocketIoLeave&) {
  signaling_.leave(*id_);
  forget_room();
  confirm();
}

void SocketIoClient::obey(rooms::SocketIoOther&) { strike(Refusal::bad_message, "there is no such event"); }

bool SocketIoClient::is_elsewhere(std::string_view room) {
  if (room.empty() || room == room_) return false;
  signaling_.count_refusal(Refusal::not_in_room);
  refuse(Refusal::not_in_room, "this is not the room that you are in");
  return true;
}

// What the client is told. ----------------------------------------------------------------------------------------

void SocketIoClient::deliver(const rooms::Delivery& delivery) {
  if (channel_ == nullptr) return;
  if (auto packet = rooms::write_socketio(*delivery.notice, delivery.sequence, room_)) {
    return channel_->send(std::move(*packet));
  }
  if (const auto* joined = std::get_if<rooms::Joined>(delivery.notice.get())) return tell(*joined, delivery.sequence);
  if (const auto* refused = std::get_if<rooms::Refused>(delivery.notice.get())) {
    return refuse(refused->code, refused->words);
  }
  if (const auto* removed = std::get_if<rooms::Removed>(delivery.notice.get())) tell(*removed);
}

void SocketIoClient::tell(const rooms::Joined& joined, std::uint64_t sequence) {
  room_ = joined.room;
  user_ = joined.user;
  const auto grant = signaling_.make_grant(room_, user_);
  renew_at_ = grant.renew_at;
  const std::string words = rooms::strip_type(rooms::write_native_joined(joined, sequence, grant.ice));
  channel_->send(ack_ ? rooms::write_socketio_ack(*std::exchange(ack_, std::nullopt), words)
                      : rooms::write_socketio_event("joined", words));
}

// A client that the server disconnects does not come back by itself, which it would if only the connection were lost.
void SocketIoClient::tell(const rooms::Removed& removed) {
  forget_room();
  channel_->send(rooms::write_socketio_disconnect());
  channel_->close(close_code_of(removed.reason), rooms::name_of(removed.reason));
}

void SocketIoClient::confirm() {
  if (ack_) channel_->send(rooms::write_socketio_ack(*std::exchange(ack_, std::nullopt), R"({"ok":true})"));
}

void SocketIoClient::refuse(Refusal code, std::string_view words) {
  const std::string error = rooms::strip_type(rooms::write_native_error(code, words, {}));
  channel_->send(ack_ ? rooms::write_socketio_ack(*std::exchange(ack_, std::nullopt), R"({"error":)" + error + '}')
                      : rooms::write_socketio_event("error", error));
}

void SocketIoClient::strike(Refusal code, std::string_view words) {
  if (signaling_.count_fault(*id_, code) == Signaling::Pace::flood) return end_flood();
  refuse(code, words);
}

void SocketIoClient::end_flood() {
  channel_->send(rooms::write_socketio_disconnect());
  channel_->close(CloseCode::policy, "too many messages");
}

void SocketIoClient::forget_room() {
  room_.clear();
  user_.clear();
  renew_at_ = kNever;
}

void SocketIoClient::on_draining() {
  if (!connected_ || channel_ == nullptr) return;
  const std::string words = rooms::strip_type(rooms::write_native_draining(kReconnectAfter));
  channel_->send(rooms::write_socketio_event("draining", words));
}

}  // namespace turnpike::control
