#include "control/peerjs_client.hpp"

#include <utility>
#include <variant>

namespace turnpike::control {
namespace {

using rooms::IfAbsent;
using rooms::Refusal;
using Type = rooms::PeerJsMessage::Type;

CloseCode code_of(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::room_full:
    case Refusal::rate_limited:
    case Refusal::draining: return CloseCode::try_again_later;
    case Refusal::bad_message:
    case Refusal::unauthorized:
    case Refusal::not_in_room:
    case Refusal::unknown_target:
    case Refusal::too_large: break;
  }
  return CloseCode::policy;
}

CloseCode code_of(rooms::LeaveReason reason) noexcept {
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

/// Of a room token the signature, which names it as well and is shorter than the rest. With something in front that
/// no other owner has.
std::string owner_of(const std::string& token) {
  return "peerjs:" + (looks_like_token(token) ? token.substr(token.rfind('.') + 1) : token);
}

}  // namespace

PeerJsClient::PeerJsClient(Signaling& signaling, const IpAddress& address, PeerJsQuery query)
    : signaling_(signaling), address_(address), query_(std::move(query)) {}

void PeerJsClient::on_open(TextChannel& channel) {
  channel_ = &channel;
  if (query_.id.empty() || query_.token.empty() || query_.key.empty()) {
    return fail(CloseCode::policy, "No id, token, or key supplied to websocket server");
  }
  if (query_.key != signaling_.settings().peerjs_key) return fail(CloseCode::policy, "Invalid key provided");
  const auto id = signaling_.attach(*this, address_, rooms::DialectTag::peerjs);
  if (!id) return fail(CloseCode::try_again_later, "Server has reached its concurrent user limit");
  id_ = *id;
  join();
}

void PeerJsClient::join() {
  auto request = make_request();
  if (!request) return;
  const std::string room = request->room;
  signaling_.join(*id_, std::move(*request));
  if (refused_) explain_refusal(room);
}

// A stock client draws its token by itself, so that one that cannot be a room token is taken for that where none is
// needed. It then shares one room with all others like it, and knows nobody there whose id it was not told.
std::optional<rooms::JoinRequest> PeerJsClient::make_request() {
  const SignalingSettings& settings = signaling_.settings();
  rooms::JoinRequest request;
  request.user = query_.id;
  request.owner = owner_of(query_.token);
  request.dialect = static_cast<std::uint8_t>(rooms::DialectTag::peerjs);
  request.keeps_place = false;
  if (settings.auth == RoomAuth::open && !looks_like_token(query_.token)) {
    request.room = settings.peerjs_key;
    request.hidden = true;  // with peerjs_discovery too: thousands would be told of everybody who comes and goes
    request.capacity = settings.peerjs_clients;
    return request;
  }
  auto admission = signaling_.authorize(query_.token, {}, query_.id);
  if (!admission) {
    signaling_.count_refusal(Refusal::unauthorized);
    fail(CloseCode::policy, admission.error());
    return std::nullopt;
  }
  request.room = std::move(admission->room);
  request.name = std::move(admission->name);
  request.may = admission->may;
  // Who has a token in this very name needs no other proof that the id is its own.
  if (!admission->owner.empty()) request.owner = std::move(admission->owner);
  return request;
}

void PeerJsClient::explain_refusal(const std::string& room) {
  const bool is_taken = refused_->code == Refusal::unauthorized && signaling_.rooms().is_member(room, query_.id);
  if (!is_taken) return fail(code_of(refused_->code), refused_->words);
  channel_->send(rooms::write_peerjs_id_taken());
  channel_->close(CloseCode::normal, "ID is taken");
}

void PeerJsClient::fail(CloseCode code, std::string_view words) {
  channel_->send(rooms::write_peerjs_error(words));
  channel_->close(code, words);
}

// A stock client gives up when it is sent an ERROR, so that a single message that cannot be obeyed is dropped without a
// word, as PeerServer does.
void PeerJsClient::on_text(std::string_view text) {
  if (!id_ || !joined_) return;
  Signaling::Pace pace = signaling_.admit(*id_, text.size());
  if (pace == Signaling::Pace::too_fast) return;
  if (pace == Signaling::Pace::fine) {
    auto message = rooms::parse_peerjs(text);
    if (message) return obey(std::move(*message));
    pace = signaling_.count_fault(*id_, message.error().code);
  }
  if (pace == Signaling::Pace::flood) channel_->close(CloseCode::policy, "too many messages");
}

void PeerJsClient::obey(rooms::PeerJsMessage&& message) {
  if (message.type == Type::heartbeat || message.type == Type::other) return;
  if (message.destination.empty()) {
    if (message.type == Type::leave) signaling_.leave(*id_);
    return;
  }
  const IfAbsent if_absent = message.type == Type::leave ? IfAbsent::refuse : IfAbsent::hold;
  signaling_.signal(*id_, message.destination, rooms::tag_of(message.type), std::move(message.payload), if_absent);
}

std::uint64_t PeerJsClient::on_heartbeat() { return 0; }

void PeerJsClient::on_received(std::uint64_t) {}  // keeps no place, so that nothing is kept for it

void PeerJsClient::on_closed() {
  channel_ = nullptr;
  if (id_) signaling_.detach(*std::exchange(id_, std::nullopt));
}

void PeerJsClient::deliver(const rooms::Delivery& delivery) {
  const rooms::Notice& notice = *delivery.notice;
  if (std::holds_alternative<rooms::Joined>(notice)) {
    joined_ = true;
    return channel_->send(rooms::write_peerjs_open());
  }
  if (const auto* removed = std::get_if<rooms::Removed>(&notice)) {
    return channel_->close(code_of(removed->reason), rooms::name_of(removed->reason));
  }
  if (const auto* refused = std::get_if<rooms::Refused>(&notice)) {
    if (!joined_) refused_ = *refused;
    return;
  }
  if (const auto* absent = std::get_if<rooms::Undelivered>(&notice)) {
    return channel_->send(rooms::write_peerjs_expire(absent->target, query_.id));
  }
  if (const auto text = rooms::write_peerjs(notice, query_.id)) channel_->send(*text);
}

void PeerJsClient::on_draining() {}  // the protocol has no word for it

}  // namespace turnpike::control
