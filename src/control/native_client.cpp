#include "control/native_client.hpp"

#include <array>
#include <chrono>
#include <utility>
#include <variant>

namespace turnpike::control {
namespace {

using rooms::Refusal;

constexpr Seconds kReconnectAfter{5};
constexpr Seconds kJoinTimeout{30};

// A mark is a sequence number and the membership that it belongs to: each membership counts from the start.
constexpr unsigned kSequenceBits = 48;
constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << kSequenceBits) - 1;

struct Farewell {
  CloseCode code;
  std::string_view words;
};

Farewell farewell_of(rooms::LeaveReason reason) noexcept {
  switch (reason) {
    case rooms::LeaveReason::replaced: return {CloseCode::replaced, "replaced"};
    case rooms::LeaveReason::kicked: return {CloseCode::kicked, "kicked"};
    case rooms::LeaveReason::closed: return {CloseCode::room_closed, "room closed"};
    case rooms::LeaveReason::left:
    case rooms::LeaveReason::disconnected:
    case rooms::LeaveReason::overflow: break;
  }
  return {CloseCode::normal, rooms::name_of(reason)};
}

}  // namespace

NativeClient::NativeClient(Signaling& signaling, const IpAddress& address) : signaling_(signaling), address_(address) {}

void NativeClient::on_open(TextChannel& channel) {
  channel_ = &channel;
  channel.send(rooms::write_native_hello(std::chrono::ceil<Seconds>(signaling_.settings().heartbeat)));
  const auto id = signaling_.attach(*this, address_, rooms::DialectTag::native);
  if (!id) {
    channel.send(rooms::write_native_error(id.error(), "too many clients", {}));
    return channel.close(CloseCode::try_again_later, "too many clients");
  }
  id_ = *id;
  join_by_ = signaling_.now().mono + kJoinTimeout;
  if (signaling_.is_draining()) on_draining();
}

void NativeClient::on_text(std::string_view text) {
  if (!id_) return;
  switch (signaling_.admit(*id_, text.size())) {
    case Signaling::Pace::fine: break;
    case Signaling::Pace::too_fast:
      return channel_->send(rooms::write_native_error(Refusal::rate_limited, "too many messages", {}));
    case Signaling::Pace::flood: return end_flood();
  }
  auto message = rooms::parse_native(text);
  if (!message) {
    const rooms::CodecFault& fault = message.error();
    if (signaling_.count_fault(*id_, fault.code) == Signaling::Pace::flood) return end_flood();
    return channel_->send(rooms::write_native_error(fault.code, fault.words, fault.ref));
  }
  ref_ = std::move(message->ref);
  std::visit([this](auto& content) { obey(std::move(content)); }, message->content);
  ref_.clear();
}

void NativeClient::end_flood() { channel_->close(CloseCode::policy, "too many messages"); }

// A place is taken back also with a token that is no longer good: who held it proves it with `resume`.
void NativeClient::obey(rooms::NativeJoin&& wanted) {
  auto admission = signaling_.authorize(wanted.token, wanted.room, wanted.user);
  if (!admission && wanted.resume.empty()) {
    signaling_.count_refusal(Refusal::unauthorized);
    return refuse(Refusal::unauthorized, admission.error());
  }
  rooms::JoinRequest request;
  request.room = std::move(wanted.room);
  request.user = std::move(wanted.user);
  request.name = std::move(wanted.name);
  request.resume = std::move(wanted.resume);
  request.seen = wanted.seen;
  request.resume_only = !admission;
  request.dialect = static_cast<std::uint8_t>(rooms::DialectTag::native);
  if (admission) {
    if (!admission->room.empty()) request.room = std::move(admission->room);
    if (!admission->user.empty()) request.user = std::move(admission->user);
    if (!admission->name.empty()) request.name = std::move(admission->name);
    request.may = admission->may;
    request.owner = std::move(admission->owner);
    join_by_ = kNever;
  }
  signaling_.join(*id_, std::move(request));
}

void NativeClient::obey(rooms::NativeSignal&& wanted) {
  signaling_.signal(*id_, wanted.target, rooms::MessageTag::signal, std::move(wanted.body), rooms::IfAbsent::refuse);
}

void NativeClient::obey(rooms::NativeChat&& wanted) { signaling_.chat(*id_, std::move(wanted.text)); }

void NativeClient::obey(rooms::NativeLeave&&) {
  signaling_.leave(*id_);
  forget_room();
}

void NativeClient::obey(rooms::NativePing&&) { channel_->send(rooms::write_native_pong()); }

void NativeClient::refuse(Refusal code, std::string_view words) {
  channel_->send(rooms::write_native_error(code, words, ref_));
}

// Who may not be here costs as much as who may.
bool NativeClient::is_idle_stranger() const {
  return signaling_.settings().auth == RoomAuth::token && signaling_.now().mono >= join_by_;
}

std::uint64_t NativeClient::on_heartbeat() {
  if (is_idle_stranger()) {
    channel_->close(CloseCode::policy, "no room token in time");
    return 0;
  }
  if (signaling_.now().mono >= renew_at_) renew_credentials();
  return (std::uint64_t{memberships_} << kSequenceBits) | (delivered_ & kSequenceMask);
}

void NativeClient::renew_credentials() {
  const auto grant = signaling_.make_grant(room_, user_);
  renew_at_ = grant.renew_at;
  channel_->send(rooms::write_native_ice_servers(grant.ice));
}

void NativeClient::on_received(std::uint64_t mark) {
  if (id_ && mark >> kSequenceBits == memberships_) signaling_.acknowledge(*id_, mark & kSequenceMask);
}

void NativeClient::on_closed() {
  channel_ = nullptr;
  if (id_) signaling_.detach(*std::exchange(id_, std::nullopt));
}

void NativeClient::deliver(const rooms::Delivery& delivery) {
  if (delivery.sequence != 0) delivered_ = delivery.sequence;
  if (const auto text = rooms::write_native(*delivery.notice, delivery.sequence)) return channel_->send(*text);
  if (const auto* joined = std::get_if<rooms::Joined>(delivery.notice.get())) return tell(*joined, delivery.sequence);
  if (const auto* refused = std::get_if<rooms::Refused>(delivery.notice.get())) {
    return refuse(refused->code, refused->words);
  }
  if (const auto* removed = std::get_if<rooms::Removed>(delivery.notice.get())) tell(*removed);
}

void NativeClient::tell(const rooms::Joined& joined, std::uint64_t sequence) {
  ++memberships_;
  join_by_ = kNever;
  delivered_ = sequence;
  room_ = joined.room;
  user_ = joined.user;
  const auto grant = signaling_.make_grant(room_, user_);
  renew_at_ = grant.renew_at;
  channel_->send(rooms::write_native_joined(joined, sequence, grant.ice));
}

void NativeClient::tell(const rooms::Removed& removed) {
  forget_room();
  const Farewell farewell = farewell_of(removed.reason);
  channel_->close(farewell.code, farewell.words);
}

void NativeClient::forget_room() noexcept {
  room_.clear();
  user_.clear();
  renew_at_ = kNever;
}

void NativeClient::on_draining() { channel_->send(rooms::write_native_draining(kReconnectAfter)); }

}  // namespace turnpike::control
