#include <gtest/gtest.h>

#include "support/core_test.hpp"
#include "support/virtual_network.hpp"

namespace turnpike::test {
namespace {

using client::Ending;
using stun::ErrorCode;

/// Credentials that are taken away while media flows both ways, seen from hosts behind a network.
class RevocationTest : public ::testing::Test {
 protected:
  ServerOptions options() {
    return {.config = settings_.build(), .limits = {}, .errors_per_second = 10, .workers = 2, .seed = 5};
  }
  NetworkClient& add_ephemeral(std::string_view from, std::string_view secret, Seconds ttl = Seconds{3000}) {
    return add_minted(from, turn::mint_ephemeral(secret, "carol", network_.clock().wall() + ttl));
  }
  NetworkClient& add_member(std::string_view from, std::string_view user, Seconds ttl) {
    return add_minted(from, turn::mint_ephemeral(kSecret, user, network_.clock().wall() + ttl));
  }
  NetworkClient& add_minted(std::string_view from, const turn::EphemeralCredential& credential) {
    return network_.add_client(from, credential.username, credential.password);
  }
  void start_call(NetworkClient& client) {
    ASSERT_EQ(network_.allocate(client).ending, Ending::success);
    ASSERT_EQ(network_.bind_channel(client, 0x4000, peer_.address).ending, Ending::success);
  }
  /// How many of as many datagrams come back from the peer.
  std::size_t talk(NetworkClient& client, int datagrams = 50) {
    static_cast<void>(client.take_received());
    for (int i = 0; i < datagrams; ++i) {
      network_.send(client, peer_.address, "media");
      network_.run_for(std::chrono::milliseconds{20});
    }
    network_.run_for(Seconds{1});
    return client.take_received().size();
  }
  void revoke(NetworkClient& client) {
    const std::string& username = client.session().signer()->username;
    ASSERT_TRUE(
        network_.server().revoke(username, turn::parse_ephemeral_username(username)->expiry, network_.clock().now()));
  }
  void remove_secret(std::string_view secret) {
    std::erase(settings_.secrets, secret);
    network_.server().replace_config(settings_.build(), network_.clock().now());
  }

  CoreSettings settings_;
  VirtualNetwork network_{options(), {}, 1};
  NetworkPeer& peer_ = [this]() -> NetworkPeer& {
    NetworkPeer& peer = network_.add_peer("198.51.100.7:7000");
    peer.echoes = true;
    return peer;
  }();
};

TEST_F(RevocationTest, UnderTrafficItEndsOneCallAndNoOther) {
  auto& carol = add_ephemeral("9.0.0.1:4000", kSecret);
  auto& other = add_ephemeral("9.0.0.2:4001", kSecret, Seconds{3001});
  start_call(carol);
  start_call(other);
  ASSERT_EQ(talk(carol), 50U);
  for (int i = 0; i < 10; ++i) network_.send(carol, peer_.address, "on the way");
  revoke(carol);
  EXPECT_EQ(network_.server().allocations(), 1U);
  EXPECT_EQ(talk(carol), 0U);
  EXPECT_EQ(talk(other), 50U);
  network_.server().check_consistency();
}

TEST_F(RevocationTest, TheCredentialCannotBeUsedAgainAnywhereUntilItHasExpired) {
  auto& carol = add_ephemeral("9.0.0.1:4000", kSecret);
  start_call(carol);
  const client::Signer signer = *carol.session().signer();
  revoke(carol);
  EXPECT_EQ(network_.refresh(carol).code, ErrorCode::unauthenticated);
  EXPECT_EQ(network_.allocate(carol).code, ErrorCode::unauthenticated);
  const auto password = turn::ephemeral_password(kSecret, signer.username);
  auto& elsewhere = network_.add_client("9.0.0.3:4001", signer.username, password);
  EXPECT_EQ(network_.allocate(elsewhere).code, ErrorCode::unauthenticated);
  network_.run_for(Seconds{3000});
  EXPECT_EQ(network_.allocate(elsewhere).code, ErrorCode::unauthenticated);
  EXPECT_EQ(network_.server().core().totals(network_.clock().now()).revocations, 0U);
}

TEST_F(RevocationTest, AllCallsOfARoomEndUnderTrafficAndNoOthers) {
  auto& carol = add_member("9.0.0.1:4000", "room:a/carol", Seconds{3000});
  auto& dora = add_member("9.0.0.2:4001", "room:a/dora", Seconds{2000});
  auto& other = add_member("9.0.0.3:4002", "room:b/carol", Seconds{3000});
  for (auto* client : {&carol, &dora, &other}) start_call(*client);
  for (int i = 0; i < 10; ++i) network_.send(carol, peer_.address, "on the way");
  ASSERT_TRUE(network_.server().revoke("*:room:a", network_.clock().wall() + Seconds{3000}, network_.clock().now()));
  EXPECT_EQ(network_.server().allocations(), 1U);
  EXPECT_EQ(talk(carol), 0U);
  EXPECT_EQ(talk(dora), 0U);
  EXPECT_EQ(talk(other), 50U);
  EXPECT_EQ(network_.allocate(carol).code, ErrorCode::unauthenticated);
  network_.run_for(Seconds{60});
  auto& again = add_member("9.0.0.4:4003", "room:a/carol", Seconds{3000});
  start_call(again);
  EXPECT_EQ(talk(again), 50U);
  network_.server().check_consistency();
}

TEST_F(RevocationTest, ARemovedSecretEndsItsCallsUnderTraffic) {
  auto& north = add_ephemeral("9.0.0.1:4000", kSecret);
  auto& south = add_ephemeral("9.0.0.2:4001", kSecondSecret);
  auto& alice = network_.add_client("9.0.0.3:4002");
  for (auto* client : {&north, &south, &alice}) start_call(*client);
  for (int i = 0; i < 10; ++i) network_.send(north, peer_.address, "on the way");
  remove_secret(kSecret);
  EXPECT_EQ(network_.server().allocations(), 2U);
  EXPECT_EQ(talk(north), 0U);
  EXPECT_EQ(talk(south), 50U);
  EXPECT_EQ(talk(alice), 50U);
  EXPECT_EQ(network_.allocate(north).code, ErrorCode::unauthenticated);
  network_.server().check_consistency();
}

TEST_F(RevocationTest, RotationInThreeStepsDropsNoCall) {
  auto& old = add_ephemeral("9.0.0.1:4000", kSecret);
  start_call(old);
  settings_.secrets = {"west", kSecret};
  network_.server().replace_config(settings_.build(), network_.clock().now());
  auto& fresh = add_ephemeral("9.0.0.2:4001", "west");
  start_call(fresh);
  EXPECT_EQ(talk(old), 50U);
  ASSERT_EQ(network_.refresh(old, Seconds{0}).ending, Ending::success);
  remove_secret(kSecret);
  EXPECT_EQ(talk(fresh), 50U);
  EXPECT_EQ(network_.server().allocations(), 1U);
}

}  // namespace
}  // namespace turnpike::test
