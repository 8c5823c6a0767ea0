#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control/signaling.hpp"
#include "turnpike/rooms/native_codec.hpp"

namespace turnpike::control {

/// A client of /signal.
class NativeClient final : public TextPeer, public RoomClient {
 public:
  /// `signaling` outlives this.
  NativeClient(Signaling& signaling, const IpAddress& address);
  ~NativeClient() override = default;

  void on_open(TextChannel& channel) override;
  void on_text(std::string_view text) override;
  std::uint64_t on_heartbeat() override;
  void on_received(std::uint64_t mark) override;
  void on_closed() override;

  void deliver(const rooms::Delivery& delivery) override;
  void on_draining() override;

 private:
  void obey(rooms::NativeJoin&& wanted);
  void obey(rooms::NativeSignal&& wanted);
  void obey(rooms::NativeChat&& wanted);
  void obey(rooms::NativeLeave&& wanted);
  void obey(rooms::NativePing&& wanted);
  void refuse(rooms::Refusal code, std::string_view words);
  void end_flood();

  void tell(const rooms::Joined& joined, std::uint64_t sequence);
  void tell(const rooms::Removed& removed);
  void forget_room() noexcept;
  void renew_credentials();
  [[nodiscard]] bool is_idle_stranger() const;

  Signaling& signaling_;
  IpAddress address_;
  TextChannel* channel_ = nullptr;  // from on_open() to on_closed()
  std::optional<rooms::ClientId> id_;
  std::string ref_;  // of the message that is being obeyed
  std::string room_;
  std::string user_;
  Instant renew_at_ = kNever;
  Instant join_by_ = kNever;       // where tokens are needed; never again after the first good one
  std::uint64_t delivered_ = 0;    // sequence, in the present membership
  std::uint16_t memberships_ = 0;  // so far; what wraps around was acknowledged long ago
};

}  // namespace turnpike::control
