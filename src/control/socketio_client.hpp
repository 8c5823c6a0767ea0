#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "control/signaling.hpp"
#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::control {

/// A client of Socket.IO 5, in the namespace "/" and no other. Its channel takes Engine.IO's packets and brings the
/// content of messages; how they come and go is Engine.IO's affair.
class SocketIoClient final : public TextPeer, public RoomClient {
 public:
  /// Refused: too many clients. `signaling` outlives what is made.
  [[nodiscard]] static Result<std::unique_ptr<TextPeer>, rooms::Refusal> make(Signaling& signaling,
                                                                              const IpAddress& address);
  explicit SocketIoClient(Signaling& signaling) : signaling_(signaling) {}
  ~SocketIoClient() override;

  void on_open(TextChannel& channel) override;
  void on_text(std::string_view text) override;
  /// Also looks whether the client has connected in time, and whether its credentials run out.
  std::uint64_t on_heartbeat() override;
  /// A lost client has no place that is kept, so that nothing is kept for it either.
  void on_received(std::uint64_t) override {}
  void on_closed() override;

  void deliver(const rooms::Delivery& delivery) override;
  void on_draining() override;

 private:
  void on_fault(const rooms::SocketIoFault& fault);
  void obey(rooms::SocketIoPacket& packet);
  void connect(rooms::SocketIoConnect& wanted);
  void obey(rooms::SocketIoConnect& wanted);
  void obey(rooms::SocketIoDisconnect& wanted);
  void obey(rooms::SocketIoJoin& wanted);
  void obey(rooms::SocketIoSignal& wanted);
  void obey(rooms::SocketIoChat& wanted);
  void obey(rooms::SocketIoLeave& wanted);
  void obey(rooms::SocketIoOther& wanted);
  [[nodiscard]] bool is_elsewhere(std::string_view room);

  void tell(const rooms::Joined& joined, std::uint64_t sequence);
  void tell(const rooms::Removed& removed);
  void confirm();
  void refuse(rooms::Refusal code, std::string_view words);
  void strike(rooms::Refusal code, std::string_view words);
  void end_flood();
  void forget_room();

  Signaling& signaling_;
  TextChannel* channel_ = nullptr;     // from on_open() to on_closed()
  std::optional<rooms::ClientId> id_;  // until on_closed()
  bool connected_ = false;
  Instant connect_by_ = kNever;       // while not connected
  Instant join_by_ = kNever;          // where tokens are needed; never again after the first good one
  std::optional<std::uint64_t> ack_;  // that the event in hand wants and has not got
  std::string token_;                 // of the connection
  std::string room_;
  std::string user_;
  Instant renew_at_ = kNever;
};

}  // namespace turnpike::control
