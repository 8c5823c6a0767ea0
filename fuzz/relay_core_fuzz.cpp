#include <cstddef>
#include <cstdint>

#include "support/random_walk.hpp"

namespace {

/// The fuzzer's bytes as decisions; zeros when they are used up.
class FuzzedChoices final : public turnpike::Random {
 public:
  explicit FuzzedChoices(turnpike::ByteSpan input) noexcept : rest_(input) {}

  void fill(std::span<std::uint8_t> bytes) noexcept override {
    for (std::uint8_t& byte : bytes) {
      byte = rest_.empty() ? std::uint8_t{0} : rest_.front();
      if (!rest_.empty()) rest_ = rest_.subspan(1);
    }
  }
  [[nodiscard]] bool is_used_up() const noexcept { return rest_.empty(); }

 private:
  turnpike::ByteSpan rest_;
};

}  // namespace

/// The whole core as a sequence of operations: datagrams of clients with and without good credentials, of peers,
/// results of opening sockets, reservations and connection ids across two workers, peers that connect or are connected
/// to, time. A broken invariant leaves as an exception, which is a crash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  constexpr int kMaxSteps = 2000;
  FuzzedChoices choices({bytes, size});
  turnpike::test::RandomWalk walk(choices);
  for (int step = 0; step < kMaxSteps && !choices.is_used_up(); ++step) walk.step();
  walk.finish();
  return 0;
}
