#include "turnpike/stun/stream_framing.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <utility>

#include "turnpike/base/check.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::stun {
namespace {

constexpr std::size_t kLengthEnd = 4;  // both kinds have their length in bytes 2 and 3
constexpr std::size_t kCookieEnd = 8;
/// What an idle stream may keep to collect its messages without allocating: more than datagrams of usual size need.
constexpr std::size_t kMaxIdleCapacity = 4096;

/// RFC 9110 section 9.3, RFC 5789, and the beginning of the preface of RFC 9113 section 3.4.
constexpr std::array<std::string_view, 10> kRequestBeginnings{
    "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI * HTTP/2.0"};

StreamKind judge_http(ByteSpan first_bytes) noexcept {
  const std::string_view text = as_text(first_bytes);
  StreamKind kind = StreamKind::other;
  for (const std::string_view beginning : kRequestBeginnings) {
    if (text.starts_with(beginning)) return StreamKind::http;
    if (beginning.starts_with(text)) kind = StreamKind::undecided;
  }
  return kind;
}

/// RFC 8446 section 5.1: type 22, version 3.x, a length of 1 to 2^14; then the ClientHello's type, 1.
StreamKind judge_tls(ByteSpan first_bytes) noexcept {
  constexpr std::size_t kMaxRecord = std::size_t{1} << 14U;
  if (first_bytes.size() > 1 && first_bytes[1] != 3) return StreamKind::other;
  if (first_bytes.size() > 2 && first_bytes[2] > 4) return StreamKind::other;
  if (first_bytes.size() > 4) {
    const auto length = load_be<std::uint16_t>(first_bytes.subspan<3, 2>());
    if (length == 0 || length > kMaxRecord) return StreamKind::other;
  }
  if (first_bytes.size() < 6) return StreamKind::undecided;
  return first_bytes[5] == 1 ? StreamKind::tls : StreamKind::other;
}

bool contradicts_cookie(ByteSpan message) noexcept {
  std::array<std::uint8_t, 4> cookie{};
  store_be<std::uint32_t>(cookie, kMagicCookie);
  for (std::size_t i = kLengthEnd; i < std::min(message.size(), kCookieEnd); ++i) {
    if (message[i] != cookie[i - kLengthEnd]) return true;
  }
  return false;
}

StreamKind judge_stun(ByteSpan first_bytes) noexcept {
  if (first_bytes.size() >= kLengthEnd && first_bytes[3] % 4 != 0) return StreamKind::other;
  if (contradicts_cookie(first_bytes)) return StreamKind::other;
  return first_bytes.size() < kCookieEnd ? StreamKind::undecided : StreamKind::turn;
}

/// What the beginning of a message says about it.
struct Frame {
  bool broken = false;
  std::size_t needed = 0;   ///< bytes from the start to judge further; with is_known, the whole message with padding
  std::size_t message = 0;  ///< without padding
  bool is_known = false;
};

Frame judge_frame(ByteSpan front, std::size_t max_message) noexcept {
  constexpr Frame kBroken{.broken = true};
  if (front.empty()) return {.needed = kLengthEnd};
  const unsigned kind = front[0] >> 6U;
  if (kind > 1) return kBroken;
  if (front.size() < kLengthEnd) return {.needed = kLengthEnd};
  const std::size_t length = load_be<std::uint16_t>(front.subspan<2, 2>());
  const bool is_stun = kind == 0;
  const std::size_t message = length + (is_stun ? kHeaderSize : kChannelDataHeaderSize);
  if (message > max_message) return kBroken;
  if (!is_stun) return {.needed = (message + 3) / 4 * 4, .message = message, .is_known = true};
  // RFC 8489 section 5: the two low bits of the length are zero, so STUN needs no padding.
  if (length % 4 != 0 || contradicts_cookie(front)) return kBroken;
  return {.needed = front.size() < kCookieEnd ? kCookieEnd : message,
          .message = message,
          .is_known = front.size() >= kCookieEnd};
}

}  // namespace

StreamKind classify_stream(ByteSpan first_bytes) noexcept {
  constexpr std::uint8_t kTlsHandshake = 22;
  if (first_bytes.empty()) return StreamKind::undecided;
  if (first_bytes[0] == kTlsHandshake) return judge_tls(first_bytes);
  if (classify(first_bytes) == PacketKind::stun) return judge_stun(first_bytes);
  return judge_http(first_bytes);
}

void StreamFramer::feed(ByteSpan bytes) noexcept {
  if (broken_) return;
  TURNPIKE_CHECK(fed_.empty());
  drop_given();
  fed_ = bytes;
}

std::optional<ByteSpan> StreamFramer::next() noexcept {
  drop_given();
  if (broken_) return std::nullopt;
  return partial_.empty() ? next_in_place() : next_collected();
}

/// The bytes that were fed begin a message.
std::optional<ByteSpan> StreamFramer::next_in_place() noexcept {
  const Frame frame = judge_frame(fed_, max_message_);
  broken_ = frame.broken;
  if (frame.broken) return std::nullopt;
  if (!frame.is_known || fed_.size() < frame.needed) {
    collect(fed_.size());  // all of it belongs to the one message
    return std::nullopt;
  }
  const ByteSpan message = fed_.first(frame.message);
  fed_ = fed_.subspan(frame.needed);
  return message;
}

/// The bytes that were fed go on with a message: no more of them are copied than belong to it.
std::optional<ByteSpan> StreamFramer::next_collected() noexcept {
  constexpr int kMaxRounds = 4;  // the length, the cookie, the rest, and to see that it is whole
  for (int round = 0; round < kMaxRounds; ++round) {
    const Frame frame = judge_frame(partial_, max_message_);
    broken_ = frame.broken;
    if (frame.broken) return std::nullopt;
    if (frame.is_known && partial_.size() >= frame.needed) {
      given_ = true;
      return ByteSpan(partial_).first(frame.message);
    }
    if (fed_.empty() || !collect(std::min(fed_.size(), frame.needed - partial_.size()))) return std::nullopt;
  }
  return std::nullopt;
}

/// Room is made for what has arrived, not for what the length promises: a lie costs nothing.
bool StreamFramer::collect(std::size_t count) noexcept {
  const ByteSpan bytes = fed_.first(count);
  try {
    partial_.insert(partial_.end(), bytes.begin(), bytes.end());
  } catch (const std::bad_alloc&) {
    broken_ = true;
    return false;
  }
  fed_ = fed_.subspan(count);
  return true;
}

void StreamFramer::drop_given() noexcept {
  if (!given_) return;
  given_ = false;
  partial_.clear();
  if (partial_.capacity() > kMaxIdleCapacity) partial_ = std::vector<std::uint8_t>();
}

std::vector<std::uint8_t> StreamFramer::take_rest() {
  drop_given();
  std::vector<std::uint8_t> rest = std::move(partial_);
  partial_.clear();
  rest.insert(rest.end(), fed_.begin(), fed_.end());
  fed_ = {};
  return rest;
}

}  // namespace turnpike::stun
