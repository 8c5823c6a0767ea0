#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "server/firewall_readers.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;
using Kind = FirewallMatch::Kind;

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(json::string_view(name.data(), name.size()));
}

std::string text_of(const json::value* value) {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string(text->data(), text->size());
}
std::string text_of(const json::value& value, std::string_view name) { return text_of(member(value, name)); }

std::optional<std::uint16_t> port_of(const json::value& value) {
  const std::int64_t* number = value.if_int64();
  if (number == nullptr || *number < 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

/// Reads one table's rules. Every list of `nft` names its family and table.
class Reader {
 public:
  explicit Reader(const json::array& objects) : objects_(objects) {}

  Firewall read() {
    for (const json::value& each : objects_) {
      if (const auto* chain = member(each, "chain")) read_chain(*chain);
      if (const auto* rule = member(each, "rule")) {
        firewall_.chains[place(*rule, text_of(*rule, "chain"))].rules.push_back(read_rule(*rule));
      }
    }
    return std::move(firewall_);
  }

 private:
  static std::string place(const json::value& of, std::string_view name) {
    return fmt::format("{} {} {}", text_of(of, "family"), text_of(of, "table"), name);
  }

  void read_chain(const json::value& chain) {
    const std::string name = place(chain, text_of(chain, "name"));
    firewall_.chains[name];
    const std::string hook = text_of(chain, "hook");
    const std::string family = text_of(chain, "family");
    const bool is_ip = family == "ip" || family == "ip6" || family == "inet";
    if (text_of(chain, "type") != "filter" || (hook != "input" && hook != "prerouting") || !is_ip) return;
    firewall_.entries.push_back({name, text_of(chain, "policy") == "drop", family != "ip6", family != "ip"});
  }

  FirewallRule read_rule(const json::value& rule) {
    FirewallRule out;
    const auto* parts = member(rule, "expr");
    if (parts == nullptr || !parts->is_array()) return out;
    for (const json::value& part : parts->get_array()) read_part(part, rule, out);
    return out;
  }

  void read_part(const json::value& part, const json::value& rule, FirewallRule& out) {
    if (const auto* match = member(part, "match")) {
      read_protocol(*match, out);
      out.matches.push_back(read_match(*match, rule));
    } else if (member(part, "accept") != nullptr) {
      out.verdict = FirewallVerdict::accept;
    } else if (member(part, "drop") != nullptr || member(part, "reject") != nullptr) {
      out.verdict = FirewallVerdict::drop;
    } else if (member(part, "return") != nullptr) {
      out.verdict = FirewallVerdict::go_back;
    } else if (const auto* jump = member(part, "jump")) {
      out.verdict = FirewallVerdict::jump;
      out.target = place(rule, text_of(*jump, "target"));
    } else if (const auto* go_to = member(part, "goto")) {
      out.verdict = FirewallVerdict::go_to;
      out.target = place(rule, text_of(*go_to, "target"));
    } else if (const auto* map = member(part, "vmap")) {
      read_map(*map, out);
    } else if (member(part, "limit") != nullptr || member(part, "xt") != nullptr ||
               member(part, "ct count") != nullptr) {
      out.matches.push_back({Kind::unclear});
    }
  }

  /// Of maps of verdicts only the usual one is followed: by the state of the connection, which for a newcomer is new.
  void read_map(const json::value& map, FirewallRule& out) {
    const auto* key = member(map, "key");
    const auto* data = member(map, "data");
    const auto* set = data == nullptr ? nullptr : member(*data, "set");
    const auto* state = key == nullptr ? nullptr : member(*key, "ct");
    if (state == nullptr || text_of(*state, "key") != "state" || set == nullptr || !set->is_array()) {
      out.verdict = FirewallVerdict::unclear;
      return;
    }
    for (const json::value& pair : set->get_array()) {
      const json::array* both = pair.if_array();
      if (both == nullptr || both->size() != 2 || text_of(&(*both)[0]) != "new") continue;
      const json::value& verdict = (*both)[1];
      out.verdict = member(verdict, "accept") != nullptr ? FirewallVerdict::accept
                    : member(verdict, "drop") != nullptr ? FirewallVerdict::drop
                                                         : FirewallVerdict::unclear;
    }
  }

  /// "udp dport ..." also means that it is UDP, and nft does not say that twice.
  static void read_protocol(const json::value& match, FirewallRule& out) {
    const auto* left = member(match, "left");
    const auto* payload = left == nullptr ? nullptr : member(*left, "payload");
    const std::string protocol = payload == nullptr ? std::string{} : text_of(*payload, "protocol");
    if (protocol == "udp") out.matches.push_back({Kind::udp});
    if (protocol == "tcp") out.matches.push_back({Kind::tcp});
    if (protocol == "ip") out.matches.push_back({Kind::ipv4});
    if (protocol == "ip6") out.matches.push_back({Kind::ipv6});
  }

  FirewallMatch read_match(const json::value& match, const json::value& rule) {
    const auto* left = member(match, "left");
    const auto* right = member(match, "right");
    const std::string sign = text_of(match, "op");
    if (left == nullptr || right == nullptr) return {Kind::unclear};
    FirewallMatch out = judge(*left, *right, rule);
    if (sign == "!=") out.is_negated = !out.is_negated;
    if (sign != "==" && sign != "!=" && sign != "in") return {Kind::unclear};
    return out;
  }

  FirewallMatch judge(const json::value& left, const json::value& right, const json::value& rule) {
    if (const auto* payload = member(left, "payload")) return judge_payload(*payload, right, rule);
    if (const auto* meta = member(left, "meta")) return judge_meta(text_of(*meta, "key"), right);
    if (const auto* state = member(left, "ct"); state != nullptr && text_of(*state, "key") == "state") {
      return {Kind::never, mentions(right, "new")};
    }
    return {Kind::unclear};
  }

  FirewallMatch judge_payload(const json::value& payload, const json::value& right, const json::value& rule) {
    const std::string protocol = text_of(payload, "protocol");
    const std::string field = text_of(payload, "field");
    if (field == "dport" && (protocol == "udp" || protocol == "tcp" || protocol == "th")) {
      auto ports = read_ports(right, rule);
      if (!ports) return {Kind::unclear};
      return {Kind::port, false, std::move(*ports)};
    }
    if ((protocol == "ip" && field == "protocol") || (protocol == "ip6" && field == "nexthdr")) {
      return judge_protocol(right);
    }
    if (protocol.starts_with("icmp")) return {Kind::never};
    return {Kind::unclear};
  }

  static FirewallMatch judge_meta(const std::string& key, const json::value& right) {
    if (key == "l4proto") return judge_protocol(right);
    if (key == "nfproto" || key == "protocol") {
      const std::string family = text_of(&right);
      if (family == "ipv4" || family == "ip") return {Kind::ipv4};
      if (family == "ipv6" || family == "ip6") return {Kind::ipv6};
    }
    if ((key == "iif" || key == "iifname") && text_of(&right) == "lo") return {Kind::never};
    return {Kind::unclear};
  }

  static FirewallMatch judge_protocol(const json::value& right) {
    const bool udp = mentions(right, "udp");
    const bool tcp = mentions(right, "tcp");
    if (udp && tcp) return {Kind::never, true};
    if (udp) return {Kind::udp};
    if (tcp) return {Kind::tcp};
    return text_of(&right).starts_with('@') ? FirewallMatch{Kind::unclear} : FirewallMatch{Kind::never};
  }

  /// Whether a value, or a set or list of values, has this word.
  static bool mentions(const json::value& value, std::string_view word) {
    if (text_of(&value) == word) return true;
    const auto* set = member(value, "set");
    const json::array* list = set == nullptr ? value.if_array() : set->if_array();
    if (list == nullptr) return set != nullptr && text_of(set) == word;
    for (const json::value& each : *list) {
      if (text_of(&each) == word) return true;
    }
    return false;
  }

  /// 3478, {"range": [a, b]}, {"set": [...]} or "@name"; nothing when it is anything else.
  std::optional<std::vector<PortRange>> read_ports(const json::value& value, const json::value& rule) {
    std::vector<PortRange> ports;
    if (const std::string name = text_of(&value); name.starts_with('@')) {
      const json::value* elements = find_set(rule, name.substr(1));
      if (elements == nullptr || !read_list(*elements, ports)) return std::nullopt;
    } else if (const auto* set = member(value, "set")) {
      if (!read_list(*set, ports)) return std::nullopt;
    } else if (!read_port(value, ports)) {
      return std::nullopt;
    }
    return ports;
  }

  static bool read_list(const json::value& list, std::vector<PortRange>& ports) {
    const json::array* all = list.if_array();
    if (all == nullptr) return read_port(list, ports);
    for (const json::value& each : *all) {
      if (!read_port(each, ports)) return false;
    }
    return true;
  }

  static bool read_port(const json::value& value, std::vector<PortRange>& ports) {
    if (const auto port = port_of(value)) {
      ports.push_back({*port, *port});
      return true;
    }
    const auto* range = member(value, "range");
    const json::array* ends = range == nullptr ? nullptr : range->if_array();
    if (ends == nullptr || ends->size() != 2) return false;
    const auto first = port_of((*ends)[0]);
    const auto last = port_of((*ends)[1]);
    if (!first || !last) return false;
    ports.push_back({*first, *last});
    return true;
  }

  [[nodiscard]] const json::value* find_set(const json::value& rule, const std::string& name) const {
    for (const json::value& each : objects_) {
      const auto* set = member(each, "set");
      if (set != nullptr && place(*set, text_of(*set, "name")) == place(rule, name)) return member(*set, "elem");
    }
    return nullptr;
  }

  const json::array& objects_;
  Firewall firewall_;
};

}  // namespace

std::optional<Firewall> read_nftables(std::string_view text) {
  boost::system::error_code error;
  const json::value whole = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return std::nullopt;
  const auto* objects = member(whole, "nftables");
  if (objects == nullptr || !objects->is_array()) return std::nullopt;
  return Reader(objects->get_array()).read();
}

}  // namespace turnpike::server
