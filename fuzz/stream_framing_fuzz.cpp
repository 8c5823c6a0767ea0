// libFuzzer target: a stream from a stranger, cut at will. However it is cut, the same messages come out, the same
// bytes are left, and its kind is the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "turnpike/base/check.hpp"
#include "turnpike/stun/stream_framing.hpp"

namespace turnpike::stun {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Outcome {
  std::vector<Bytes> messages;
  Bytes rest;
  bool broken = false;
};

void take(StreamFramer& framer, std::size_t max_message, Outcome& out) {
  while (const auto message = framer.next()) {
    TURNPIKE_CHECK(message->size() >= 4 && message->size() <= max_message);
    out.messages.emplace_back(message->begin(), message->end());
  }
}

/// Pieces of the sizes that `cuts` says, over and over; without cuts the whole at once.
Outcome run(ByteSpan stream, ByteSpan cuts, std::size_t max_message) {
  StreamFramer framer(max_message);
  Outcome out;
  for (std::size_t turn = 0; !stream.empty() && !framer.is_broken(); ++turn) {
    const std::size_t wanted = cuts.empty() ? stream.size() : std::size_t{cuts[turn % cuts.size()]} + 1;
    const Bytes piece(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, stream.size())));
    stream = stream.subspan(piece.size());
    framer.feed(piece);
    take(framer, max_message, out);
    if (framer.is_broken()) out.rest = framer.take_rest();
  }
  out.broken = framer.is_broken();
  if (!out.broken) out.rest = framer.take_rest();
  out.rest.insert(out.rest.end(), stream.begin(), stream.end());
  return out;
}

void check_kind(ByteSpan stream) {
  StreamKind kind = StreamKind::undecided;
  for (std::size_t size = 0; size <= std::min<std::size_t>(stream.size(), 32); ++size) {
    const Bytes front(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    const StreamKind now = classify_stream(front);
    TURNPIKE_CHECK(kind == StreamKind::undecided || now == kind);
    TURNPIKE_CHECK(size < 24 || now != StreamKind::undecided);
    kind = now;
  }
}

}  // namespace
}  // namespace turnpike::stun

/// The first byte says how many bytes of cuts follow and how large messages may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace turnpike;
  if (size == 0) return 0;
  ByteSpan input{bytes, size};
  const std::size_t cut_count = std::min<std::size_t>(input[0] % 8U, size - 1);
  const std::size_t max_message = input[0] < 128 ? 65'559 : 40;
  const ByteSpan cuts = input.subspan(1, cut_count);
  const ByteSpan stream = input.subspan(1 + cut_count);
  const stun::Outcome whole = stun::run(stream, {}, max_message);
  const stun::Outcome cut = stun::run(stream, cuts, max_message);
  TURNPIKE_CHECK(whole.messages == cut.messages);
  TURNPIKE_CHECK(whole.rest == cut.rest);
  TURNPIKE_CHECK(whole.broken == cut.broken);
  stun::check_kind(stream);
  return 0;
}
