// RFC 6347 section 4.2.8: whatever comes from a live association's own address, it goes on.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "dtls_world.hpp"
#include "turnpike/net/dtls_server.hpp"

namespace turnpike::net {
namespace {

class DtlsIntruderTest : public testing::Test {
 protected:
  DtlsWorld world_;
  DtlsPeer& peer_ = world_.open(4000);

  void inject(ByteSpan bytes) {
    static_cast<void>(world_.answer_to(peer_.tuple, bytes));
    EXPECT_TRUE(world_.passes_both_ways(peer_));
    EXPECT_TRUE(world_.closed.empty());
    EXPECT_EQ(world_.server.association_count(), 1U);
  }
  /// A datagram that the client sent to the server, by place from the first.
  [[nodiscard]] Bytes sent_by_client(std::size_t place) const {
    for (const DtlsDatagram& datagram : world_.sent) {
      if (datagram.is_to_server && place-- == 0) return datagram.bytes;
    }
    return {};
  }
};

TEST_F(DtlsIntruderTest, AReplayOfTheWholeHandshakeChangesNothing) {
  for (std::size_t place = 0; place < 3; ++place) {
    const Bytes replayed = sent_by_client(place);
    ASSERT_FALSE(replayed.empty());
    inject(replayed);
  }
  EXPECT_EQ(world_.server.handshake_count(), 0U);
}

TEST_F(DtlsIntruderTest, AHelloWithoutCookieChangesNothing) {
  inject(dtls_hello({}));
  EXPECT_EQ(world_.server.handshake_count(), 0U);
}

TEST_F(DtlsIntruderTest, AHelloWithACookieThatIsNeverFinishedChangesNothing) {
  const Bytes cookie = cookie_of(world_.answer_to(peer_.tuple, dtls_hello({})).at(0));
  inject(dtls_hello(cookie));
  EXPECT_EQ(world_.server.handshake_count(), 1U);
  world_.server.hold(peer_.tuple, true, world_.now);
  for (int second = 0; second < 12; ++second) {
    world_.advance(Seconds{1});
    world_.under_way.clear();  // the flights of the other handshake are nothing to the client
    EXPECT_TRUE(world_.passes_both_ways(peer_)) << second;
  }
  EXPECT_EQ(world_.server.handshake_count(), 0U);
  EXPECT_EQ(world_.server.counters().timed_out, 1U);
}

TEST_F(DtlsIntruderTest, AlertsWithoutProtectionChangeNothing) {
  for (const Bytes& alert : {Bytes{1, 0}, Bytes{2, 0}, Bytes{2, 40}, Bytes{2, 10}, Bytes{1, 90}, Bytes{1, 100}}) {
    inject(dtls_record(21, 0, 9, alert));
  }
}

TEST_F(DtlsIntruderTest, JunkChangesNothing) {
  inject({});
  for (int count = 0; count < 200; ++count) {
    Bytes junk = world_.random.bytes(world_.random.below(200));
    inject(junk);
    if (junk.size() > 3) {
      junk[0] = static_cast<std::uint8_t>(20 + count % 6);
      junk[1] = 0xfe;
      junk[2] = 0xfd;
      inject(junk);
    }
  }
}

TEST_F(DtlsIntruderTest, ForgedRecordsOfEveryTypeAndEpochChangeNothing) {
  for (const int type : {20, 21, 22, 23, 24, 25}) {
    for (const int epoch : {0, 1, 2, 65535}) {
      for (const std::size_t size : {0U, 1U, 2U, 24U, 25U, 61U, 300U, 16384U}) {
        inject(dtls_record(static_cast<std::uint8_t>(type), static_cast<std::uint16_t>(epoch), 77,
                           world_.random.bytes(size)));
      }
    }
  }
}

TEST_F(DtlsIntruderTest, AForgedRecordFromFarAheadDoesNotMoveTheReplayWindow) {
  inject(dtls_record(23, 1, 0xffffffff, world_.random.bytes(60)));
}

TEST_F(DtlsIntruderTest, ATruncatedOrChangedCopyOfARecordChangesNothing) {
  world_.send(peer_, "the original");
  const Bytes original = world_.under_way.front().bytes;
  world_.under_way.clear();
  for (std::size_t size = 0; size < original.size(); ++size) inject(ByteSpan{original}.first(size));
  for (std::size_t place = 0; place < original.size(); ++place) {
    Bytes changed = original;
    changed[place] ^= 1;
    inject(changed);
  }
}

TEST_F(DtlsIntruderTest, AnythingBesideAnUnfinishedHandshakeChangesNothing) {
  const Bytes cookie = cookie_of(world_.answer_to(peer_.tuple, dtls_hello({})).at(0));
  inject(dtls_hello(cookie));
  inject(dtls_record(21, 0, 2, Bytes{2, 40}));
  inject(dtls_record(23, 1, 0, world_.random.bytes(60)));
  inject(dtls_record(22, 0, 2, Bytes{16, 0, 0, 5, 0, 2, 0, 0, 0, 0, 0, 5, 4, 1, 2, 3, 4}));
}

TEST_F(DtlsIntruderTest, AnIntruderOnOneAssociationDisturbsNoOther) {
  DtlsPeer& other = world_.open(4001);
  for (const Bytes& datagram :
       {dtls_record(21, 0, 9, Bytes{2, 40}), dtls_record(23, 1, 9, Bytes(60)), dtls_hello({})}) {
    static_cast<void>(world_.answer_to(other.tuple, datagram));
    EXPECT_TRUE(world_.passes_both_ways(peer_));
    EXPECT_TRUE(world_.passes_both_ways(other));
  }
}

TEST_F(DtlsIntruderTest, AClientThatBeginsAnewOnItsPortReplacesItself) {
  const FiveTuple tuple = peer_.tuple;
  DtlsPeer& anew = world_.open(4000);
  EXPECT_EQ(world_.closed, std::vector<FiveTuple>{tuple});
  EXPECT_EQ(world_.server.association_count(), 1U);
  EXPECT_EQ(world_.server.handshake_count(), 0U);
  EXPECT_TRUE(world_.passes_both_ways(anew));
}

TEST_F(DtlsIntruderTest, AClientThatBeginsAnewTwiceHasOneHandshakeOnly) {
  const Bytes cookie = cookie_of(world_.answer_to(peer_.tuple, dtls_hello({})).at(0));
  inject(dtls_hello(cookie));
  const Bytes other = cookie_of(world_.answer_to(peer_.tuple, dtls_hello({}, 8)).at(0));
  inject(dtls_hello(other, 8));
  EXPECT_EQ(world_.server.handshake_count(), 1U);
}

}  // namespace
}  // namespace turnpike::net
