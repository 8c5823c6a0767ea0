#include "probe/load_pair.hpp"

#include <array>
#include <chrono>
#include <string>
#include <variant>

namespace turnpike::probe {
namespace {

constexpr std::chrono::seconds kPatience{5};  // for one request, all its transmissions together

/// The address from which the system writes to `server`.
IpAddress local_for(const Endpoint& server) {
  LoadSocket socket(IpAddress::any(AddressFamily::ipv4));
  socket.connect(server);
  return socket.local().address;
}

std::string advise(int code) {
  if (code == 401) return " (wrong user, password or secret)";
  if (code == 403) return " (our own address must be allowed as a peer: relay.peers.allow in turnpike's file)";
  if (code == 486) return " (the quota of the user or of this address)";
  if (code == 508) return " (the server has no more ports, or it drains)";
  return {};
}

Instant now() { return Instant{std::chrono::steady_clock::now().time_since_epoch()}; }

}  // namespace

LoadPair::LoadPair(const client::SessionOptions& options, Random& random)
    : client_(local_for(options.server)), peer_(client_.local().address), session_(options, random) {
  client_.connect(options.server);
  complete(session_.allocate({}, now()), "Allocate");
  try {
    complete(session_.bind_channel(kChannel, peer_.local(), now()), "ChannelBind");
    peer_.connect(session_.allocation()->relayed.front());
  } catch (...) {
    static_cast<void>(release());
    throw;
  }
}

bool LoadPair::release() {
  const client::TransactionNumber number = session_.refresh(Seconds{0}, now());
  try {
    complete(number, "Refresh");
    return true;
  } catch (const std::runtime_error&) {
    return false;  // the allocation ends with its lifetime then
  }
}

void LoadPair::complete(client::TransactionNumber number, const std::string& what) {
  std::array<std::uint8_t, 2048> buffer{};
  const Instant give_up = now() + kPatience;
  while (now() < give_up) {
    for (ByteSpan request = session_.poll_transmit(now()); !request.empty(); request = session_.poll_transmit(now())) {
      client_.send(request);
    }
    const ByteSpan datagram = client_.receive(buffer, 100);
    if (datagram.empty()) continue;
    const client::Received received = session_.on_datagram(datagram, now());
    const auto* outcome = std::get_if<client::Outcome>(&received);
    if (outcome == nullptr || outcome->transaction != number) continue;
    if (outcome->ending == client::Ending::success) return;
    if (outcome->code == stun::ErrorCode::allocation_mismatch) throw FiveTupleTaken(what + " failed with error 437");
    const int code = outcome->code ? static_cast<int>(*outcome->code) : 0;
    if (outcome->ending != client::Ending::refused)
      throw std::runtime_error(what + " was not answered as it should be");
    throw std::runtime_error(what + " failed with error " + std::to_string(code) + advise(code));
  }
  throw std::runtime_error(what + " got no answer");
}

}  // namespace turnpike::probe
