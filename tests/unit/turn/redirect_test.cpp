#include "turn/redirect.hpp"

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::AllocateOptions;
using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using stun::Method;
using test::endpoint;

const Alternate kFirst{endpoint("192.0.2.1:3478"), endpoint("192.0.2.1:5349"), "one.example"};
const Alternate kSecond{endpoint("192.0.2.2:3478"), endpoint("192.0.2.2:5349"), ""};
const Alternate kWithoutTls{endpoint("192.0.2.3:3478"), std::nullopt, ""};
const Alternate kFirst6{endpoint("[2001:db8:5::1]:3478"), endpoint("[2001:db8:5::1]:5349"), "one.example"};

class RedirectTest : public test::CoreTest {
 protected:
  static std::shared_ptr<const Alternates> to(std::vector<Alternate> healthy, bool always = false) {
    return std::make_shared<const Alternates>(Alternates{std::move(healthy), always});
  }
  void drain_to(std::vector<Alternate> healthy) {
    settings_.core.alternates = to(std::move(healthy));
    server().core().start_draining();
  }
  test::DirectClient& add_tls_client(std::string_view from) {
    return add_stream_client(from, "alice", "wonderland", Transport::tls);
  }
  /// All addresses in the last answer, in its order.
  static std::vector<Endpoint> addresses_told(const test::DirectClient& client) {
    const auto message = *stun::MessageView::parse(client.answers().back());
    std::vector<Endpoint> told;
    message.for_each_actionable([&](const stun::Attribute& attribute) {
      if (attribute.type == AttributeType::alternate_server)
        told.push_back(stun::read_address(attribute.value).value());
      return true;
    });
    return told;
  }
  static std::optional<std::string> domain_told(const test::DirectClient& client) {
    const auto message = *stun::MessageView::parse(client.answers().back());
    const auto found = message.find(AttributeType::alternate_domain);
    if (!found) return std::nullopt;
    return std::string(found->value.begin(), found->value.end());
  }
};

TEST_F(RedirectTest, ADrainingServerSendsNewClientsElsewhere) {
  drain_to({kSecond});
  const auto outcome = alice().allocate();  // an answer without integrity would be as good as none
  EXPECT_EQ(outcome.code, ErrorCode::try_alternate);
  EXPECT_EQ(outcome.alternate, kSecond.plain);
  EXPECT_EQ(server().ledger().total(), 0U);
}

TEST_F(RedirectTest, ADrainingServerServesWhoItHas) {
  settings_.core.alternates = to({kFirst});
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  server().core().start_draining();
  EXPECT_EQ(alice().refresh(Seconds{900}).ending, Ending::success);
  EXPECT_EQ(alice().create_permission({test::kPeer}).ending, Ending::success);
  EXPECT_EQ(alice().bind_channel(0x4000, test::kPeer).ending, Ending::success);
  EXPECT_EQ(alice().bind().ending, Ending::success);
}

TEST_F(RedirectTest, WithNobodyElseItIs508) {
  drain_to({});
  EXPECT_EQ(alice().allocate().code, ErrorCode::insufficient_capacity);
}

TEST_F(RedirectTest, EachServerGetsItsTurn) {
  drain_to({kFirst, kSecond, kWithoutTls});
  std::vector<std::optional<Endpoint>> told;
  for (int port = 4001; port <= 4006; ++port) {
    told.push_back(add_client("9.0.0.1:" + std::to_string(port)).allocate().alternate);
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(told[i], told[i + 3]);
  for (const Alternate& each : {kFirst, kSecond, kWithoutTls}) EXPECT_EQ(std::ranges::count(told, each.plain), 2);
}

TEST_F(RedirectTest, TheAddressIsOfTheClientsOwnFamilyAndTheOtherFamilyComesSecond) {
  drain_to({kFirst, kFirst6});
  auto& over6 = add_client("[2001:db8:9::1]:4000");
  EXPECT_EQ(over6.allocate().code, ErrorCode::try_alternate);
  EXPECT_EQ(addresses_told(over6), (std::vector{*kFirst6.plain, *kFirst.plain}));
  EXPECT_EQ(alice().allocate().code, ErrorCode::try_alternate);
  EXPECT_EQ(addresses_told(alice()), (std::vector{*kFirst.plain, *kFirst6.plain}));
}

TEST_F(RedirectTest, AClientIsNotSentToAFamilyItDidNotComeOver) {
  drain_to({kFirst});
  EXPECT_EQ(add_client("[2001:db8:9::1]:4000").allocate().code, ErrorCode::insufficient_capacity);
}

TEST_F(RedirectTest, OverTlsTheAddressIsTheOneForTlsAndTheDomainGoesWithIt) {
  drain_to({kWithoutTls, kFirst});
  auto& secure = add_tls_client("9.0.0.1:4100");
  EXPECT_EQ(secure.allocate().code, ErrorCode::try_alternate);
  EXPECT_EQ(addresses_told(secure), (std::vector{*kFirst.secure}));
  EXPECT_EQ(domain_told(secure), "one.example");
}

TEST_F(RedirectTest, WithoutEncryptionThereIsNoDomain) {
  drain_to({kFirst});
  EXPECT_EQ(alice().allocate().alternate, kFirst.plain);
  EXPECT_EQ(domain_told(alice()), std::nullopt);
  auto& over_tcp = add_stream_client("9.0.0.1:4200");
  EXPECT_EQ(over_tcp.allocate().alternate, kFirst.plain);
  EXPECT_EQ(domain_told(over_tcp), std::nullopt);
}

TEST_F(RedirectTest, OverTlsNobodyIsSentToAServerWithoutIt) {
  drain_to({kWithoutTls});
  EXPECT_EQ(add_tls_client("9.0.0.1:4100").allocate().code, ErrorCode::insufficient_capacity);
}

TEST_F(RedirectTest, TheOtherFamilyIsLeftOutWhenItsCertificateHasAnotherName) {
  Alternate other = kFirst6;
  other.domain = "two.example";
  drain_to({kFirst, other});
  auto& secure = add_tls_client("9.0.0.1:4100");
  EXPECT_EQ(secure.allocate().code, ErrorCode::try_alternate);
  EXPECT_EQ(addresses_told(secure), (std::vector{*kFirst.secure}));
}

TEST_F(RedirectTest, ABrowsersClientUnderstandsIt) {
  drain_to({kFirst});
  auto& browser = add_client("9.0.0.1:4300", "alice", "wonderland", true);
  EXPECT_EQ(browser.allocate().alternate, kFirst.plain);
}

TEST_F(RedirectTest, StrangersLearnOfNoOtherServer) {
  drain_to({kFirst});
  const auto request =
      write(Method::allocate, [](stun::MessageBuilder& builder) { builder.add_requested_transport(17); });
  EXPECT_EQ(code_of(alice(), request), ErrorCode::unauthenticated);
  EXPECT_EQ(add_client("9.0.0.1:4400", "alice", "wrong").allocate().code, ErrorCode::unauthenticated);
}

TEST_F(RedirectTest, MistakesAreToldFirst) {
  settings_.core.alternates = to({kFirst}, true);
  AllocateOptions options;
  options.transport = 132;
  EXPECT_EQ(alice().allocate(options).code, ErrorCode::unsupported_transport_protocol);
  EXPECT_EQ(code_of(alice(), write(Method::allocate, {}, &signer_of(alice()))), ErrorCode::bad_request);
}

TEST_F(RedirectTest, ADispatcherSendsEverybodyAway) {
  settings_.core.alternates = to({kFirst}, true);
  EXPECT_EQ(alice().allocate().alternate, kFirst.plain);
  EXPECT_EQ(alice().bind().ending, Ending::success);
}

TEST_F(RedirectTest, ADispatcherServesByItselfWhenNobodyElseDoes) {
  settings_.core.alternates = to({}, true);
  EXPECT_EQ(alice().allocate().ending, Ending::success);
}

TEST_F(RedirectTest, AServerWithRoomSendsNobodyAway) {
  settings_.core.alternates = to({kFirst});
  EXPECT_EQ(alice().allocate().ending, Ending::success);
}

TEST_F(RedirectTest, AFullServerSendsTheNextOneAway) {
  settings_.core.alternates = to({kFirst});
  limits_.total = 1;
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(add_client("9.0.0.2:4000").allocate().alternate, kFirst.plain);
}

TEST_F(RedirectTest, WithoutAPortTheClientIsSentAwayAndNothingIsKept) {
  settings_.core.alternates = to({kFirst});
  server().refuse_sockets_of(AddressFamily::ipv4);
  EXPECT_EQ(alice().allocate().alternate, kFirst.plain);
  EXPECT_EQ(server().allocations(), 0U);
  EXPECT_EQ(server().ledger().total(), 0U);
}

TEST_F(RedirectTest, WhoHasTooManyIsSentNowhere) {
  settings_.core.alternates = to({kFirst});
  limits_.per_user = 1;
  ASSERT_EQ(alice().allocate().ending, Ending::success);
  EXPECT_EQ(add_client("9.0.0.2:4000").allocate().code, ErrorCode::allocation_quota_reached);
}

TEST_F(RedirectTest, AReservationIsGoodHereOnly) {
  AllocateOptions reserving;
  reserving.even_port = true;
  ASSERT_EQ(alice().allocate(reserving).ending, Ending::success);
  settings_.core.alternates = to({kFirst}, true);
  server().replace_config(settings_.build(), clock_.now());
  AllocateOptions redeeming;
  redeeming.reservation = alice().session().allocation()->reservation;
  EXPECT_EQ(add_client("9.0.0.1:4001").allocate(redeeming).ending, Ending::success);
  server().core().start_draining();
  EXPECT_EQ(add_client("9.0.0.1:4002").allocate(redeeming).code, ErrorCode::insufficient_capacity);
}

}  // namespace
}  // namespace turnpike::turn
