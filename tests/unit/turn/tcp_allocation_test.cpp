#include <gmock/gmock.h>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using test::kPeer;
using ::testing::ElementsAre;

/// What Allocate and the other requests of RFC 8656 are like with REQUESTED-TRANSPORT 6 (RFC 6062 section 5.1).
class TcpAllocationTest : public test::CoreTest {
 protected:
  void SetUp() override { allow_tcp(); }
  test::DirectClient& stream(Transport transport = Transport::tcp) {
    return add_stream_client("9.0.0.1:" + std::to_string(++port_), "alice", "wonderland", transport);
  }
  static AllocateOptions tcp() {
    AllocateOptions options;
    options.transport = 6;
    return options;
  }
  std::optional<ErrorCode> refusal(const AllocateOptions& options) { return stream().allocate(options).code; }

 private:
  int port_ = 4000;
};

TEST_F(TcpAllocationTest, AListeningSocketIsAskedFor) {
  auto& client = stream();
  signer_of(client);
  server().trace();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  EXPECT_THAT(server().take_trace(),
              ElementsAre("OpenRelaySocket tcp ipv4", "SendToClient Allocate success", "AllocationStarted tcp"));
}

TEST_F(TcpAllocationTest, TlsIsAsGoodAsTcp) {
  EXPECT_EQ(stream(Transport::tls).allocate(tcp()).ending, Ending::success);
}

TEST_F(TcpAllocationTest, OverDatagramsItIs400) {
  EXPECT_EQ(alice().allocate(tcp()).code, ErrorCode::bad_request);
  EXPECT_EQ(stream(Transport::dtls).allocate(tcp()).code, ErrorCode::bad_request);
}

TEST_F(TcpAllocationTest, WithoutPortsThatAreOpenItIs442) {
  settings_.core.tcp_peer_ports.clear();
  EXPECT_EQ(refusal(tcp()), ErrorCode::unsupported_transport_protocol);
  EXPECT_EQ(alice().allocate(tcp()).code, ErrorCode::unsupported_transport_protocol);
}

TEST_F(TcpAllocationTest, AnotherProtocolIs442) {
  AllocateOptions options;
  options.transport = 132;
  EXPECT_EQ(refusal(options), ErrorCode::unsupported_transport_protocol);
}

TEST_F(TcpAllocationTest, DontFragmentEvenPortAndReservationTokenAre400) {
  AllocateOptions options = tcp();
  options.dont_fragment = true;
  EXPECT_EQ(refusal(options), ErrorCode::bad_request);
  options = tcp();
  options.even_port = false;
  EXPECT_EQ(refusal(options), ErrorCode::bad_request);
  options = tcp();
  options.reservation = client::ReservationToken{1};
  EXPECT_EQ(refusal(options), ErrorCode::bad_request);
}

TEST_F(TcpAllocationTest, AFamilyMayBeAskedFor) {
  AllocateOptions options = tcp();
  options.family = AddressFamily::ipv6;
  auto& client = stream();
  ASSERT_EQ(client.allocate(options).ending, Ending::success);
  EXPECT_TRUE(client.relayed().address.is_v6());
  EXPECT_EQ(client.connect(test::kPeer6).ending, Ending::success);
}

TEST_F(TcpAllocationTest, OfTwoFamiliesOneIsGivenAndTheOtherRefused) {
  AllocateOptions options = tcp();
  options.additional_family = AddressFamily::ipv6;
  auto& client = stream();
  ASSERT_EQ(client.allocate(options).ending, Ending::success);
  const auto& grant = client.session().allocation().value();
  ASSERT_EQ(grant.relayed.size(), 1U);
  EXPECT_TRUE(grant.relayed[0].address.is_v4());
  ASSERT_TRUE(grant.address_error);
  EXPECT_EQ(grant.address_error->family, AddressFamily::ipv6);
  EXPECT_EQ(grant.address_error->code, ErrorCode::address_family_not_supported);
}

TEST_F(TcpAllocationTest, UdpAllocationsOverStreamsStayWhatTheyWere) {
  auto& client = stream();
  signer_of(client);
  server().trace();
  ASSERT_EQ(client.allocate().ending, Ending::success);
  EXPECT_THAT(server().take_trace(),
              ElementsAre("OpenRelaySocket udp ipv4", "SendToClient Allocate success", "AllocationStarted udp"));
}

TEST_F(TcpAllocationTest, ARetransmissionGetsTheSameBytes) {
  auto& client = stream();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  EXPECT_EQ(ask(client, client.sent().back()), client.answers().back());
}

TEST_F(TcpAllocationTest, SendIndicationsAreDropped) {
  auto& client = stream();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  ASSERT_EQ(client.create_permission({kPeer}).ending, Ending::success);
  EXPECT_EQ(client.send(kPeer, "x").reason, DropReason::tcp_allocation);
}

TEST_F(TcpAllocationTest, ChannelsAreRefusedAndChannelDataIsDropped) {
  auto& client = stream();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  EXPECT_EQ(client.bind_channel(0x4000, kPeer).code, ErrorCode::bad_request);
  EXPECT_EQ(client.send(kPeer, "x").reason, DropReason::no_channel);
}

TEST_F(TcpAllocationTest, ARefreshKeepsItAndAZeroRefreshEndsItWithItsConnections) {
  auto& client = stream();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  ASSERT_EQ(client.connect(kPeer).ending, Ending::success);
  ASSERT_EQ(client.refresh(Seconds{1000}).ending, Ending::success);
  server().trace();
  ASSERT_EQ(client.refresh(Seconds{0}).ending, Ending::success);
  EXPECT_THAT(server().take_trace(),
              ElementsAre("SendToClient Refresh success", "CloseRelaySocket ipv4", "AllocationEnded tcp"));
  EXPECT_EQ(server().core().connection_count(), 0U);
  EXPECT_EQ(server().ledger().total(), 0U);
  EXPECT_EQ(server().next_deadline(), std::nullopt);
  server().check_consistency();
}

TEST_F(TcpAllocationTest, TheEndOfTheControlConnectionEndsItAll) {
  auto& client = stream();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  const auto connected = client.connect(kPeer);
  auto& data = stream();
  ASSERT_EQ(data.bind_connection(connected.connection.value()).ending, Ending::success);
  server().on_client_closed(client.five_tuple(), clock_.now());
  EXPECT_EQ(server().ended().at(0).reason, EndReason::client_gone);
  EXPECT_TRUE(server().connections().empty());
  server().check_consistency();
}

TEST_F(TcpAllocationTest, TheEndOfADataConnectionEndsNothingElse) {
  auto& client = stream();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  auto& data = stream();
  ASSERT_EQ(data.bind_connection(client.connect(kPeer).connection.value()).ending, Ending::success);
  server().on_client_closed(data.five_tuple(), clock_.now());
  EXPECT_EQ(server().allocations(), 1U);
  EXPECT_EQ(client.connect(kPeer).ending, Ending::success);
}

TEST_F(TcpAllocationTest, ASuccessorOfTheSlotRelaysUdpAndHasNoConnections) {
  auto& client = stream();
  ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
  ASSERT_EQ(client.connect(kPeer).ending, Ending::success);
  ASSERT_EQ(client.refresh(Seconds{0}).ending, Ending::success);
  ASSERT_EQ(client.allocate().ending, Ending::success);
  EXPECT_EQ(server().started().at(1).allocation.slot, server().started().at(0).allocation.slot);
  EXPECT_EQ(client.bind_channel(0x4000, kPeer).ending, Ending::success);
}

TEST_F(TcpAllocationTest, WhenTheServerStopsConnectionsGoWithTheirAllocations) {
  for (int i = 0; i < 30; ++i) {
    auto& client = stream();
    ASSERT_EQ(client.allocate(tcp()).ending, Ending::success);
    ASSERT_EQ(client.connect(kPeer).ending, Ending::success);
  }
  for (int calls = 0; !server().end_all(clock_.now()); ++calls) ASSERT_LT(calls, 100);
  EXPECT_EQ(server().core().connection_count(), 0U);
  EXPECT_EQ(server().ports_in_use(), 0U);
}

}  // namespace
}  // namespace turnpike::turn
