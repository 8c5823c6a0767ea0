#include "control/source_slowdown.hpp"

#include <algorithm>
#include <array>

namespace turnpike::control {
namespace {

constexpr std::size_t kEntries = 4096;
constexpr Seconds kCost{6};                  // of a wrong key
constexpr Seconds kFree = (10 - 1) * kCost;  // a debt up to this keeps nobody out

/// A host with IPv6 has a whole /64 to come from.
IpAddress source_of(const IpAddress& address) noexcept {
  const IpAddress plain = address.unmapped();
  if (plain.is_v4()) return plain;
  IpAddress::V6Bytes bytes{};
  std::copy_n(plain.bytes().begin(), 8, bytes.begin());
  return IpAddress::v6(bytes);
}

}  // namespace

SourceSlowdown::SourceSlowdown(const KeyedHash::Key& key) : hash_(key), entries_(kEntries) {}

std::optional<Seconds> SourceSlowdown::wait_of(const IpAddress& source, Instant now) const noexcept {
  const std::uint64_t hash = hash_(source_of(source));
  const Entry& entry = entries_[hash % kEntries];
  if (entry.source != hash) return std::nullopt;
  const Duration wait = entry.free_from - now - kFree;
  if (wait <= Duration{0}) return std::nullopt;
  return std::chrono::ceil<Seconds>(wait);
}

void SourceSlowdown::count(const IpAddress& source, Instant now) noexcept {
  const std::uint64_t hash = hash_(source_of(source));
  Entry& entry = entries_[hash % kEntries];
  if (entry.source != hash) entry = {hash, now};
  entry.free_from = std::min(std::max(entry.free_from, now) + kCost, now + kFree + kCost);
}

std::size_t SourceSlowdown::waiting(Instant now) const noexcept {
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(),
                                                [now](const Entry& entry) { return entry.free_from - now > kFree; }));
}

}  // namespace turnpike::control
