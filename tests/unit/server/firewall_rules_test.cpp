#include "server/firewall_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "doctor_fixture.hpp"
#include "server/firewall_readers.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;

/// An inet table whose input chain drops by default and has these rules, each an `expr` of nft's JSON.
std::string dropping_table(const std::vector<std::string>& rules, std::string_view policy = "drop") {
  std::string text = R"({"nftables": [{"metainfo": {"version": "1.0.6"}}, {"table": {"family": "inet", "name": "f"}},)";
  text +=
      R"({"set": {"family": "inet", "name": "open", "table": "f", "type": "inet_service", "elem": [3478, {"range": [49152, 65535]}]}},)";
  text +=
      R"({"chain": {"family": "inet", "table": "f", "name": "in", "type": "filter", "hook": "input", "prio": 0, "policy": ")";
  text += std::string(policy) + "\"}}";
  for (const std::string& rule : rules) {
    text += R"(, {"rule": {"family": "inet", "table": "f", "chain": "in", "expr": [)" + rule + "]}}";
  }
  return text + "]}";
}

const std::string kEstablished =
    R"({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}, {"accept": null})";
const std::string kLoopback =
    R"({"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}, {"accept": null})";
std::string udp_ports(const std::string& right) {
  return R"({"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": )" + right +
         R"(}}, {"accept": null})";
}

Passage judge(const std::string& text, std::uint16_t port, bool is_datagram = true) {
  const auto firewall = read_nftables(text);
  EXPECT_TRUE(firewall) << text;
  return firewall ? judge_passage(*firewall, {is_datagram, AddressFamily::ipv4, port}) : Passage::unclear;
}

TEST(Firewall, WithoutRulesIsOpen) {
  EXPECT_EQ(judge(R"({"nftables": [{"metainfo": {"version": "1.0.6"}}]})", 50000), Passage::open);
  EXPECT_FALSE(read_nftables("no JSON"));
}

TEST(Firewall, ThatDropsByDefaultIsClosedForNewcomersOfAnyPort) {
  EXPECT_EQ(judge(dropping_table({kEstablished, kLoopback}), 50000), Passage::closed);
  EXPECT_EQ(judge(dropping_table({kEstablished, kLoopback}, "accept"), 50000), Passage::open);
}

TEST(Firewall, IsOpenWhereARuleAcceptsThePort) {
  for (const char* right :
       {R"({"range": [49152, 65535]})", R"({"set": [3478, {"range": [49152, 65535]}]})", R"("@open")"}) {
    const std::string text = dropping_table({kEstablished, udp_ports(right)});
    EXPECT_EQ(judge(text, 50000), Passage::open) << right;
    EXPECT_EQ(judge(text, 40000), Passage::closed) << right;
    EXPECT_EQ(judge(text, 50000, false), Passage::closed) << right;
  }
}

TEST(Firewall, SaysThatItDependsWhereItDoes) {
  const std::string by_source =
      R"({"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "192.0.2.1"}}, {"accept": null})";
  EXPECT_EQ(judge(dropping_table({by_source}), 50000), Passage::unclear);
  EXPECT_EQ(judge(dropping_table({R"({"accept": null})", by_source}), 50000), Passage::open);
}

TEST(Firewall, FollowsJumpsAndMapsOfStates) {
  const std::string map =
      R"({"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["established", {"accept": null}], ["new", {"drop": null}]]}}})";
  EXPECT_EQ(judge(dropping_table({map}, "accept"), 50000), Passage::closed);
  std::string jumping = dropping_table({R"({"jump": {"target": "more"}})"});
  jumping.resize(jumping.size() - 2);
  jumping += R"(, {"chain": {"family": "inet", "table": "f", "name": "more"}},)";
  jumping += R"( {"rule": {"family": "inet", "table": "f", "chain": "more", "expr": [)" + udp_ports("50000") + "]}}]}";
  EXPECT_EQ(judge(jumping, 50000), Passage::open);
  EXPECT_EQ(judge(jumping, 50001), Passage::closed);
}

TEST(Firewall, ReadsIptables) {
  Firewall firewall;
  read_iptables(
      "*filter\n:INPUT DROP [0:0]\n:mine - [0:0]\n"
      "-A INPUT -i lo -j ACCEPT\n"
      "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
      "-A INPUT -p udp -m comment --comment \"the relay, as told\" -j mine\n"
      "-A mine -p udp -m multiport --dports 3478,49152:65535 -j ACCEPT\n"
      "COMMIT\n",
      AddressFamily::ipv4, firewall);
  EXPECT_EQ(judge_passage(firewall, {true, AddressFamily::ipv4, 50000}), Passage::open);
  EXPECT_EQ(judge_passage(firewall, {true, AddressFamily::ipv4, 40000}), Passage::closed);
  EXPECT_EQ(judge_passage(firewall, {false, AddressFamily::ipv4, 3478}), Passage::closed);
  EXPECT_EQ(judge_passage(firewall, {true, AddressFamily::ipv6, 40000}), Passage::open);
}

TEST(Firewall, ASourceAddressOfIptablesIsUnclear) {
  Firewall firewall;
  read_iptables("*filter\n:INPUT DROP [0:0]\n-A INPUT -s 192.0.2.0/24 -p udp -j ACCEPT\nCOMMIT\n", AddressFamily::ipv4,
                firewall);
  EXPECT_EQ(judge_passage(firewall, {true, AddressFamily::ipv4, 50000}), Passage::unclear);
}

TEST(Firewall, TheDoctorNamesThePortThatIsShutAndHowToOpenIt) {
  test::Patient patient;
  patient.programs["nft -j list ruleset"] =
      dropping_table({udp_ports("3478"), udp_ports(R"({"range": [49152, 60000]})")});
  EXPECT_EQ(patient.call(), 1);
  EXPECT_THAT(patient.out(), HasSubstr("The firewall drops UDP over IPv4 to port 60001"));
  EXPECT_THAT(patient.out(), HasSubstr("nft insert rule inet f in udp dport 49152-65535 accept"));
  patient.programs["nft -j list ruleset"] = dropping_table({udp_ports(R"("@open")")});
  EXPECT_EQ(patient.call(), 0) << patient.out();
}

TEST(Firewall, TheDoctorSaysWhenItMayNotReadTheRules) {
  test::Patient patient;
  patient.denied["nft"] = 1;
  patient.user = 1000;
  EXPECT_EQ(patient.call(), 0) << patient.out();
  EXPECT_THAT(patient.out(), HasSubstr("The firewall's rules could not be read."));
}

}  // namespace
}  // namespace turnpike::server
