#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "doctor_fixture.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::Not;

class DoctorLimits : public test::DoctorTest {
 protected:
  /// A made-up certificate for `host`, valid for `lifetime` from the patient's now on.
  void give_certificate(const std::string& host, Seconds lifetime) {
    const std::vector<std::string> hosts{host};
    const auto made = net::make_up_certificate(hosts, patient.now, lifetime);
    ASSERT_TRUE(made);
    patient.environment.files["/etc/turnpike/a.crt"] = made->server.chain;
    patient.environment.files["/etc/turnpike/a.key"] = made->server.key;
    patient.files["/etc/turnpike/a.key"] = {false, 0640, 0, 990};
    patient.config += "[tls]\ncertificates = [{ chain = 'a.crt', key = 'a.key' }]\n";
  }
};

TEST_F(DoctorLimits, MeasuresDescriptorsByTheUnitThenByTheShell) {
  patient.programs["systemctl show"] =
      "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nLimitNOFILE=1024\n";
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "1024 files and sockets may be open in turnpike.service");
  patient.programs["systemctl show"] =
      "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nLimitNOFILE=20000\n";
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "20000 files and sockets may be open");
  patient.programs["systemctl show"] = "LoadState=not-found\n";
  patient.descriptors = 256;
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "256 files and sockets may be open in a server that is started from here");
}

TEST_F(DoctorLimits, TheRunningServersOwnLimitCountsMost) {
  patient.environment.files["/proc/77/limits"] =
      "Limit                     Soft Limit           Hard Limit           Units\n"
      "Max open files            512                  524288               files\n";
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "512 files and sockets may be open in the running server (process 77)");
}

TEST_F(DoctorLimits, SaysWhenTheKernelCutsBuffers) {
  patient.environment.files["/proc/sys/net/core/rmem_max"] = "212992\n";
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "are cut to 212992");
  EXPECT_THAT(patient.out(), HasSubstr("sysctl -w net.core.rmem_max=4194304"));
}

TEST_F(DoctorLimits, SaysWhenOthersAreGivenRelayPorts) {
  patient.environment.files["/proc/sys/net/ipv4/ip_local_port_range"] = "32768\t60999\n";
  EXPECT_EQ(patient.call(), 0);
  expect("note", "are given ports 49152-60999 too");
  patient.environment.files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "8080,49152-60999\n";
  EXPECT_EQ(patient.call(), 0);
  EXPECT_THAT(patient.out(), Not(HasSubstr("are given ports")));
}

TEST_F(DoctorLimits, WarnsOfFewRelayPortsAndOfASmallConnectionTable) {
  patient.config += "[quota]\ntotal = 4096\n";
  patient.environment.files["/proc/sys/net/netfilter/nf_conntrack_max"] = "8192\n";
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "room for 8192 entries");
  const std::size_t at = patient.config.find("addresses");
  patient.config.insert(at, "ports = '50000-50009'\n");
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "are 10 ports");
}

TEST_F(DoctorLimits, JudgesTheClock) {
  patient.is_clock_kept = false;
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "nothing keeps the clock right");
  patient.now = UnixSeconds{Seconds{100'000}};
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "The clock is years behind");
}

TEST_F(DoctorLimits, AcceptsACertificateForTheName) {
  give_certificate("turn.example.org", Seconds{90LL * 86400});
  EXPECT_EQ(patient.call(), 0) << patient.out();
  expect("warning", "comes from an authority that this machine does not trust");
}

TEST_F(DoctorLimits, RefusesACertificateForAnotherName) {
  give_certificate("www.example.org", Seconds{90LL * 86400});
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "No certificate is for turn.example.org");
}

TEST_F(DoctorLimits, CountsTheDaysOfACertificate) {
  give_certificate("turn.example.org", Seconds{90LL * 86400});
  patient.now += Seconds{85LL * 86400};
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "expires in ");
  patient.now += Seconds{10LL * 86400};
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "has expired");
}

TEST_F(DoctorLimits, RefusesAKeyThatEverybodyReadsOrThatIsAnothers) {
  give_certificate("turn.example.org", Seconds{90LL * 86400});
  patient.files["/etc/turnpike/a.key"] = {false, 0644, 0, 0};
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "can read /etc/turnpike/a.key");
  const std::vector<std::string> hosts{"turn.example.org"};
  const auto other = net::make_up_certificate(hosts, patient.now, Seconds{86400});
  ASSERT_TRUE(other);
  patient.environment.files["/etc/turnpike/a.key"] = other->server.key;
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "does not belong to the certificate");
}

TEST_F(DoctorLimits, WarnsOfAUnitThatIsNotEnabled) {
  patient.programs["systemctl show"] =
      "LoadState=loaded\nUnitFileState=disabled\nActiveState=inactive\nLimitNOFILE=524288\n";
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "is not enabled");
}

TEST_F(DoctorLimits, ADatabaseThatOthersReachIsAProblem) {
  const std::size_t at = patient.config.find("database = ''");
  patient.config.replace(at, 13, "database = '/var/lib/turnpike/turnpike.db'");
  patient.files["/var/lib/turnpike"] = {true, 0700, 990, 990};
  patient.files["/var/lib/turnpike/turnpike.db"] = {false, 0600, 990, 990};
  EXPECT_EQ(patient.call(), 0) << patient.out();
  patient.files["/var/lib/turnpike/turnpike.db"] = {false, 0644, 990, 990};
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "can read /var/lib/turnpike/turnpike.db");
}

}  // namespace
}  // namespace turnpike::server
