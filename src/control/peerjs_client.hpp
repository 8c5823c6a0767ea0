#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control/signaling.hpp"
#include "turnpike/rooms/peerjs_codec.hpp"

namespace turnpike::control {

/// The query of a PeerJS socket.
struct PeerJsQuery {
  std::string key;
  std::string id;
  /// Of the stock client: drawn by it, and what it proves with that the id is its own when it comes back. May be a room
  /// token, and must be where those are needed.
  std::string token;
};

/// A client of PeerServer's protocol: joins as it connects.
class PeerJsClient final : public TextPeer, public RoomClient {
 public:
  /// `signaling` outlives this.
  PeerJsClient(Signaling& signaling, const IpAddress& address, PeerJsQuery query);
  ~PeerJsClient() override = default;

  void on_open(TextChannel& channel) override;
  void on_text(std::string_view text) override;
  std::uint64_t on_heartbeat() override;
  void on_received(std::uint64_t mark) override;
  void on_closed() override;

  void deliver(const rooms::Delivery& delivery) override;
  void on_draining() override;

 private:
  void join();
  [[nodiscard]] std::optional<rooms::JoinRequest> make_request();
  void explain_refusal(const std::string& room);
  void obey(rooms::PeerJsMessage&& message);
  void fail(CloseCode code, std::string_view words);

  Signaling& signaling_;
  IpAddress address_;
  PeerJsQuery query_;
  TextChannel* channel_ = nullptr;  // from on_open() to on_closed()
  std::optional<rooms::ClientId> id_;
  std::optional<rooms::Refused> refused_;  // the join
  bool joined_ = false;
};

}  // namespace turnpike::control
