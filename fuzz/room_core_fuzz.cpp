#include <cstddef>
#include <cstdint>

#include "support/room_walk.hpp"
#include "turnpike/base/bytes.hpp"

namespace {

/// The fuzzer's bytes as decisions, each two of them one, so that a mutation changes one decision and no other; zeros
/// when they are used up.
class FuzzedChoices final : public turnpike::Random {
 public:
  explicit FuzzedChoices(turnpike::ByteSpan input) noexcept : rest_(input) {}

  void fill(std::span<std::uint8_t> bytes) noexcept override {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const bool has_more = i < kDecision && !rest_.empty();
      bytes[i] = has_more ? rest_.front() : std::uint8_t{0};
      if (has_more) rest_ = rest_.subspan(1);
    }
  }
  [[nodiscard]] bool is_used_up() const noexcept { return rest_.empty(); }

 private:
  static constexpr std::size_t kDecision = 2;
  turnpike::ByteSpan rest_;
};

}  // namespace

/// The rooms as a sequence of operations: clients of several addresses that connect, vanish, join, come back, speak,
/// leave and are thrown out, and time. A broken invariant leaves as an exception, which is a crash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  constexpr int kMaxSteps = 1000;
  using Bounds = turnpike::test::RoomWalk::Bounds;
  FuzzedChoices choices({bytes + 1, size - 1});
  turnpike::test::RoomWalk walk(choices, bytes[0] % 2 == 0 ? Bounds::tight : Bounds::wide);
  for (int step = 0; step < kMaxSteps && !choices.is_used_up(); ++step) walk.step();
  walk.finish();
  return 0;
}
