#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "support/direct_client.hpp"
#include "support/messages.hpp"

namespace turnpike::test {

/// One server and clients that talk to it directly. Settings may be changed until the server is first used.
class CoreTest : public ::testing::Test {
 protected:
  using Fill = std::function<void(stun::MessageBuilder&)>;

  VirtualServer& server();
  /// A client at 9.0.0.1:4000 with alice's credentials.
  DirectClient& alice();
  DirectClient& add_client(std::string_view from, std::string_view username = "alice",
                           std::string_view password = "wonderland", bool rfc5389_only = false);
  /// A client that comes over a stream.
  DirectClient& add_stream_client(std::string_view from, std::string_view username = "alice",
                                  std::string_view password = "wonderland", Transport transport = Transport::tcp);
  /// Over TCP from 9.0.0.1:`port`, with a TCP allocation; `allow_tcp()` must have come before.
  DirectClient& add_control(std::uint16_t port, std::string_view username = "alice",
                            std::string_view password = "wonderland");
  /// Relays TCP to ports 7000 to 7999.
  void allow_tcp() { settings_.core.tcp_peer_ports = {{7000, 7999}}; }
  /// With an ephemeral credential of `secret` for `user`, valid for `ttl`.
  DirectClient& add_ephemeral_client(std::string_view from, std::string_view user, Seconds ttl,
                                     std::string_view secret = kSecret);
  /// Lets time pass and the server do what falls due meanwhile, each at its own time.
  void pass(Duration time);

  // Requests by hand.
  [[nodiscard]] Bytes write(stun::Method method, const Fill& fill, const client::Signer* signer = nullptr);
  /// What the server answers; exactly one answer must come.
  Bytes ask(DirectClient& client, ByteSpan request);
  /// The error code of the answer, nothing for success.
  std::optional<stun::ErrorCode> code_of(DirectClient& client, ByteSpan request);
  /// What alice signs with; challenges her first if need be.
  const client::Signer& signer_of(DirectClient& client);

  CoreSettings settings_;
  turn::QuotaLimits limits_;
  std::uint32_t errors_per_second_ = 0;
  std::uint8_t workers_ = 1;
  VirtualClock clock_;
  SeededRandom random_{99};

 private:
  DirectClient& add(const FiveTuple& five_tuple, client::SessionOptions options);

  std::unique_ptr<VirtualServer> server_;
  std::deque<DirectClient> clients_;
  DirectClient* alice_ = nullptr;
};

/// A peer that the settings allow.
inline const Endpoint kPeer = endpoint("198.51.100.7:7000");
inline const Endpoint kOtherPeer = endpoint("198.51.100.8:7000");
inline const Endpoint kPeer6 = endpoint("[2001:db8:2::7]:7000");

}  // namespace turnpike::test
