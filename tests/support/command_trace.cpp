#include "support/command_trace.hpp"

#include "support/messages.hpp"

namespace turnpike::test {
namespace {

std::string text_of(AddressFamily family) { return family == AddressFamily::ipv4 ? "ipv4" : "ipv6"; }

std::string text_of(stun::ErrorCode code) { return std::to_string(static_cast<unsigned>(code)); }

std::string text_of(ByteSpan message) {
  const auto view = view_of(message);
  const std::string method(stun::name_of(view.method()));
  if (const auto code = error_of(message)) return method + " error " + text_of(*code);
  return method + (view.message_class() == stun::MessageClass::success ? " success" : " indication");
}

struct Describe {
  std::string operator()(const turn::SendToClient& command) const { return "SendToClient " + text_of(command.bytes); }
  std::string operator()(const turn::OpenRelaySocket& command) const {
    return std::string("OpenRelaySocket ") + to_string(command.protocol) + " " + text_of(command.family) +
           (command.port == turn::OpenRelaySocket::Port::any ? "" : " even");
  }
  std::string operator()(const turn::RedeemReservation& command) const { return "RedeemReservation " + command.user; }
  std::string operator()(const turn::CloseRelaySocket& command) const {
    return "CloseRelaySocket " + text_of(command.family);
  }
  std::string operator()(const turn::DropReservation&) const { return "DropReservation"; }
  std::string operator()(const turn::ConnectPeer& command) const { return "ConnectPeer " + command.peer.to_string(); }
  std::string operator()(const turn::ClosePeerConnection&) const { return "ClosePeerConnection"; }
  std::string operator()(const turn::BindDataConnection& command) const {
    return "BindDataConnection " + command.username + ": " + text_of(command.accepted) + " or " +
           text_of(command.refused);
  }
  std::string operator()(const turn::AllocationStarted& command) const {
    return std::string("AllocationStarted ") + to_string(command.protocol);
  }
  std::string operator()(const turn::AllocationEnded& command) const {
    return std::string("AllocationEnded ") + to_string(command.protocol);
  }
  std::string operator()(const turn::RequestRefused& command) const {
    return "RequestRefused " + std::string(stun::name_of(command.method)) + " " + text_of(command.code);
  }
};

}  // namespace

std::string describe(const turn::Command& command) { return std::visit(Describe{}, command); }

}  // namespace turnpike::test
