#include "net/dtls_records.hpp"

namespace turnpike::net {
namespace {

constexpr std::uint8_t kDtlsMajorVersion = 0xfe;  // of 1.0 (0xfeff) and 1.2 (0xfefd)
constexpr std::uint8_t kClientHelloType = 1;

/// Takes from the front. A taking that goes beyond the end gives nothing and makes ok() false for good.
class Reader {
 public:
  explicit Reader(ByteSpan bytes) noexcept : rest_(bytes) {}

  ByteSpan take(std::size_t count) noexcept {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const ByteSpan taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::size_t take_number(std::size_t bytes) noexcept {
    std::size_t number = 0;
    for (const std::uint8_t byte : take(bytes)) number = number << 8U | byte;
    return number;
  }
  /// A vector with its length before it (RFC 5246 section 4.3).
  ByteSpan take_vector(std::size_t bytes_of_length) noexcept { return take(take_number(bytes_of_length)); }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

 private:
  ByteSpan rest_;
  bool ok_ = true;
};

}  // namespace

// RFC 6347 section 4.1:
//   type (1) | version (2) | epoch (2) | sequence_number (6) | length (2) | fragment
std::optional<DtlsRecord> DtlsRecordReader::next() noexcept {
  const ByteSpan datagram = rest_;
  rest_ = {};
  Reader reader{datagram};
  DtlsRecord record;
  record.type = static_cast<DtlsContentType>(reader.take_number(1));
  const ByteSpan version = reader.take(2);
  record.sequence = reader.take(8);
  const std::size_t size = reader.take_number(2);
  record.fragment = reader.take(size);
  if (!reader.ok() || version[0] != kDtlsMajorVersion || size > kMaxDtlsFragmentSize) return std::nullopt;
  record.epoch = load_be<std::uint16_t>(record.sequence.first<2>());
  record.bytes = datagram.first(kDtlsRecordHeaderSize + size);
  rest_ = datagram.subspan(record.bytes.size());
  return record;
}

bool has_protected_record(ByteSpan datagram) noexcept {
  DtlsRecordReader records{datagram};
  while (const auto record = records.next()) {
    if (record->epoch != 0) return true;
  }
  return false;
}

std::size_t handshake_message_size(const DtlsRecord& record) noexcept {
  Reader reader{record.fragment};
  reader.take(1);
  return reader.take_number(3);
}

bool is_client_hello(const DtlsRecord& record) noexcept {
  return record.type == DtlsContentType::handshake && record.epoch == 0 && !record.fragment.empty() &&
         record.fragment[0] == kClientHelloType;
}

// RFC 6347 section 4.2.2:
//   msg_type (1) | length (3) | message_seq (2) | fragment_offset (3) | fragment_length (3) | body
// and section 4.2.1, the body:
//   client_version (2) | random (32) | session_id<0..32> | cookie<0..255> | cipher_suites<2..65534> |
//   compression_methods<1..255> | extensions
std::optional<DtlsClientHello> parse_client_hello(const DtlsRecord& record) noexcept {
  if (!is_client_hello(record)) return std::nullopt;
  Reader reader{record.fragment};
  reader.take(1);
  const std::size_t length = reader.take_number(3);
  DtlsClientHello hello;
  hello.record_sequence = record.sequence;
  hello.message_sequence = static_cast<std::uint16_t>(reader.take_number(2));
  const std::size_t offset = reader.take_number(3);
  const std::size_t fragment_length = reader.take_number(3);
  if (!reader.ok() || offset != 0 || fragment_length != length || length != reader.left()) return std::nullopt;
  hello.version = reader.take(2);
  hello.random = reader.take(kDtlsHelloRandomSize);
  hello.session_id = reader.take_vector(1);
  hello.cookie = reader.take_vector(1);
  hello.cipher_suites = reader.take_vector(2);
  hello.compression_methods = reader.take_vector(1);
  if (!reader.ok() || hello.session_id.size() > 32) return std::nullopt;
  return hello;
}

}  // namespace turnpike::net
