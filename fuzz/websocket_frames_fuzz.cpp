// libFuzzer target: what a client sends over a WebSocket, cut at will. However it is cut, the same events come out; a
// message is within its limit and UTF-8; and what is kept stays within its bound.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "control/websocket_frames.hpp"
#include "turnpike/base/check.hpp"
#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

constexpr std::size_t kMaxControl = 125;
constexpr std::size_t kKept = 512;  // between messages, and for a message that has hardly begun

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void check(const FrameEvent& event, std::size_t max_message) {
  const auto code = static_cast<unsigned>(event.code);
  switch (event.kind) {
    case FrameEvent::Kind::text:
      TURNPIKE_CHECK(event.payload.size() <= max_message);
      TURNPIKE_CHECK(is_utf8(event.payload));
      return;
    case FrameEvent::Kind::ping:
    case FrameEvent::Kind::pong: TURNPIKE_CHECK(event.payload.size() <= kMaxControl); return;
    case FrameEvent::Kind::close:
      TURNPIKE_CHECK(event.payload.size() <= kMaxControl - 2);
      TURNPIKE_CHECK(is_utf8(event.payload));
      TURNPIKE_CHECK((code >= 1000 && code <= 1014 && code != 1004 && code != 1006) || (code >= 3000 && code < 5000));
      return;
    case FrameEvent::Kind::fault:
      TURNPIKE_CHECK(code == 1002 || code == 1003 || code == 1007 || code == 1008 || code == 1009);
      return;
  }
}

/// Pieces of the sizes that `cuts` says, over and over; without cuts the whole at once.
std::vector<FrameEvent> run(ByteSpan stream, ByteSpan cuts, std::size_t max_message) {
  FrameReader reader(max_message);
  std::vector<FrameEvent> events;
  for (std::size_t turn = 0; !stream.empty(); ++turn) {
    const std::size_t wanted = cuts.empty() ? stream.size() : std::size_t{cuts[turn % cuts.size()]} + 1;
    const std::size_t size = std::min(wanted, stream.size());
    reader.add(stream.first(size));
    stream = stream.subspan(size);
    while (auto event = reader.next()) {
      check(*event, max_message);
      const bool is_last = event->kind == FrameEvent::Kind::close || event->kind == FrameEvent::Kind::fault;
      events.push_back(std::move(*event));
      if (!is_last) continue;
      TURNPIKE_CHECK(!reader.next());
    }
    TURNPIKE_CHECK(reader.held() <= 2 * max_message + kKept);
  }
  return events;
}

bool are_equal(const FrameEvent& one, const FrameEvent& other) {
  return one.kind == other.kind && one.payload == other.payload && one.code == other.code;
}

}  // namespace
}  // namespace turnpike::control

/// The first byte says how many bytes of cuts follow and how large messages may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace turnpike;
  if (size == 0) return 0;
  const ByteSpan input{bytes, size};
  const std::size_t cut_count = std::min<std::size_t>(input[0] % 8U, size - 1);
  const std::size_t max_message = input[0] < 128 ? 131'072 : 40;
  const ByteSpan stream = input.subspan(1 + cut_count);
  const auto whole = control::run(stream, {}, max_message);
  const auto cut = control::run(stream, input.subspan(1, cut_count), max_message);
  TURNPIKE_CHECK(std::equal(whole.begin(), whole.end(), cut.begin(), cut.end(), control::are_equal));
  return 0;
}
