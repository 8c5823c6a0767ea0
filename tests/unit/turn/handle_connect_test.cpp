#include "turn/handle_connect.hpp"

#include <gmock/gmock.h>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using client::Outcome;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::Method;
using test::endpoint;
using test::kOtherPeer;
using test::kPeer;
using ::testing::ElementsAre;
using Connects = test::VirtualServer::Connects;

class HandleConnectTest : public test::CoreTest {
 protected:
  void SetUp() override {
    allow_tcp();
    settings_.core.max_peer_connections = 2;
  }
  test::DirectClient& control() {
    if (control_ == nullptr) control_ = &add_control(4000);
    return *control_;
  }
  std::optional<ErrorCode> refusal(const Fill& fill) {
    return code_of(control(), write(Method::connect, fill, &signer_of(control())));
  }

 private:
  test::DirectClient* control_ = nullptr;
};

TEST_F(HandleConnectTest, AsksForTheConnectionAndAnswersWhenItIsThere) {
  control();
  server().set_connects(Connects::held);
  server().trace();
  EXPECT_EQ(control().connect(kPeer).ending, Ending::timed_out);  // that is: no answer yet
  EXPECT_THAT(server().take_trace(), ElementsAre("ConnectPeer 198.51.100.7:7000"));
  server().answer_held_connects(true, clock_.now());
  EXPECT_THAT(server().take_trace(), ElementsAre("SendToClient Connect success"));
  control().receive();
  ASSERT_TRUE(control().outcome());
  EXPECT_EQ(control().outcome()->ending, Ending::success);
  EXPECT_EQ(control().outcome()->connection, server().connections().at(0).id.value);
}

TEST_F(HandleConnectTest, WithoutAllocationItIs437) {
  EXPECT_EQ(add_stream_client("9.0.0.1:4001").connect(kPeer).code, ErrorCode::allocation_mismatch);
}

TEST_F(HandleConnectTest, OnAUdpAllocationItIs437) {
  auto& client = add_stream_client("9.0.0.1:4001");
  ASSERT_EQ(client.allocate().ending, Ending::success);
  EXPECT_EQ(client.connect(kPeer).code, ErrorCode::allocation_mismatch);
}

TEST_F(HandleConnectTest, WhileTheAllocationOpensItIs437) {
  auto& client = add_stream_client("9.0.0.1:4001");
  signer_of(client);
  server().hold_opens(true);
  client::AllocateOptions options;
  options.transport = 6;
  static_cast<void>(client.allocate(options));
  EXPECT_EQ(client.connect(kPeer).code, ErrorCode::allocation_mismatch);
}

TEST_F(HandleConnectTest, WithAnotherUsersCredentialsItIs441) {
  control();
  EXPECT_EQ(add_stream_client("9.0.0.1:4000", "bob", "builder").connect(kPeer).code, ErrorCode::wrong_credentials);
}

TEST_F(HandleConnectTest, WithoutAPeerOrWithABrokenOneItIs400) {
  EXPECT_EQ(refusal([](MessageBuilder&) {}), ErrorCode::bad_request);
  EXPECT_EQ(refusal([](MessageBuilder& b) {
              b.add(AttributeType::xor_peer_address, std::array<std::uint8_t, 6>{0, 1, 2, 3, 4, 5});
            }),
            ErrorCode::bad_request);
}

TEST_F(HandleConnectTest, ToAPeerOfAnotherFamilyItIs443) {
  EXPECT_EQ(control().connect(test::kPeer6).code, ErrorCode::peer_address_family_mismatch);
}

TEST_F(HandleConnectTest, WhileTheSamePeerIsBeingConnectedToItIs446) {
  control();
  server().set_connects(Connects::held);
  static_cast<void>(control().connect(kPeer));
  EXPECT_EQ(control().connect(kPeer).code, ErrorCode::connection_already_exists);
  EXPECT_EQ(server().connections().size(), 1U);
}

TEST_F(HandleConnectTest, WhileTheSamePeerIsPendingOrBoundItIs446) {
  const Outcome first = control().connect(kPeer);
  EXPECT_EQ(control().connect(kPeer).code, ErrorCode::connection_already_exists);
  ASSERT_EQ(add_stream_client("9.0.0.1:5000").bind_connection(first.connection.value()).ending, Ending::success);
  EXPECT_EQ(control().connect(kPeer).code, ErrorCode::connection_already_exists);
  EXPECT_EQ(control().connect({kPeer.address, 7001}).ending, Ending::success);
}

TEST_F(HandleConnectTest, AfterTheEndOfAConnectionThePeerMayBeConnectedToAgain) {
  ASSERT_EQ(control().connect(kPeer).ending, Ending::success);
  server().on_peer_closed(server().connections().at(0).id);
  EXPECT_EQ(control().connect(kPeer).ending, Ending::success);
}

TEST_F(HandleConnectTest, ADeniedPeerIs403) {
  EXPECT_EQ(control().connect(endpoint("127.0.0.1:7000")).code, ErrorCode::forbidden);
  EXPECT_EQ(control().connect(endpoint("198.51.100.66:7000")).code, ErrorCode::forbidden);
}

TEST_F(HandleConnectTest, APortThatTheOperatorDidNotOpenIs403) {
  EXPECT_EQ(control().connect({kPeer.address, 6999}).code, ErrorCode::forbidden);
  EXPECT_EQ(control().connect({kPeer.address, 8000}).code, ErrorCode::forbidden);
  EXPECT_EQ(control().connect({kPeer.address, 0}).code, ErrorCode::forbidden);
  EXPECT_EQ(control().connect({kPeer.address, 7000}).ending, Ending::success);
  EXPECT_EQ(control().connect({kPeer.address, 7999}).ending, Ending::success);
}

TEST_F(HandleConnectTest, NoPermissionIsNeeded) { EXPECT_EQ(control().connect(kPeer).ending, Ending::success); }

TEST_F(HandleConnectTest, ARelayedAddressOfOurOwnIsReachedByItsLocalAddress) {
  settings_.relays = {{test::address("10.0.0.8"), test::address("203.0.113.8")}};
  settings_.core.tcp_peer_ports = {{50'000, 50'999}};
  control();
  server().trace();
  ASSERT_EQ(control().connect(endpoint("203.0.113.8:50001")).ending, Ending::success);
  EXPECT_THAT(server().take_trace(), ElementsAre("ConnectPeer 10.0.0.8:50001", "SendToClient Connect success"));
}

TEST_F(HandleConnectTest, AboveTheAllocationsBoundItIs508) {
  ASSERT_EQ(control().connect(kPeer).ending, Ending::success);
  ASSERT_EQ(control().connect(kOtherPeer).ending, Ending::success);
  EXPECT_EQ(control().connect(endpoint("198.51.100.9:7000")).code, ErrorCode::insufficient_capacity);
  server().on_peer_closed(server().connections().at(0).id);
  EXPECT_EQ(control().connect(endpoint("198.51.100.9:7000")).ending, Ending::success);
}

TEST_F(HandleConnectTest, AboveTheCoresBoundItIs508) {
  settings_.core.max_core_connections = 1;
  ASSERT_EQ(control().connect(kPeer).ending, Ending::success);
  EXPECT_EQ(add_control(4002).connect(kPeer).code, ErrorCode::insufficient_capacity);
}

TEST_F(HandleConnectTest, ARetransmissionWhileConnectingWaitsForTheOneAnswer) {
  control();
  server().set_connects(Connects::held);
  static_cast<void>(control().connect(kPeer));
  EXPECT_TRUE(control().exchange(control().sent().back()).empty());
  EXPECT_EQ(server().connections().size(), 1U);
  server().answer_held_connects(true, clock_.now());
  EXPECT_EQ(server().take_for(control().five_tuple()).size(), 1U);
}

TEST_F(HandleConnectTest, ARetransmissionAfterSuccessGetsTheSameBytes) {
  ASSERT_EQ(control().connect(kPeer).ending, Ending::success);
  EXPECT_EQ(ask(control(), control().sent().back()), control().answers().back());
  EXPECT_EQ(server().connections().size(), 1U);
}

TEST_F(HandleConnectTest, APeerThatRefusesIs447AndLeavesNothing) {
  control();
  server().set_connects(Connects::refused);
  server().trace();
  EXPECT_EQ(control().connect(kPeer).code, ErrorCode::connection_timeout_or_failure);
  EXPECT_THAT(server().take_trace(), ElementsAre("ConnectPeer 198.51.100.7:7000", "SendToClient Connect error 447",
                                                 "RequestRefused Connect 447"));
  EXPECT_EQ(server().core().connection_count(), 0U);
  server().set_connects(Connects::accepted);
  EXPECT_EQ(control().connect(kPeer).ending, Ending::success);
}

}  // namespace
}  // namespace turnpike::turn
