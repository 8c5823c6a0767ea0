#include "turnpike/net/dtls_engine.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dtls_world.hpp"
#include "net/dtls_records.hpp"

namespace turnpike::net {
namespace {

TEST(DtlsEngineTest, AHandshakeCompletesAndDataFlowsBothWays) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  EXPECT_EQ(world.server.association_count(), 1U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
  EXPECT_EQ(world.server.counters().hello_verify_requests, 1U);
  EXPECT_EQ(world.server.counters().handshakes, 1U);
  EXPECT_TRUE(world.passes_both_ways(peer));
}

TEST(DtlsEngineTest, TheClientsProtocolIsChosenAndHttpIsNone) {
  DtlsWorld world;
  DtlsPeer& peer = world.connect(4000, {.server_name = "turn.example", .trusted_pem = {}, .alpn = {"stun.turn"}});
  world.run();
  ASSERT_TRUE(peer.is_open());
  EXPECT_EQ(peer.engine->alpn(), "stun.turn");
  DtlsPeer& browser = world.connect(4001, {.server_name = {}, .trusted_pem = {}, .alpn = {"http/1.1"}});
  world.run();
  EXPECT_EQ(browser.engine->state(), DtlsEngine::State::failed);
  EXPECT_EQ(world.server.association_count(), 1U);
  EXPECT_EQ(world.server.handshake_count(), 0U);
}

TEST(DtlsEngineTest, NoDatagramOfTheHandshakeIsLargerThanEveryLinkCarries) {
  DtlsWorld world;
  world.open(4000);
  for (const DtlsDatagram& datagram : world.sent) EXPECT_LE(datagram.bytes.size(), 1232U);
}

TEST(DtlsEngineTest, TheLossOfAnyOneDatagramOfTheHandshakeIsMadeUpFor) {
  DtlsWorld whole;
  whole.open(4000);
  const std::size_t count = whole.sent.size();
  ASSERT_GE(count, 5U);
  for (std::size_t lost = 0; lost < count; ++lost) {
    DtlsWorld world;
    world.is_lost = [lost](std::size_t place) { return place == lost; };
    DtlsPeer& peer = world.connect(4000);
    EXPECT_TRUE(world.run_until([&] { return peer.is_open() && world.server.association_count() == 1; }))
        << "datagram " << lost;
    EXPECT_TRUE(world.passes_both_ways(peer)) << "datagram " << lost;
  }
}

TEST(DtlsEngineTest, AHandshakeCompletesThoughEveryTenthDatagramIsLostByChance) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    DtlsWorld world{{.handshake_timeout = Seconds{60}, .idle_timeout = Seconds{60}}};
    test::SeededRandom luck{seed};
    world.is_lost = [&](std::size_t) { return luck.below(10) == 0; };
    DtlsPeer& peer = world.connect(4000);
    EXPECT_TRUE(world.run_until([&] { return peer.is_open() && world.server.association_count() == 1; }, Seconds{59}))
        << "seed " << seed;
    world.is_lost = {};
    EXPECT_TRUE(world.passes_both_ways(peer)) << "seed " << seed;
  }
}

TEST(DtlsEngineTest, AServerWhoseFlightIsLostSendsItAgainByItsOwnTimer) {
  DtlsWorld world;
  world.is_lost = [](std::size_t place) { return place >= 3; };
  world.connect(4000);
  world.run();
  ASSERT_EQ(world.server.handshake_count(), 1U);
  const std::size_t before = world.sent.size();
  world.peers.clear();
  ASSERT_TRUE(world.server.next_deadline());
  EXPECT_GE(*world.server.next_deadline(), world.now + Seconds{1});
  EXPECT_LE(*world.server.next_deadline(), world.now + Seconds{1} + std::chrono::milliseconds{20});
  world.advance(*world.server.next_deadline() - world.now);
  EXPECT_GT(world.sent.size(), before);
}

TEST(DtlsEngineTest, AFinalFlightThatWasLostIsSentAgainWhenTheClientRepeatsItsFinished) {
  DtlsWorld whole;
  whole.open(4000);
  DtlsWorld world;
  world.is_lost = [last = whole.sent.size() - 1](std::size_t place) { return place == last; };
  DtlsPeer& peer = world.connect(4000);
  world.run();
  ASSERT_EQ(world.server.association_count(), 1U);
  ASSERT_FALSE(peer.is_open());
  EXPECT_TRUE(world.run_until([&] { return peer.is_open(); }));
  EXPECT_TRUE(world.passes_both_ways(peer));
}

TEST(DtlsEngineTest, AHandshakeWhoseDatagramsAllComeTwiceCompletes) {
  DtlsWorld world;
  DtlsPeer& peer = world.connect(4000);
  for (int flights = 0; !world.under_way.empty() && flights < 100; ++flights) {
    for (const DtlsDatagram& datagram : std::exchange(world.under_way, {})) {
      world.deliver(datagram);
      world.deliver(datagram);
    }
  }
  ASSERT_TRUE(peer.is_open());
  EXPECT_TRUE(world.passes_both_ways(peer));
}

std::vector<Bytes> records_of(const Bytes& datagram) {
  std::vector<Bytes> records;
  DtlsRecordReader reader{datagram};
  while (const auto record = reader.next()) records.emplace_back(record->bytes.begin(), record->bytes.end());
  return records;
}

/// Cuts a flight's datagrams into records and delivers the last first.
void deliver_backwards(DtlsWorld& world) {
  const auto flight = std::exchange(world.under_way, {});
  std::vector<DtlsDatagram> records;
  for (const DtlsDatagram& datagram : flight) {
    for (const Bytes& record : records_of(datagram.bytes)) {
      records.push_back({datagram.is_to_server, datagram.client, record});
    }
  }
  std::for_each(records.rbegin(), records.rend(), [&](const DtlsDatagram& record) { world.deliver(record); });
}

TEST(DtlsEngineTest, AHandshakeWhoseRecordsComeBackwardsCompletes) {
  DtlsWorld world;
  DtlsPeer& peer = world.connect(4000);
  // OpenSSL passes over a ChangeCipherSpec that comes too early, so that has to be sent again.
  for (int turn = 0; !peer.is_open() && turn < 100; ++turn) {
    if (world.under_way.empty()) world.advance(std::chrono::milliseconds{100});
    deliver_backwards(world);
  }
  ASSERT_TRUE(peer.is_open());
  EXPECT_TRUE(world.passes_both_ways(peer));
}

TEST(DtlsEngineTest, WhatAClientSendsBeforeItsFinishedIsNotCollected) {
  DtlsWorld world;
  DtlsPeer& peer = world.connect(4000);
  for (int count = 0; count < 4; ++count) {  // two hellos and their answers
    const DtlsDatagram next = world.under_way.front();
    world.under_way.pop_front();
    world.deliver(next);
  }
  const std::vector<Bytes> last_flight = records_of(world.under_way.at(0).bytes);
  ASSERT_EQ(last_flight.size(), 3U);
  world.under_way.clear();
  const auto flood = [&] {
    for (const std::uint16_t epoch : {std::uint16_t{1}, std::uint16_t{2}}) {
      for (std::uint32_t number = 0; number < 100; ++number) {
        world.answer_to(peer.tuple, dtls_record(22, epoch, number, Bytes(16384)));
      }
    }
    for (std::uint8_t ahead = 3; ahead < 13; ++ahead) {  // the beginnings of messages of 64 KB
      world.answer_to(peer.tuple, dtls_record(22, 0, ahead, Bytes{11, 1, 0, 0, 0, ahead, 0, 0, 0, 0, 0, 1, 0}));
    }
  };
  const std::size_t before = mallinfo2().uordblks;
  flood();
  world.answer_to(peer.tuple, last_flight[0]);
  world.answer_to(peer.tuple, last_flight[1]);
  flood();
  EXPECT_LT(mallinfo2().uordblks, before + 20'000);
  EXPECT_EQ(world.server.handshake_count(), 1U);
  world.inject(peer.tuple, last_flight[2]);
  world.run();
  EXPECT_EQ(world.server.association_count(), 1U);
}

TEST(DtlsEngineTest, TheLargestRecordPassesInOneDatagramAndALargerOneIsRefused) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  const std::string largest(16384, 'x');
  world.send(peer, largest);
  EXPECT_TRUE(world.server.send(peer.tuple, as_bytes(largest), world));
  EXPECT_EQ(world.under_way.size(), 2U);
  world.run();
  EXPECT_EQ(world.messages, std::vector<std::string>{largest});
  EXPECT_EQ(peer.received, std::vector<std::string>{largest});
  EXPECT_FALSE(world.server.send(peer.tuple, as_bytes(largest + "x"), world));
  EXPECT_TRUE(world.passes_both_ways(peer));
}

TEST(DtlsEngineTest, AnEmptyMessageIsAcceptedAndNothingIsSent) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  EXPECT_TRUE(world.server.send(peer.tuple, {}, world));
  EXPECT_TRUE(world.under_way.empty());
  EXPECT_TRUE(world.passes_both_ways(peer));
}

TEST(DtlsEngineTest, SeveralRecordsOfADatagramAreSeveralMessages) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  world.send(peer, "one");
  world.send(peer, "two");
  Bytes joined = world.under_way[0].bytes;
  joined.insert(joined.end(), world.under_way[1].bytes.begin(), world.under_way[1].bytes.end());
  world.under_way.clear();
  world.inject(peer.tuple, joined);
  world.run();
  EXPECT_EQ(world.messages, (std::vector<std::string>{"one", "two"}));
}

TEST(DtlsEngineTest, ARecordThatComesTwiceIsOneMessage) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  world.send(peer, "once");
  world.under_way.push_back(world.under_way.front());
  world.run();
  EXPECT_EQ(world.messages, std::vector<std::string>{"once"});
}

TEST(DtlsEngineTest, TheClientsCloseNotifyIsAnsweredAndEndsTheAssociation) {
  DtlsWorld world;
  DtlsPeer& peer = world.open(4000);
  struct Wire final : ByteSink {
    void write(ByteSpan bytes) noexcept override { world->inject(client, bytes); }
    DtlsWorld* world = nullptr;
    FiveTuple client;
  } wire;
  wire.world = &world;
  wire.client = peer.tuple;
  peer.engine->close(wire);
  world.run();
  EXPECT_EQ(world.closed, std::vector<FiveTuple>{peer.tuple});
  EXPECT_EQ(world.server.association_count(), 0U);
  EXPECT_EQ(peer.engine->state(), DtlsEngine::State::closed);
}

}  // namespace
}  // namespace turnpike::net
