#include <algorithm>
#include <iterator>

#include "coturn/address_range.hpp"
#include "coturn/mappers.hpp"

namespace turnpike::coturn {
namespace {

/// The ranges of the lines that have one; the others are refused.
std::vector<AddressRange> ranges_of(Draft& draft, std::string_view option) {
  std::vector<AddressRange> ranges;
  for (const ConfLine* line : draft.conf().find_all(option)) {
    const auto range = parse_range(line->value);
    if (!range) {
      draft.refuse(*line, "it is no address and no range FIRST-LAST; coturn skips it, too. Set relay.peers");
      continue;
    }
    ranges.push_back(*range);
  }
  return ranges;
}

std::vector<AddressRange> loopback(const ConfFile& conf) {
  if (!conf.is_on("allow-loopback-peers")) return {};
  constexpr IpPrefix kV4{IpAddress::v4(127, 0, 0, 0), 8};
  constexpr IpPrefix kV6{IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 128};
  return {range_of(kV4), range_of(kV6)};
}

std::vector<IpPrefix> blocks_of(const std::vector<AddressRange>& ranges) {
  std::vector<IpPrefix> blocks;
  for (const AddressRange& range : merge(ranges)) std::ranges::copy(prefixes_of(range), std::back_inserter(blocks));
  return blocks;
}

/// Of one denied block what must be written so that all of `allowed` stays open.
std::vector<IpPrefix> closed_part(const IpPrefix& denied, const std::vector<IpPrefix>& allowed) {
  std::vector<AddressRange> open;
  bool is_beaten_anyway = true;
  for (const IpPrefix& block : allowed) {
    const bool is_inside = denied.contains(block.address);
    if (!is_inside && !block.contains(denied.address)) continue;
    open.push_back(range_of(block));
    is_beaten_anyway = is_beaten_anyway && is_inside && block.length > denied.length;
  }
  if (is_beaten_anyway) return {denied};
  return blocks_of(subtract({range_of(denied)}, open));
}

std::vector<ListItem> items_of(const std::vector<IpPrefix>& blocks) {
  std::vector<ListItem> items;
  items.reserve(blocks.size());
  for (const IpPrefix& block : blocks) items.push_back({quote_toml(block.to_string()), ""});
  return items;
}

}  // namespace

// For coturn an allowed range beats every denied one; here the most specific block wins, and of equals the denied one.
// So a denied block may stay whole around smaller allowed ones, and is cut where an allowed one is as large or larger.
void write_peers(Draft& draft) {
  const std::vector<AddressRange> denied = ranges_of(draft, "denied-peer-ip");
  const std::vector<IpPrefix> allowed = blocks_of(ranges_of(draft, "allowed-peer-ip"));
  std::vector<IpPrefix> closed;
  for (const IpPrefix& block : blocks_of(denied))
    std::ranges::copy(closed_part(block, allowed), std::back_inserter(closed));
  // Loopback peers are open by a flag, which any denied range beats.
  std::vector<IpPrefix> open = blocks_of(subtract(loopback(draft.conf()), denied));
  std::erase_if(open, [&](const IpPrefix& block) { return std::ranges::find(allowed, block) != allowed.end(); });
  std::ranges::copy(allowed, std::back_inserter(open));

  draft.table("[relay.peers]");
  draft.comment(
      "Private networks, loopback and other special addresses are never peers unless `allow` names them: coturn");
  draft.comment("relays to most of them, which lets clients into the networks behind the server.");
  draft.list("allow", items_of(open));
  draft.list("deny", items_of(closed));
}

}  // namespace turnpike::coturn
