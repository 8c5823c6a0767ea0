#include "server/doctor_access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "doctor_fixture.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::Not;

class DoctorAccess : public test::DoctorTest {
 protected:
  void keep_secret_in_file(const server::FileFacts& facts) {
    replace("'kD8xqPz2vLw9TnB4yRgH7sJm'", "{ file = 'turn.secret' }");
    patient.environment.files["/etc/turnpike/turn.secret"] = "kD8xqPz2vLw9TnB4yRgH7sJm\n";
    patient.files["/etc/turnpike/turn.secret"] = facts;
  }
};

TEST_F(DoctorAccess, SaysWhenTheServersUserCannotReadItsConfiguration) {
  patient.files[test::Patient::kFile] = {false, 0600, 0, 0};
  EXPECT_EQ(patient.call(), 1);
  EXPECT_THAT(patient.out(), HasSubstr("user turnpike, who cannot read /etc/turnpike/turnpike.toml."));
  EXPECT_THAT(patient.out(), HasSubstr("-> chgrp turnpike /etc/turnpike/turnpike.toml && chmod g+r"));
}

TEST_F(DoctorAccess, SaysWhenTheServersUserCannotReadASecret) {
  keep_secret_in_file({false, 0600, 0, 0});
  EXPECT_EQ(patient.call(), 1);
  EXPECT_THAT(patient.out(), HasSubstr("user turnpike, who cannot read /etc/turnpike/turn.secret."));
  patient.files["/etc/turnpike/turn.secret"] = {false, 0040, 990, 990};
  EXPECT_EQ(patient.call(), 1) << "the owner's bits count for the owner, not the group's";
  EXPECT_THAT(patient.out(), HasSubstr("-> chmod u+r /etc/turnpike/turn.secret"));
  patient.files["/etc/turnpike/turn.secret"] = {false, 0640, 0, 990};
  EXPECT_EQ(patient.call(), 0) << patient.out();
}

TEST_F(DoctorAccess, LooksAtTheFoldersOnTheWay) {
  patient.files["/etc/turnpike"] = {true, 0700, 0, 0};
  EXPECT_EQ(patient.call(), 1);
  EXPECT_THAT(patient.out(), HasSubstr("the folder /etc/turnpike is closed to that user"));
  EXPECT_THAT(patient.out(), HasSubstr("-> chgrp turnpike /etc/turnpike && chmod g+x /etc/turnpike"));
  patient.files["/etc/turnpike"] = {true, 0710, 0, 990};
  EXPECT_EQ(patient.call(), 0) << patient.out();
}

TEST_F(DoctorAccess, CountsTheGroupsThatTheUnitGives) {
  keep_secret_in_file({false, 0640, 0, 115});
  patient.environment.files["/etc/group"] += "ssl-cert:x:115:\n";
  EXPECT_EQ(patient.call(), 1);
  patient.programs["systemctl show"] += "SupplementaryGroups=ssl-cert\n";
  EXPECT_EQ(patient.call(), 0) << patient.out();
}

TEST_F(DoctorAccess, TrustsAccessListsThatItCannotRead) {
  keep_secret_in_file({false, 0640, 0, 0, true});
  EXPECT_EQ(patient.call(), 0) << patient.out();
}

TEST_F(DoctorAccess, SaysWhenTheDatabaseCannotBeWritten) {
  replace("database = ''", "database = '/srv/turnpike/turnpike.db'");
  patient.files["/srv/turnpike"] = {true, 0755, 0, 0};
  EXPECT_EQ(patient.call(), 1);
  EXPECT_THAT(patient.out(), HasSubstr("who cannot write /srv/turnpike."));
  EXPECT_THAT(patient.out(), HasSubstr("-> chown turnpike /srv/turnpike"));
  patient.files["/srv/turnpike"] = {true, 0700, 990, 990};
  patient.files["/srv/turnpike/turnpike.db"] = {false, 0600, 0, 0};
  EXPECT_EQ(patient.call(), 1);
  EXPECT_THAT(patient.out(), HasSubstr("-> chown turnpike /srv/turnpike/turnpike.db"));
}

TEST_F(DoctorAccess, LeavesTheStateFolderToSystemd) {
  replace("database = ''", "database = '/var/lib/turnpike/turnpike.db'");
  patient.files["/var/lib/turnpike"] = {true, 0700, 0, 0};
  EXPECT_EQ(patient.call(), 0) << patient.out();
  patient.files["/var/lib/turnpike"] = {true, 0700, 990, 990};
  patient.files["/var/lib/turnpike/turnpike.db"] = {false, 0600, 0, 0};
  EXPECT_EQ(patient.call(), 1) << "systemd changes what is in it only together with the folder";
}

TEST_F(DoctorAccess, JudgesNothingForAUserThatIsNotThere) {
  patient.files[test::Patient::kFile] = {false, 0600, 0, 0};
  patient.environment.files["/etc/passwd"] = "root:x:0:0::/root:/bin/sh\n";
  EXPECT_EQ(patient.call(), 0) << patient.out();
  EXPECT_THAT(patient.out(), HasSubstr("is not known here"));
  EXPECT_THAT(patient.out(), Not(HasSubstr("cannot read")));
}

}  // namespace
}  // namespace turnpike::server
