#include "turnpike/net/dtls_server.hpp"

#include <gtest/gtest.h>

#include <malloc.h>

#include <string>
#include <vector>

#include "dtls_world.hpp"

namespace turnpike::net {
namespace {

TEST(DtlsServerTest, AHelloWithoutCookieIsAnsweredWithASmallerDatagramAndLeavesNothing) {
  DtlsWorld world;
  const Bytes hello = dtls_hello({});
  const auto answers = world.answer_to(dtls_client_at(4000), hello);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_LT(answers[0].size(), hello.size());
  EXPECT_EQ(answers[0].size(), 48U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_EQ(world.server.next_deadline(), std::nullopt);
}

// RFC 6347 section 4.2.1.
TEST(DtlsServerTest, AHelloVerifyRequestRepeatsTheRecordsNumberAndSpeaksDtls10) {
  DtlsWorld world;
  Bytes hello = dtls_hello({});
  hello[9] = 0x12;
  hello[10] = 0x34;
  const Bytes answer = world.answer_to(dtls_client_at(4000), hello).at(0);
  const Bytes start{22,   0xfe, 0xff, 0,  0, 0, 0, 0, 0, 0x12, 0x34, 0,  35,  // the record
                    3,    0,    0,    23, 0, 0, 0, 0, 0, 0,    0,    23,      // the message
                    0xfe, 0xff, 20};
  EXPECT_EQ(Bytes(answer.begin(), answer.begin() + 28), start);
}

TEST(DtlsServerTest, TenThousandHellosWithLyingLengthsAllocateNothing) {
  DtlsWorld world;
  struct Nothing final : DtlsServer::Events {
    void on_wire(const FiveTuple& /*client*/, ByteSpan /*datagram*/) noexcept override { ++answers; }
    void on_message(const FiveTuple& /*client*/, MutableByteSpan /*message*/) noexcept override {}
    void on_closed(const FiveTuple& /*client*/) noexcept override {}
    std::uint64_t answers = 0;
  } events;
  const Bytes hello = dtls_hello({});
  Bytes datagram = hello;
  world.server.receive(dtls_client_at(1), hello, world.now, events);  // OpenSSL looks SHA-256 up once
  const std::size_t before = mallinfo2().uordblks;
  for (std::uint16_t count = 0; count < 10'000; ++count) {
    datagram = hello;
    // First lengths of the message and the fragment, then of everything in it.
    const std::size_t place = count % 3 == 0 ? 14 + count % 11U : 13 + count % (hello.size() - 13);
    if (count % 4 != 0) datagram[place] = static_cast<std::uint8_t>(world.random.below(256));
    world.server.receive(dtls_client_at(count), datagram, world.now, events);
  }
  EXPECT_EQ(mallinfo2().uordblks, before);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_EQ(world.server.association_count(), 0U);
  EXPECT_EQ(events.answers, world.server.counters().hello_verify_requests);
  EXPECT_EQ(events.answers + world.server.counters().ignored_records, 10'001U);
}

TEST(DtlsServerTest, AHelloWithItsCookieBeginsAHandshake) {
  DtlsWorld world;
  const FiveTuple client = dtls_client_at(4000);
  const Bytes cookie = cookie_of(world.answer_to(client, dtls_hello({})).at(0));
  const auto flight = world.answer_to(client, dtls_hello(cookie));
  EXPECT_FALSE(flight.empty());
  EXPECT_EQ(world.server.handshake_count(), 1U);
  EXPECT_EQ(world.server.association_count(), 0U);
}

TEST(DtlsServerTest, WithoutACertificateNobodyBegins) {
  DtlsWorld world;
  const FiveTuple client = dtls_client_at(4000);
  const Bytes cookie = cookie_of(world.answer_to(client, dtls_hello({})).at(0));
  world.server.set_settings(nullptr);
  EXPECT_TRUE(world.answer_to(client, dtls_hello(cookie)).empty());
  EXPECT_FALSE(world.server.has(client));
}

TEST(DtlsServerTest, ARepeatedHelloWithItsCookieIsNotAnsweredTwice) {
  DtlsWorld world;
  const FiveTuple client = dtls_client_at(4000);
  const Bytes cookie = cookie_of(world.answer_to(client, dtls_hello({})).at(0));
  EXPECT_FALSE(world.answer_to(client, dtls_hello(cookie)).empty());
  EXPECT_TRUE(world.answer_to(client, dtls_hello(cookie)).empty());
  EXPECT_EQ(world.server.handshake_count(), 1U);
}

TEST(DtlsServerTest, AnOldCookieOrOneOfAnotherPortGetsANewOne) {
  DtlsWorld world;
  const Bytes cookie = cookie_of(world.answer_to(dtls_client_at(4000), dtls_hello({})).at(0));
  EXPECT_EQ(world.answer_to(dtls_client_at(4001), dtls_hello(cookie)).size(), 1U);
  world.advance(Seconds{61});
  const auto answers = world.answer_to(dtls_client_at(4000), dtls_hello(cookie));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(world.server.counters().bad_cookies, 2U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_FALSE(world.answer_to(dtls_client_at(4000), dtls_hello(cookie_of(answers[0]))).empty());
  EXPECT_EQ(world.server.handshake_count(), 1U);
}

TEST(DtlsServerTest, WhatDoesNotBeginWithAHelloIsIgnoredFromAStranger) {
  DtlsWorld world;
  const FiveTuple stranger = dtls_client_at(4000);
  for (const Bytes& datagram :
       {dtls_record(21, 0, 0, Bytes{2, 40}), dtls_record(23, 1, 0, Bytes(50)),
        dtls_record(22, 0, 0, Bytes{16, 0, 0, 0}), dtls_record(20, 0, 0, Bytes{1}), Bytes(100), Bytes{22}, Bytes{}}) {
    EXPECT_TRUE(world.answer_to(stranger, datagram).empty());
  }
  EXPECT_EQ(world.server.counters().ignored_records, 7U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
}

TEST(DtlsServerTest, OfManyHellosInOneDatagramOnlyTheFirstIsAnswered) {
  DtlsWorld world;
  Bytes many;
  for (int count = 0; count < 100; ++count) {
    const Bytes hello = dtls_hello({});
    many.insert(many.end(), hello.begin(), hello.end());
  }
  EXPECT_EQ(world.answer_to(dtls_client_at(4000), many).size(), 1U);
}

TEST(DtlsServerTest, TheOldestUnfinishedHandshakeMakesRoom) {
  DtlsWorld world{{.max_handshakes = 3}};
  for (std::uint16_t port = 1; port <= 5; ++port) {
    const FiveTuple client = dtls_client_at(port);
    const Bytes cookie = cookie_of(world.answer_to(client, dtls_hello({})).at(0));
    EXPECT_FALSE(world.answer_to(client, dtls_hello(cookie)).empty());
  }
  EXPECT_EQ(world.server.handshake_count(), 3U);
  EXPECT_EQ(world.server.counters().evicted, 2U);
  EXPECT_NO_THROW(world.open(4000));
  EXPECT_EQ(world.server.counters().evicted, 3U);
}

TEST(DtlsServerTest, AnUnfinishedHandshakeEndsAtItsTimeout) {
  DtlsWorld world;
  const FiveTuple client = dtls_client_at(4000);
  const Bytes cookie = cookie_of(world.answer_to(client, dtls_hello({})).at(0));
  world.answer_to(client, dtls_hello(cookie));
  world.advance(Seconds{9});
  EXPECT_EQ(world.server.handshake_count(), 1U);
  world.advance(Seconds{1});
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_EQ(world.server.counters().timed_out, 1U);
  EXPECT_EQ(world.server.next_deadline(), std::nullopt);
  EXPECT_TRUE(world.closed.empty());
}

TEST(DtlsServerTest, AnAssociationIsClosedWhenItHasBeenIdleForTooLong) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  world.advance(Seconds{9});
  EXPECT_TRUE(world.passes_both_ways(peer));
  EXPECT_EQ(world.server.next_deadline(), world.now + Seconds{10});
  world.advance(Seconds{10});
  world.run();
  EXPECT_EQ(world.closed, std::vector<FiveTuple>{peer.tuple});
  EXPECT_EQ(peer.engine->state(), DtlsEngine::State::closed);
  EXPECT_FALSE(world.server.send(peer.tuple, as_bytes("too late"), world));
}

TEST(DtlsServerTest, AnAssociationThatIsHeldMayBeIdleForEver) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  world.server.hold(peer.tuple, true, world.now);
  EXPECT_EQ(world.server.next_deadline(), std::nullopt);
  world.advance(Seconds{3600});
  EXPECT_TRUE(world.passes_both_ways(peer));
  world.server.hold(peer.tuple, false, world.now);
  world.advance(Seconds{10});
  EXPECT_EQ(world.closed, std::vector<FiveTuple>{peer.tuple});
}

TEST(DtlsServerTest, NoHandshakeBeginsBeyondTheBoundOfAssociations) {
  DtlsWorld world{{.max_associations = 1}};
  DtlsPeer& first = world.open(4000);
  DtlsPeer& second = world.connect(4001);
  world.run();
  EXPECT_FALSE(second.is_open());
  EXPECT_EQ(world.server.counters().refused, 1U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_TRUE(world.passes_both_ways(first));
}

TEST(DtlsServerTest, OfHandshakesThatRaceForTheLastPlaceOneGetsIt) {
  DtlsWorld world{{.max_associations = 1}};
  world.connect(4000);
  world.connect(4001);
  world.run();
  EXPECT_EQ(world.server.association_count(), 1U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_EQ(world.server.counters().refused, 1U);
}

TEST(DtlsServerTest, AnAssociationMayBeClosedWhileItsMessageIsDelivered) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  world.closes_on_message = true;
  world.send(peer, "one");
  world.send(peer, "two");
  Bytes joined = world.under_way[0].bytes;
  joined.insert(joined.end(), world.under_way[1].bytes.begin(), world.under_way[1].bytes.end());
  world.under_way.clear();
  world.inject(peer.tuple, joined);
  world.run();
  EXPECT_EQ(world.messages, std::vector<std::string>{"one"});
  EXPECT_TRUE(world.closed.empty());
  EXPECT_EQ(world.server.association_count(), 0U);
  EXPECT_EQ(peer.engine->state(), DtlsEngine::State::closed);
}

TEST(DtlsServerTest, CloseAllEndsEveryAssociationAndHandshake) {
  DtlsWorld world;
  DtlsPeer& first = world.open(4000);
  DtlsPeer& second = world.open(4001);
  world.server.hold(second.tuple, true, world.now);
  const FiveTuple half = dtls_client_at(4002);
  world.answer_to(half, dtls_hello(cookie_of(world.answer_to(half, dtls_hello({})).at(0))));
  world.server.close_all(world);
  world.run();
  EXPECT_EQ(world.server.association_count(), 0U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_EQ(first.engine->state(), DtlsEngine::State::closed);
  EXPECT_EQ(second.engine->state(), DtlsEngine::State::closed);
  EXPECT_TRUE(world.closed.empty());
}

TEST(DtlsServerTest, AHandshakeThatFailsDisturbsNoOtherAssociation) {
  DtlsWorld world;
  DtlsPeer& good = world.open(4000);
  DtlsPeer& bad = world.connect(4001, {.server_name = "another.example", .trusted_pem = {}, .alpn = {"h3"}});
  world.run();
  EXPECT_EQ(bad.engine->state(), DtlsEngine::State::failed);
  EXPECT_EQ(world.server.counters().failures[static_cast<std::size_t>(TlsFailure::no_common_protocol)], 1U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_TRUE(world.passes_both_ways(good));
}

}  // namespace
}  // namespace turnpike::net
