// What one message costs in the codec, without sockets and without state.

#include <benchmark/benchmark.h>

#include <array>

#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/stun/framing.hpp"
#include "turnpike/stun/integrity.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::stun {
namespace {

constexpr TransactionId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr std::string_view kUser = "1999999999:alice";
constexpr std::string_view kRealm = "turn.example.org";

LongTermKey key() {
  return derive_long_term_key(PasswordAlgorithm::md5, kUser, kRealm, "a+jYYHyvXjeWjsHoTtv9MrO+gNw=");
}

/// An Allocate as a browser sends it after the challenge.
ByteSpan write_allocate(MutableByteSpan buffer) {
  MessageBuilder builder{buffer, Method::allocate, MessageClass::request, kId};
  builder.add_requested_transport(17)
      .add_text(AttributeType::username, kUser)
      .add_text(AttributeType::realm, kRealm)
      .add_text(AttributeType::nonce, "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA")
      .add_message_integrity(key().bytes())
      .add_fingerprint();
  return builder.finish();
}

void parse_allocate(benchmark::State& state) {
  std::array<std::uint8_t, 512> buffer{};
  const ByteSpan bytes = write_allocate(buffer);
  for (auto _ : state) benchmark::DoNotOptimize(MessageView::parse(bytes));
}
BENCHMARK(parse_allocate);

void find_nonce_in_allocate(benchmark::State& state) {
  std::array<std::uint8_t, 512> buffer{};
  const MessageView message = *MessageView::parse(write_allocate(buffer));
  for (auto _ : state) benchmark::DoNotOptimize(message.find(AttributeType::nonce));
}
BENCHMARK(find_nonce_in_allocate);

void find_absent_in_allocate(benchmark::State& state) {
  std::array<std::uint8_t, 512> buffer{};
  const MessageView message = *MessageView::parse(write_allocate(buffer));
  for (auto _ : state) benchmark::DoNotOptimize(message.find(AttributeType::reservation_token));
}
BENCHMARK(find_absent_in_allocate);

void check_message_integrity_of_allocate(benchmark::State& state) {
  std::array<std::uint8_t, 512> buffer{};
  const MessageView message = *MessageView::parse(write_allocate(buffer));
  const LongTermKey long_term_key = key();
  for (auto _ : state) benchmark::DoNotOptimize(check_message_integrity(message, long_term_key.bytes()));
}
BENCHMARK(check_message_integrity_of_allocate);

void check_fingerprint_of_allocate(benchmark::State& state) {
  std::array<std::uint8_t, 512> buffer{};
  const MessageView message = *MessageView::parse(write_allocate(buffer));
  for (auto _ : state) benchmark::DoNotOptimize(check_fingerprint(message));
}
BENCHMARK(check_fingerprint_of_allocate);

void derive_md5_key(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(key());
}
BENCHMARK(derive_md5_key);

void build_binding_success(benchmark::State& state) {
  std::array<std::uint8_t, 64> buffer{};
  const Endpoint client{IpAddress::v4(192, 0, 2, 1), 32853};
  for (auto _ : state) {
    MessageBuilder builder{buffer, Method::binding, MessageClass::success, kId};
    builder.add_xor_address(AttributeType::xor_mapped_address, client);
    benchmark::DoNotOptimize(builder.finish());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(build_binding_success);

void classify_and_parse_channel_data(benchmark::State& state) {
  std::array<std::uint8_t, 1104> datagram{};
  write_channel_data_header(std::span{datagram}.first<4>(), 0x4001, 1100);
  for (auto _ : state) {
    benchmark::DoNotOptimize(datagram.data());
    benchmark::DoNotOptimize(classify(datagram));
    benchmark::DoNotOptimize(parse_channel_data(datagram));
  }
}
BENCHMARK(classify_and_parse_channel_data);

void hash_five_tuple(benchmark::State& state, const FiveTuple& tuple) {
  const KeyedHash hash{{1, 2}};
  for (auto _ : state) benchmark::DoNotOptimize(hash(tuple));
}
BENCHMARK_CAPTURE(hash_five_tuple, ipv4,
                  FiveTuple{*Endpoint::parse("192.0.2.1:5000"), *Endpoint::parse("198.51.100.1:3478"), Transport::udp});
BENCHMARK_CAPTURE(hash_five_tuple, ipv6,
                  FiveTuple{*Endpoint::parse("[2001:db8::1]:5000"), *Endpoint::parse("[2001:db8::2]:3478"),
                            Transport::udp});

}  // namespace
}  // namespace turnpike::stun

BENCHMARK_MAIN();
