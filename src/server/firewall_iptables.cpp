#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "server/firewall_readers.hpp"

namespace turnpike::server {
namespace {

using Kind = FirewallMatch::Kind;
using Words = std::vector<std::string>;

/// "22", "49152:65535", ":1023".
PortRange parse_range(const std::string& text) {
  PortRange range{0, 65535};
  const std::size_t colon = text.find(':');
  const auto number = [](std::string_view part, std::uint16_t otherwise) {
    std::uint16_t value = otherwise;
    std::from_chars(part.data(), part.data() + part.size(), value);
    return value;
  };
  const std::string_view whole = text;
  range.first = number(whole.substr(0, colon), 0);
  range.last = colon == std::string::npos ? range.first : number(whole.substr(colon + 1), 65535);
  return range;
}

std::vector<PortRange> parse_ranges(const std::string& text) {
  std::vector<PortRange> ranges;
  std::istringstream list(text);
  for (std::string entry; std::getline(list, entry, ',');) ranges.push_back(parse_range(entry));
  return ranges;
}

bool is_for_newcomers(const std::string& states) {
  std::istringstream list(states);
  for (std::string state; std::getline(list, state, ',');) {
    if (state == "NEW") return true;
  }
  return false;
}

/// "[!] --option value", as iptables-save writes them, into a rule.
class RuleReader {
 public:
  explicit RuleReader(const Words& words) : words_(words) {}

  FirewallRule read(const std::string& prefix) {
    for (at_ = 2; at_ < words_.size(); ++at_) read_option(prefix);
    return std::move(rule_);
  }

 private:
  std::string next() { return at_ + 1 < words_.size() ? words_[++at_] : std::string{}; }

  void add(Kind kind, std::vector<PortRange> ports = {}) {
    rule_.matches.push_back({kind, is_negated_, std::move(ports)});
    is_negated_ = false;
  }

  void read_option(const std::string& prefix) {
    const std::string& word = words_[at_];
    if (word == "!") {
      is_negated_ = true;
    } else if (word == "-p") {
      const std::string name = next();
      add(name == "udp" || name == "17" ? Kind::udp : name == "tcp" || name == "6" ? Kind::tcp : Kind::never);
    } else if (word == "-i") {
      add(next() == "lo" ? Kind::never : Kind::unclear);
    } else if (word == "--dport" || word == "--dports") {
      add(Kind::port, parse_ranges(next()));
    } else if (word == "--ctstate" || word == "--state") {
      // A newcomer meets a list with NEW always, and one without never.
      const bool meets = is_for_newcomers(next());
      if (meets) is_negated_ = !is_negated_;
      add(Kind::never);
    } else if (word == "-m" || word == "--comment" || word == "--reject-with" || word == "--log-prefix" ||
               word == "--log-level") {
      static_cast<void>(next());
    } else if (word == "-j" || word == "-g") {
      read_target(next(), prefix, word == "-g");
    } else if (word.starts_with("-")) {
      add(Kind::unclear);
    }
  }

  void read_target(const std::string& target, const std::string& prefix, bool is_goto) {
    if (target == "ACCEPT") {
      rule_.verdict = FirewallVerdict::accept;
    } else if (target == "DROP" || target == "REJECT") {
      rule_.verdict = FirewallVerdict::drop;
    } else if (target == "RETURN") {
      rule_.verdict = FirewallVerdict::go_back;
    } else if (target == "LOG" || target == "NFLOG" || target == "MARK" || target == "CONNMARK") {
      rule_.verdict = FirewallVerdict::none;
    } else {
      // A chain; an extension that is none is unclear to who follows it.
      rule_.verdict = is_goto ? FirewallVerdict::go_to : FirewallVerdict::jump;
      rule_.target = prefix + target;
    }
  }

  const Words& words_;
  FirewallRule rule_;
  std::size_t at_ = 0;
  bool is_negated_ = false;
};

/// Words between spaces; quotes hold together what is in them.
Words split(const std::string& line) {
  Words words;
  std::string word;
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace

void read_iptables(std::string_view text, AddressFamily family, Firewall& firewall) {
  const bool is_v4 = family == AddressFamily::ipv4;
  std::istringstream lines{std::string(text)};
  std::string prefix;
  bool is_table_of_interest = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('*')) {
      const std::string table = line.substr(1);
      is_table_of_interest = table == "filter" || table == "raw" || table == "mangle";
      prefix = fmt::format("{} {} ", is_v4 ? "ip" : "ip6", table);
      continue;
    }
    const Words words = split(line);
    if (!is_table_of_interest || words.empty()) continue;
    if (words[0].starts_with(':') && words.size() > 1) {
      const std::string name = words[0].substr(1);
      firewall.chains[prefix + name];
      if (name == "INPUT") firewall.entries.push_back({prefix + name, words[1] == "DROP", is_v4, !is_v4});
    } else if (words[0] == "-A" && words.size() > 2) {
      firewall.chains[prefix + words[1]].rules.push_back(RuleReader(words).read(prefix));
    }
  }
}

}  // namespace turnpike::server
