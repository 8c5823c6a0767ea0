#include "control/websocket_frames.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kSize16 = 126;
constexpr std::uint8_t kSize64 = 127;
constexpr std::size_t kMaxControl = 125;
constexpr std::size_t kMaxReason = kMaxControl - sizeof(std::uint16_t);
constexpr std::size_t kKeptInput = 256;  // bytes of capacity not worth giving back

constexpr bool is_opcode(std::uint8_t value) noexcept { return value <= 2 || (value >= 8 && value <= 10); }

// RFC 6455 section 5.3; `offset`: how much of the payload came before these bytes.
void unmask(MutableByteSpan bytes, const std::array<std::uint8_t, 4>& mask, std::size_t offset) noexcept {
  std::array<std::uint8_t, 8> turned{};
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = mask[(offset + i) % 4];
  std::uint64_t key = 0;
  std::memcpy(&key, turned.data(), sizeof(key));
  std::size_t i = 0;
  for (; i + sizeof(key) <= bytes.size(); i += sizeof(key)) {
    std::uint64_t word = 0;
    std::memcpy(&word, &bytes[i], sizeof(word));
    word ^= key;
    std::memcpy(&bytes[i], &word, sizeof(word));
  }
  for (; i < bytes.size(); ++i) bytes[i] ^= turned[i % 4];
}

std::size_t ascii_length(std::string_view text) noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t length = 0;
  for (; length + sizeof(kHighBits) <= text.size(); length += sizeof(kHighBits)) {
    std::uint64_t word = 0;
    std::memcpy(&word, &text[length], sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  return length;
}

// Control characters are characters here: what a text may say is its dialect's business.
bool is_utf8(std::string_view text) noexcept {
  for (;;) {
    text.remove_prefix(ascii_length(text));
    // As many characters one by one as would make the next look at eight worth it.
    for (int i = 0; i < 8; ++i) {
      if (text.empty()) return true;
      const std::size_t length = character_length(text);
      if (length == 0) return false;
      text.remove_prefix(length);
    }
  }
}

// RFC 6455 section 7.4: what may stand in a close frame.
bool may_be_said(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

void write_frame(std::uint8_t opcode, ByteSpan payload, std::vector<std::uint8_t>& out) {
  std::array<std::uint8_t, 10> header{static_cast<std::uint8_t>(kFin | opcode)};
  std::size_t size = 2;
  if (payload.size() < kSize16) {
    header[1] = static_cast<std::uint8_t>(payload.size());
  } else if (payload.size() <= 0xffff) {
    header[1] = kSize16;
    store_be(std::span(header).subspan<2, 2>(), static_cast<std::uint16_t>(payload.size()));
    size = 4;
  } else {
    header[1] = kSize64;
    store_be(std::span(header).subspan<2, 8>(), std::uint64_t{payload.size()});
    size = 10;
  }
  if (out.empty()) out.reserve(size + payload.size());
  out.insert(out.end(), header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size));
  out.insert(out.end(), payload.begin(), payload.end());
}

}  // namespace

void FrameReader::add(ByteSpan bytes) {
  if (!is_over_) input_.insert(input_.end(), bytes.begin(), bytes.end());
}

std::optional<FrameEvent> FrameReader::next() {
  // Each turn uses up bytes of the input or is the last one.
  while (!is_over_) {
    if (!frame_) {
      if (auto refused = read_header()) return refused;
      if (!frame_) break;
    }
    read_payload();
    if (frame_->used < frame_->size) break;
    if (auto event = finish_frame()) return event;
  }
  release_input();
  return std::nullopt;
}

void FrameReader::end() noexcept {
  is_over_ = true;
  // Assigned an empty text, a text keeps its memory.
  std::string().swap(message_);
  std::string().swap(control_);
  std::vector<std::uint8_t>().swap(input_);
  input_used_ = 0;
}

std::size_t FrameReader::held() const noexcept {
  const auto beyond_itself = [](const std::string& text) {
    return text.capacity() > std::string().capacity() ? text.capacity() : 0;
  };
  return input_.capacity() + beyond_itself(message_) + beyond_itself(control_);
}

// Sets `frame_` when the header is whole; gives the fault when there is one.
std::optional<FrameEvent> FrameReader::read_header() {
  const ByteSpan bytes = ByteSpan(input_).subspan(input_used_);
  if (bytes.size() < 2) return std::nullopt;
  if (auto refused = check_start(bytes[0], bytes[1])) return refused;
  const std::uint8_t short_size = bytes[1] & 0x7fU;
  const std::size_t size_bytes = short_size == kSize64 ? 8 : short_size == kSize16 ? 2 : 0;
  const std::size_t header_size = 2 + size_bytes + Frame{}.mask.size();
  if (bytes.size() < header_size) return std::nullopt;

  Frame frame{.opcode = static_cast<Opcode>(bytes[0] & 0x0fU), .is_last = (bytes[0] & kFin) != 0, .size = short_size};
  if (short_size == kSize16) frame.size = load_be<std::uint16_t>(bytes.subspan<2, 2>());
  if (short_size == kSize64) frame.size = load_be<std::uint64_t>(bytes.subspan<2, 8>());
  const bool is_minimal = size_bytes == 0 || frame.size > (size_bytes == 2 ? std::uint64_t{125} : 0xffff);
  if (!is_minimal || frame.size >> 63U != 0) return fault(CloseCode::protocol_error, "bad length");
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(2 + size_bytes), frame.mask.size(), frame.mask.begin());
  input_used_ += header_size;
  frame_ = frame;
  return frame.is_control() ? std::nullopt : check_data();
}

// What the first two bytes say is wrong, so that a frame without a mask is refused although less of it may come.
std::optional<FrameEvent> FrameReader::check_start(std::uint8_t first, std::uint8_t second) {
  const std::uint8_t opcode = first & 0x0fU;
  const bool is_last = (first & kFin) != 0;
  if ((first & kReserved) != 0) return fault(CloseCode::protocol_error, "reserved bit");
  if (!is_opcode(opcode)) return fault(CloseCode::protocol_error, "unknown opcode");
  if ((second & kMasked) == 0) return fault(CloseCode::protocol_error, "no mask");
  if (static_cast<Opcode>(opcode) == Opcode::binary) return fault(CloseCode::unsupported_data, "binary");
  if (static_cast<Opcode>(opcode) >= Opcode::close) {
    if (!is_last) return fault(CloseCode::protocol_error, "control frame in fragments");
    if ((second & 0x7fU) > kMaxControl) return fault(CloseCode::protocol_error, "control frame too long");
    return std::nullopt;
  }
  if ((static_cast<Opcode>(opcode) == Opcode::more) == in_message_) return std::nullopt;
  return fault(CloseCode::protocol_error, in_message_ ? "message in a message" : "nothing to continue");
}

std::optional<FrameEvent> FrameReader::check_data() {
  in_message_ = true;
  if (frame_->size > max_message_ - message_.size()) return fault(CloseCode::too_big, "message too large");
  if (++fragments_ > kMaxFragments) return fault(CloseCode::policy, "too many fragments");
  if (frame_->size == 0 && !frame_->is_last && ++empty_fragments_ > kMaxEmptyFragments) {
    return fault(CloseCode::policy, "too many empty fragments");
  }
  return std::nullopt;
}

void FrameReader::read_payload() {
  const std::size_t size = std::min<std::uint64_t>(unread(), frame_->size - frame_->used);
  const MutableByteSpan bytes = MutableByteSpan(input_).subspan(input_used_, size);
  unmask(bytes, frame_->mask, frame_->used);
  (frame_->is_control() ? control_ : message_).append(as_text(bytes));
  frame_->used += size;
  input_used_ += size;
}

std::optional<FrameEvent> FrameReader::finish_frame() {
  const Frame frame = *std::exchange(frame_, std::nullopt);
  if (frame.is_control()) return finish_control(frame.opcode);
  if (!frame.is_last) return std::nullopt;
  in_message_ = false;
  fragments_ = 0;
  empty_fragments_ = 0;
  FrameEvent event{.kind = FrameEvent::Kind::text, .payload = std::exchange(message_, {})};
  if (!is_utf8(event.payload)) return fault(CloseCode::bad_payload, "no UTF-8");
  return event;
}

FrameEvent FrameReader::finish_control(Opcode opcode) {
  std::string payload = std::exchange(control_, {});
  if (opcode == Opcode::close) return finish_close(payload);
  const auto kind = opcode == Opcode::ping ? FrameEvent::Kind::ping : FrameEvent::Kind::pong;
  return {.kind = kind, .payload = std::move(payload)};
}

// RFC 6455 section 5.5.1
FrameEvent FrameReader::finish_close(std::string_view payload) {
  FrameEvent event{.kind = FrameEvent::Kind::close, .payload = {}};
  if (payload.size() == 1) return fault(CloseCode::protocol_error, "half a close code");
  if (!payload.empty()) {
    const std::uint16_t code = load_be<std::uint16_t>(as_bytes(payload).first<2>());
    if (!may_be_said(code)) return fault(CloseCode::protocol_error, "bad close code");
    if (!is_utf8(payload.substr(2))) return fault(CloseCode::bad_payload, "no UTF-8");
    event.code = static_cast<CloseCode>(code);
    event.payload = payload.substr(2);
  }
  is_over_ = true;
  return event;
}

FrameEvent FrameReader::fault(CloseCode code, std::string_view reason) {
  end();
  return {.kind = FrameEvent::Kind::fault, .payload = std::string(reason), .code = code};
}

// What is left is at most the beginning of a header.
void FrameReader::release_input() noexcept {
  if (is_over_) input_used_ = input_.size();
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(std::exchange(input_used_, 0)));
  if (input_.capacity() > kKeptInput) input_.shrink_to_fit();
}

void write_text_frame(std::string_view text, std::vector<std::uint8_t>& out) { write_frame(1, as_bytes(text), out); }

void write_ping_frame(ByteSpan payload, std::vector<std::uint8_t>& out) { write_frame(9, payload, out); }

void write_pong_frame(std::string_view payload, std::vector<std::uint8_t>& out) {
  write_frame(10, as_bytes(payload), out);
}

void write_close_frame(CloseCode code, std::string_view reason, std::vector<std::uint8_t>& out) {
  if (code == CloseCode::no_status) return write_frame(8, {}, out);
  std::size_t length = std::min(reason.size(), kMaxReason);
  // Not within a character: what follows the cut is no continuation byte then.
  while (length < reason.size() && length > 0 && (static_cast<std::uint8_t>(reason[length]) & 0xc0U) == 0x80) --length;
  std::array<std::uint8_t, kMaxControl> payload{};
  ByteWriter writer(payload);
  writer.write_u16(static_cast<std::uint16_t>(code));
  writer.write(as_bytes(reason.substr(0, length)));
  write_frame(8, writer.written(), out);
}

}  // namespace turnpike::control
