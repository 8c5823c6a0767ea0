#include "net/dtls_records.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "dtls_world.hpp"

namespace turnpike::net {
namespace {

Bytes joined(const Bytes& first, const Bytes& second) {
  Bytes both = first;
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

DtlsRecord only_record_of(const Bytes& datagram) { return DtlsRecordReader{datagram}.next().value(); }

TEST(DtlsRecordReaderTest, GivesTheRecordsOfADatagramInOrder) {
  const Bytes datagram = joined(dtls_record(22, 0, 5, as_bytes("abc")), dtls_record(23, 1, 6, {}));
  DtlsRecordReader reader{datagram};
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, DtlsContentType::handshake);
  EXPECT_EQ(first->epoch, 0U);
  EXPECT_EQ(as_text(first->fragment), "abc");
  EXPECT_EQ(first->bytes.size(), 16U);
  const auto second = reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->epoch, 1U);
  EXPECT_EQ(load_be<std::uint64_t>(second->sequence.first<8>()), (std::uint64_t{1} << 48U) + 6);
  EXPECT_TRUE(second->fragment.empty());
  EXPECT_FALSE(reader.next());
}

TEST(DtlsRecordReaderTest, StopsForGoodAtARecordThatIsCutShort) {
  const Bytes whole = joined(dtls_record(23, 1, 0, as_bytes("abc")), dtls_record(23, 1, 1, as_bytes("def")));
  for (std::size_t size = 17; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    DtlsRecordReader reader{cut};
    EXPECT_TRUE(reader.next());
    EXPECT_FALSE(reader.next()) << size;
    EXPECT_FALSE(reader.next()) << size;
  }
}

TEST(DtlsRecordReaderTest, RefusesWhatIsNotDtls) {
  Bytes tls = dtls_record(22, 0, 0, as_bytes("abc"));
  tls[1] = 3;
  EXPECT_FALSE(DtlsRecordReader{tls}.next());
  EXPECT_FALSE(DtlsRecordReader{ByteSpan{}}.next());
}

TEST(DtlsRecordReaderTest, RefusesARecordLargerThanAnyCanBe) {
  EXPECT_TRUE(DtlsRecordReader{dtls_record(23, 1, 0, Bytes(16384 + 2048))}.next());
  EXPECT_FALSE(DtlsRecordReader{dtls_record(23, 1, 0, Bytes(16384 + 2049))}.next());
}

TEST(DtlsRecordReaderTest, SeesWhetherAnyRecordClaimsProtection) {
  EXPECT_FALSE(has_protected_record(dtls_record(22, 0, 0, as_bytes("abc"))));
  EXPECT_TRUE(has_protected_record(joined(dtls_record(22, 0, 0, as_bytes("abc")), dtls_record(22, 1, 0, {}))));
}

TEST(DtlsClientHelloTest, IsReadInParts) {
  const Bytes datagram = dtls_hello(as_bytes("cookie"));
  const auto hello = parse_client_hello(only_record_of(datagram));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->message_sequence, 1U);
  EXPECT_EQ(hello->random.size(), 32U);
  EXPECT_EQ(hello->random[0], 7U);
  EXPECT_TRUE(hello->session_id.empty());
  EXPECT_EQ(as_text(hello->cookie), "cookie");
  EXPECT_EQ(hello->cipher_suites.size(), 2U);
  EXPECT_EQ(hello->compression_methods.size(), 1U);
}

TEST(DtlsClientHelloTest, AFragmentIsNotRead) {
  const Bytes whole = dtls_hello({});
  for (const std::size_t place : {16U, 21U, 24U}) {  // the last bytes of length, fragment_offset, fragment_length
    Bytes datagram = whole;
    ++datagram[place];
    EXPECT_FALSE(parse_client_hello(only_record_of(datagram))) << place;
  }
}

TEST(DtlsClientHelloTest, AnyLengthInItMayLie) {
  const Bytes whole = dtls_hello(as_bytes("cookie"));
  for (std::size_t place = 13; place < whole.size(); ++place) {
    for (const int value : {0, 1, 33, 127, 128, 255}) {
      Bytes datagram = whole;
      datagram[place] = static_cast<std::uint8_t>(value);
      const auto hello = parse_client_hello(only_record_of(datagram));
      if (!hello) continue;
      const std::size_t parts = hello->session_id.size() + hello->cookie.size() + hello->cipher_suites.size() +
                                hello->compression_methods.size();
      EXPECT_LE(parts, whole.size() - 64) << place;
    }
  }
}

TEST(DtlsClientHelloTest, AHelloThatEndsTooEarlyIsNotRead) {
  const Bytes whole = dtls_hello(as_bytes("cookie"));
  for (std::size_t size = 0; size < 73 - 13; ++size) {
    EXPECT_FALSE(parse_client_hello(only_record_of(dtls_record(22, 0, 0, ByteSpan{whole}.subspan(13, size))))) << size;
  }
}

}  // namespace
}  // namespace turnpike::net
