#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "turnpike/base/bytes.hpp"

namespace turnpike::net {

enum class DtlsContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23
};

inline constexpr std::size_t kDtlsRecordHeaderSize = 13;
inline constexpr std::size_t kDtlsHandshakeHeaderSize = 12;
inline constexpr std::size_t kDtlsHelloRandomSize = 32;
/// RFC 5246 section 6.2.3: 2^14 bytes of content and at most 2048 that the protection adds.
inline constexpr std::size_t kMaxDtlsFragmentSize = 16384 + 2048;

/// One record as it was sent. Type and version are not checked against what they should be.
struct DtlsRecord {
  DtlsContentType type{};
  std::uint16_t epoch = 0;
  ByteSpan sequence;  ///< epoch and sequence number, 8 bytes
  ByteSpan fragment;
  ByteSpan bytes;  ///< header and fragment
};

/// The records of a datagram, in order. Stops for good at the first that is cut short, too long or not DTLS: a datagram
/// holds whole records (RFC 6347 section 4.1.1).
class DtlsRecordReader {
 public:
  DtlsRecordReader() = default;
  explicit DtlsRecordReader(ByteSpan datagram) noexcept : rest_(datagram) {}
  [[nodiscard]] std::optional<DtlsRecord> next() noexcept;

 private:
  ByteSpan rest_;
};

/// Whether any record of the datagram claims protection (epoch 1 or later).
[[nodiscard]] bool has_protected_record(ByteSpan datagram) noexcept;

/// The declared length of the handshake message that a record without protection begins with, which may be a fragment
/// of it; 0 when the record is too short to say.
[[nodiscard]] std::size_t handshake_message_size(const DtlsRecord& record) noexcept;

/// The parts of a ClientHello that a cookie depends on, and where it stood (RFC 6347 section 4.2.1).
struct DtlsClientHello {
  ByteSpan record_sequence;  ///< 8 bytes
  std::uint16_t message_sequence = 0;
  ByteSpan version;  ///< 2 bytes
  ByteSpan random;   ///< kDtlsHelloRandomSize bytes
  ByteSpan session_id;
  ByteSpan cookie;
  ByteSpan cipher_suites;
  ByteSpan compression_methods;
};

/// Whether the record is without protection and begins a ClientHello, whole or not.
[[nodiscard]] bool is_client_hello(const DtlsRecord& record) noexcept;
/// Nothing when it is malformed or a fragment: a server without state cannot put fragments together.
[[nodiscard]] std::optional<DtlsClientHello> parse_client_hello(const DtlsRecord& record) noexcept;

}  // namespace turnpike::net
