#include "server/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "doctor_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Doctor = test::DoctorTest;

TEST_F(Doctor, FindsNothingOnAMachineOnWhichAllIsWell) {
  EXPECT_EQ(patient.call(), 0) << patient.out();
  EXPECT_THAT(patient.out(), HasSubstr("problems: 0, warnings: 0"));
  EXPECT_THAT(patient.asked, IsEmpty());
}

TEST_F(Doctor, ReportsEachMistakeOfTheFileAndLooksNoFurther) {
  patient.config = "[server]\nrelm = 'x'\nworkers = 99\n";
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "unknown key \"relm\"");
  expect("problem", "turnpike.toml:3:");
  EXPECT_THAT(patient.out(), Not(HasSubstr("firewall")));
}

TEST_F(Doctor, GoesOnWithoutSecretsThatOnlyTheServiceMayRead) {
  replace("secrets = ['kD8xqPz2vLw9TnB4yRgH7sJm']", "secrets = [{ credential = 'turn-secret' }]");
  EXPECT_EQ(patient.call(), 0) << patient.out();
  expect("note", "cannot read /run/credentials/turnpike.service/turn-secret");
  expect("ok", "198.51.100.7:3478 is free");
}

TEST_F(Doctor, PrintsJson) {
  replace("kD8xqPz2vLw9TnB4yRgH7sJm", "changeme-changeme");
  EXPECT_EQ(patient.call({"--json"}), 1);
  const auto whole = boost::json::parse(patient.out()).as_object();
  EXPECT_EQ(whole.at("problems").to_number<int>(), 1);
  const auto& findings = whole.at("findings").as_array();
  const auto is_it = [](const boost::json::value& one) {
    const auto& finding = one.as_object();
    return finding.at("mark").as_string() == "problem" && finding.at("area").as_string() == "secrets" &&
           !finding.at("advice").as_string().empty();
  };
  EXPECT_EQ(std::count_if(findings.begin(), findings.end(), is_it), 1);
}

TEST_F(Doctor, CallsAnExampleSecretAProblem) {
  replace("'kD8xqPz2vLw9TnB4yRgH7sJm'",
          "'a secret in this file', 'put 32 random bytes here, please', 'the same secret'");
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "auth.secrets[0] is an example");
  expect("problem", "auth.secrets[1] is an example");
  expect("problem", "auth.secrets[2] is an example");
}

TEST_F(Doctor, WarnsOfSecretsThatAreShortOrRepeatThemselves) {
  replace("'kD8xqPz2vLw9TnB4yRgH7sJm'", "'Zk3vPq9x', 'abababababababababab'");
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "auth.secrets[0] has 8 characters");
  expect("warning", "auth.secrets[1] repeats itself");
}

TEST_F(Doctor, WarnsOfOneSecretForTwoThings) {
  patient.config += "[api]\nkeys = [{ name = 'ops', key = 'kD8xqPz2vLw9TnB4yRgH7sJm' }]\n";
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "api.keys[0].key is the same as auth.secrets[0]");
}

TEST_F(Doctor, SaysWhoElseCanReadASecret) {
  patient.files[test::Patient::kFile] = {false, 0644, 0, 0};
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "Every user of this machine can read /etc/turnpike/turnpike.toml");
  EXPECT_THAT(patient.out(), HasSubstr("chmod o-rwx /etc/turnpike/turnpike.toml"));
  patient.files[test::Patient::kFile] = {false, 0640, 0, 100};
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "members of the group users");
  EXPECT_THAT(patient.out(), HasSubstr("chgrp turnpike /etc/turnpike/turnpike.toml"));
}

TEST_F(Doctor, LetsEverybodyReadAFileWithoutSecrets) {
  replace("'kD8xqPz2vLw9TnB4yRgH7sJm'", "{ file = 'turn.secret' }");
  patient.environment.files["/etc/turnpike/turn.secret"] = "kD8xqPz2vLw9TnB4yRgH7sJm\n";
  patient.files[test::Patient::kFile] = {false, 0644, 0, 0};
  patient.files["/etc/turnpike/turn.secret"] = {false, 0600, 990, 990};
  EXPECT_EQ(patient.call(), 0) << patient.out();
  patient.files["/etc/turnpike/turn.secret"] = {false, 0604, 990, 990};
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "can read /etc/turnpike/turn.secret");
  patient.files["/etc/turnpike/turn.secret"] = {false, 0600, 990, 990};
  patient.files[test::Patient::kFile] = {false, 0646, 0, 0};
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "can change /etc/turnpike/turnpike.toml");
}

TEST_F(Doctor, ComparesWhatAStunServerSees) {
  patient.seen = IpAddress::v4(198, 51, 100, 7);
  EXPECT_EQ(patient.call({"--stun", "stun.example.net:3479"}), 0) << patient.out();
  EXPECT_THAT(patient.asked, testing::ElementsAre("203.0.113.99:3479"));
  patient.seen = IpAddress::v4(203, 0, 113, 5);
  EXPECT_EQ(patient.call({"--stun", "stun.example.net"}), 1);
  expect("problem", "is seen as 203.0.113.5");
  EXPECT_THAT(patient.out(), HasSubstr("external = [\"203.0.113.5/198.51.100.7\"]"));
}

TEST_F(Doctor, ContradictsAWrongExternalAddress) {
  replace("[relay]", "external = ['203.0.113.6']\n[relay]");
  patient.seen = IpAddress::v4(203, 0, 113, 5);
  EXPECT_EQ(patient.call({"--stun", "stun.example.net"}), 1);
  expect("problem", "server.external says 203.0.113.6, but stun.example.net:3478 sees 203.0.113.5");
}

TEST_F(Doctor, AStunServerThatIsSilentIsAWarning) {
  EXPECT_EQ(patient.call({"--stun", "stun.example.net"}), 0);
  expect("warning", "stun.example.net:3478 gave no answer");
}

TEST_F(Doctor, CallsAPrivateRelayAddressWithoutExternalAProblem) {
  replace("addresses = ['198.51.100.7']", "addresses = ['10.0.0.7']");
  patient.interfaces.push_back({"eth1", IpAddress::v4(10, 0, 0, 7), 24, {}, false});
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "The relay address 10.0.0.7 is private");
  replace("[relay]", "external = ['10.0.0.7/10.0.0.7']\n[relay]");
  EXPECT_EQ(patient.call(), 0) << patient.out();
}

TEST_F(Doctor, ChecksWhereTheNameLeads) {
  patient.programs["getent ahosts turn.example.org"] = "203.0.113.50 STREAM\n";
  EXPECT_EQ(patient.call(), 0);
  expect("warning", "turn.example.org leads to 203.0.113.50");
  patient.programs.erase("getent ahosts turn.example.org");
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "has no address");
}

TEST_F(Doctor, TellsAPortTakenByOthersFromItsOwn) {
  patient.taken["udp 198.51.100.7:3478"] = EADDRINUSE;
  patient.status = R"({"listeners": ["udp://198.51.100.7:3478"]})";
  EXPECT_EQ(patient.call(), 0) << patient.out();
  expect("ok", "served by the running turnpike");
  patient.status = R"({"listeners": ["udp://198.51.100.7:3479"]})";
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "is taken by another program");
  patient.taken["udp 198.51.100.7:3478"] = EADDRNOTAVAIL;
  EXPECT_EQ(patient.call(), 1);
  expect("problem", "no interface of this machine has this address");
}

}  // namespace
}  // namespace turnpike::server
