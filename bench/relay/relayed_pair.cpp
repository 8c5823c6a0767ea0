#include "relayed_pair.hpp"

#include <array>
#include <chrono>
#include <variant>

#include "turnpike/base/base64.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::bench {
namespace {

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);
constexpr std::chrono::seconds kPatience{5};  // for one request, all its transmissions together

Instant now() { return Instant{std::chrono::steady_clock::now().time_since_epoch()}; }

}  // namespace

RelayedPair::RelayedPair(const client::SessionOptions& options, Random& random)
    : client_(kLoopback), peer_(kLoopback), session_(options, random) {
  client_.connect(options.server);
  complete(session_.allocate({}, now()), "Allocate");
  complete(session_.bind_channel(kChannel, peer_.local(), now()), "ChannelBind");
  peer_.connect(session_.allocation()->relayed.front());
}

void RelayedPair::release() {
  const client::TransactionNumber number = session_.refresh(Seconds{0}, now());
  try {
    complete(number, "Refresh");
  } catch (const std::runtime_error&) {
    // The allocation ends with its lifetime then.
  }
}

void RelayedPair::complete(client::TransactionNumber number, const std::string& what) {
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
    throw std::runtime_error(what + " failed with error " + std::to_string(code));
  }
  throw std::runtime_error(what + " got no answer");
}

void sign_with_secret(client::SessionOptions& options, const std::string& secret) {
  const auto wall = std::chrono::system_clock::now().time_since_epoch() + std::chrono::hours{1};
  options.username = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(wall).count()) + ":bench";
  options.password = base64_encode(hmac_sha1(as_bytes(secret), {as_bytes(options.username)}));
}

}  // namespace turnpike::bench
