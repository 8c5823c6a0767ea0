#include <algorithm>
#include <array>

#include "turnpike/base/bytes.hpp"
#include "turnpike/turn/peer_policy.hpp"

namespace turnpike::turn {
namespace {

bool starts_with(ByteSpan bytes, std::initializer_list<std::uint8_t> prefix) noexcept {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_zero(ByteSpan bytes) noexcept {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

class Finder {
 public:
  explicit Finder(const IpAddress& address) noexcept : bytes_(address.bytes()) {}

  void take(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) noexcept {
    if (found_.count < found_.addresses.size()) found_.addresses[found_.count++] = IpAddress::v4(a, b, c, d);
  }
  void take_at(std::size_t offset) noexcept {
    take(bytes_[offset], bytes_[offset + 1], bytes_[offset + 2], bytes_[offset + 3]);
  }

  // ::ffff:a.b.c.d, ::a.b.c.d and ::ffff:0:a.b.c.d; :: and ::1 are addresses of their own (RFC 4291 section 2.5.5.1).
  void find_in_low_blocks() noexcept {
    if (!is_zero(bytes_.first<8>())) return;
    const ByteSpan middle = bytes_.subspan<8, 4>();
    const bool mapped = starts_with(middle, {0, 0, 0xff, 0xff});
    const bool translated = starts_with(middle, {0xff, 0xff, 0, 0});
    const bool compatible = is_zero(middle) && !(is_zero(bytes_.subspan<12, 3>()) && bytes_[15] <= 1);
    if (mapped || translated || compatible) take_at(12);
  }

  // RFC 6052 section 2.2. The local-use block is a /48: networks put a /48 or a /96 translation prefix into it. A place
  // that is zero is taken for the other form's filler; when both are, it is 0.0.0.0 in either.
  void find_in_nat64() noexcept {
    if (!starts_with(bytes_, {0x00, 0x64, 0xff, 0x9b})) return;
    if (is_zero(bytes_.subspan<4, 8>())) take_at(12);
    if (!starts_with(bytes_.subspan<4, 2>(), {0x00, 0x01})) return;
    const std::array<std::uint8_t, 4> split{bytes_[6], bytes_[7], bytes_[9], bytes_[10]};
    if (is_zero(split) || !is_zero(bytes_.last<4>())) take_at(12);
    if (!is_zero(split)) take(split[0], split[1], split[2], split[3]);
  }

  // 2002:aabb:ccdd::/48, RFC 3056 section 2.
  void find_in_6to4() noexcept {
    if (starts_with(bytes_, {0x20, 0x02})) take_at(2);
  }

  // RFC 4380 section 4: server at 4 to 7, client at 12 to 15 with all bits inverted.
  void find_in_teredo() noexcept {
    if (!starts_with(bytes_, {0x20, 0x01, 0x00, 0x00})) return;
    take_at(4);
    const auto inverted = [this](std::size_t i) { return static_cast<std::uint8_t>(~bytes_[i]); };
    take(inverted(12), inverted(13), inverted(14), inverted(15));
  }

  // RFC 5214 section 6.1: the interface identifier is [02]00:5efe followed by the IPv4 address, under any prefix.
  void find_in_isatap() noexcept {
    const ByteSpan interface_id = bytes_.subspan<8, 4>();
    if (starts_with(interface_id, {0x00, 0x00, 0x5e, 0xfe}) || starts_with(interface_id, {0x02, 0x00, 0x5e, 0xfe})) {
      take_at(12);
    }
  }

  [[nodiscard]] const EmbeddedIpv4& found() const noexcept { return found_; }

 private:
  ByteSpan bytes_;
  EmbeddedIpv4 found_;
};

}  // namespace

EmbeddedIpv4 find_embedded_ipv4(const IpAddress& address) noexcept {
  if (address.is_v4()) return {};
  Finder finder(address);
  finder.find_in_low_blocks();
  finder.find_in_nat64();
  finder.find_in_6to4();
  finder.find_in_teredo();
  finder.find_in_isatap();
  return finder.found();
}

}  // namespace turnpike::turn
