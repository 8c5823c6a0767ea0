#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "config_fixture.hpp"
#include "server/command_line.hpp"
#include "server/doctor.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::test {

/// A machine on which all is well, made of values that a test changes; and `turnpike doctor` on it.
class Patient {
 public:
  static constexpr const char* kFile = "/etc/turnpike/turnpike.toml";

  std::string config =
      "[server]\nhost = 'turn.example.org'\n[relay]\naddresses = ['198.51.100.7']\nfamilies = ['ipv4']\n"
      "[[listen]]\nurl = 'udp://198.51.100.7:3478'\n"
      "[auth]\nsecrets = ['kD8xqPz2vLw9TnB4yRgH7sJm']\ndatabase = ''\n";
  FakeEnvironment environment{
      .variables = {},
      .files = {{"/proc/sys/net/core/rmem_max", "8388608\n"},
                {"/proc/sys/net/core/wmem_max", "8388608\n"},
                {"/proc/sys/net/netfilter/nf_conntrack_max", "262144\n"},
                {"/proc/sys/net/ipv4/ip_local_port_range", "32768\t48000\n"},
                {"/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n"},
                {"/proc/meminfo", "MemTotal:        8000000 kB\n"},
                {"/etc/passwd", "root:x:0:0::/root:/bin/sh\nturnpike:x:990:990::/nonexistent:/bin/false\n"},
                {"/etc/group", "root:x:0:\nusers:x:100:turnpike\nturnpike:x:990:\n"}}};
  std::map<std::string, server::FileFacts> files{{kFile, {false, 0640, 0, 990}}};
  std::map<std::string, std::string> programs{
      // what a program says, by its words
      {"getent ahosts turn.example.org", "198.51.100.7    STREAM turn.example.org\n"},
      {"getent ahosts stun.example.net", "203.0.113.99    STREAM stun.example.net\n"},
      {"nft -j list ruleset", R"({"nftables": [{"metainfo": {"version": "1.0.6"}}]})"},
      {"systemctl show",
       "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nMainPID=77\nUser=turnpike\n"
       "LimitNOFILE=524288\n"}};
  std::map<std::string, int> denied;  // programs that fail with a code
  std::map<std::string, int> taken;   // errno of opening "udp 198.51.100.7:3478"
  std::vector<net::InterfaceAddress> interfaces{{"lo", IpAddress::v4(127, 0, 0, 1), 8, {}, true},
                                                {"eth0", IpAddress::v4(198, 51, 100, 7), 24, {}, false}};
  std::optional<IpAddress> seen;  // by every STUN server
  std::vector<std::string> asked;
  std::optional<bool> is_clock_kept = true;
  std::uint64_t descriptors = 1'048'576;
  UnixSeconds now{Seconds{1'800'000'000}};
  std::string status;  // of a running server
  std::uint32_t user = 0;

  int call(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"doctor", "-c", kFile};
    words.insert(words.end(), more.begin(), more.end());
    out_.str("");
    err_.str("");
    environment.files[kFile] = config;
    server::CommandWorld world{out_,
                               err_,
                               in_,
                               environment.get(),
                               random_,
                               [this] { return now; },
                               [this] { return interfaces; },
                               [](AddressFamily) { return std::optional<IpAddress>{}; },
                               [](const server::ServeOptions&) { return 1; },
                               [this](const std::string&, const server::AdminRequest&) { return answer(); }};
    world.machine = [this] { return machine(); };
    return server::run_command_line(words, world);
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

 private:
  static error_code system_error(int number) { return {number, boost::system::system_category()}; }

  Result<server::AdminAnswer> answer() {
    if (status.empty()) return system_error(ENOENT);
    return server::AdminAnswer{200, status};
  }

  Result<server::ProgramOutput> run(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
    for (const auto& [name, code] : denied) {
      if (line.starts_with(name)) return server::ProgramOutput{code, ""};
    }
    for (const auto& [name, text] : programs) {
      if (line.starts_with(name)) return server::ProgramOutput{0, text};
    }
    return system_error(ENOENT);
  }

  server::Machine machine() {
    return {.read_file = environment.get().read_file,
            .look_at = [this](const std::string& path) -> Result<server::FileFacts> {
              const auto found = files.find(path);
              if (found == files.end()) return system_error(ENOENT);
              return found->second;
            },
            .run = [this](const std::vector<std::string>& words) { return run(words); },
            .try_bind =
                [this](bool is_datagram, const Endpoint& endpoint) {
                  const auto found = taken.find((is_datagram ? "udp " : "tcp ") + endpoint.to_string());
                  return found == taken.end() ? error_code{} : system_error(found->second);
                },
            .ask_stun = [this](const Endpoint& server, const IpAddress&) -> Result<IpAddress> {
              asked.push_back(server.to_string());
              if (!seen) return system_error(ETIMEDOUT);
              return *seen;
            },
            .is_clock_kept = [this] { return is_clock_kept; },
            .descriptor_limit = [this] { return descriptors; },
            .find_processes = [](std::string_view) { return std::vector<int>{}; },
            .user = user};
  }

  SeededRandom random_{1};
  std::ostringstream out_;
  std::ostringstream err_;
  std::istringstream in_;
};

class DoctorTest : public testing::Test {
 protected:
  /// The line that holds `text` begins with `mark`.
  void expect(std::string_view mark, const std::string& text) {
    std::istringstream lines(patient.out());
    for (std::string line; std::getline(lines, line);) {
      if (line.find(text) == std::string::npos) continue;
      EXPECT_THAT(line, testing::HasSubstr("  " + std::string(mark) + " ")) << patient.out();
      return;
    }
    ADD_FAILURE() << "nothing about \"" << text << "\" in:\n" << patient.out();
  }
  void replace(std::string_view old, std::string_view fresh) {
    const std::size_t at = patient.config.find(old);
    ASSERT_NE(at, std::string::npos);
    patient.config.replace(at, old.size(), fresh);
  }

  Patient patient;
};

}  // namespace turnpike::test
