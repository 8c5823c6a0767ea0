#include "turnpike/base/keyed_hash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace turnpike {
namespace {

/// SipHash-c-d of Aumasson and Bernstein with c = 1 and d = 3, as hash tables elsewhere use it.
class SipHash {
 public:
  explicit SipHash(const KeyedHash::Key& key) noexcept
      : v0_(key[0] ^ 0x736f6d6570736575U),
        v1_(key[1] ^ 0x646f72616e646f6dU),
        v2_(key[0] ^ 0x6c7967656e657261U),
        v3_(key[1] ^ 0x7465646279746573U) {}

  void absorb(std::uint64_t word) noexcept {
    v3_ ^= word;
    mix();
    v0_ ^= word;
  }

  /// `tail` holds the bytes behind the last whole word; `length` counts all bytes.
  [[nodiscard]] std::uint64_t finish(std::uint64_t tail, std::size_t length) noexcept {
    absorb(tail | static_cast<std::uint64_t>(length & 0xffU) << 56U);
    v2_ ^= 0xffU;
    mix();
    mix();
    mix();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void mix() noexcept {
    v0_ += v1_;
    v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v1_;
    v0_ += v3_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};

template <typename Word>
Word load_le(ByteSpan bytes) noexcept {
  static_assert(std::endian::native == std::endian::little, "SipHash reads little-endian words");
  Word word = 0;
  std::memcpy(&word, bytes.data(), sizeof(word));
  return word;
}

void absorb_v6(SipHash& hash, ByteSpan address) noexcept {
  hash.absorb(load_le<std::uint64_t>(address));
  hash.absorb(load_le<std::uint64_t>(address.subspan(8)));
}

/// Always two words, so that tuples of mixed families stay apart from each other.
void absorb_any(SipHash& hash, const IpAddress& address) noexcept {
  if (address.is_v6()) return absorb_v6(hash, address.bytes());
  hash.absorb(load_le<std::uint32_t>(address.bytes()));
  hash.absorb(0);
}

/// Both ports, the transport and both families, in six bytes.
std::uint64_t pack_ports(const FiveTuple& tuple) noexcept {
  const auto families = static_cast<std::uint64_t>(tuple.client.address.family()) |
                        static_cast<std::uint64_t>(tuple.server.address.family()) << 2U;
  return tuple.client.port | static_cast<std::uint64_t>(tuple.server.port) << 16U |
         static_cast<std::uint64_t>(tuple.transport) << 32U | families << 40U;
}

}  // namespace

std::uint64_t KeyedHash::operator()(ByteSpan bytes) const noexcept {
  SipHash hash{key_};
  const std::size_t length = bytes.size();
  for (; bytes.size() >= sizeof(std::uint64_t); bytes = bytes.subspan(sizeof(std::uint64_t))) {
    hash.absorb(load_le<std::uint64_t>(bytes));
  }
  std::uint64_t tail = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) tail |= static_cast<std::uint64_t>(bytes[i]) << (8U * i);
  return hash.finish(tail, length);
}

// Packed form: IPv4 is client address, server address (8 bytes); anything else is both in 16 bytes each (32 bytes);
// then the six bytes of pack_ports. Two words of work for IPv4, where most packets are.
std::uint64_t KeyedHash::operator()(const FiveTuple& tuple) const noexcept {
  SipHash hash{key_};
  const IpAddress& client = tuple.client.address;
  const IpAddress& server = tuple.server.address;
  if (client.is_v4() && server.is_v4()) {
    hash.absorb(load_le<std::uint32_t>(client.bytes()) |
                static_cast<std::uint64_t>(load_le<std::uint32_t>(server.bytes())) << 32U);
    return hash.finish(pack_ports(tuple), 8 + 6);
  }
  absorb_any(hash, client);
  absorb_any(hash, server);
  return hash.finish(pack_ports(tuple), 32 + 6);
}

// 4 and 16 bytes hash apart because SipHash includes the length.
std::uint64_t KeyedHash::operator()(const IpAddress& address) const noexcept {
  SipHash hash{key_};
  if (address.is_v4()) return hash.finish(load_le<std::uint32_t>(address.bytes()), 4);
  absorb_v6(hash, address.bytes());
  return hash.finish(0, 16);
}

}  // namespace turnpike
