#include <fmt/format.h>

#include <filesystem>

#include "server/doctor.hpp"
#include "server/doctor_readers.hpp"

namespace turnpike::server {

void examine_database(Checkup& checkup) {
  Findings& findings = checkup.findings;
  const std::string& path = checkup.config().auth.database;
  findings.begin("database");
  if (path.empty()) {
    findings.note(
        "There is no database: revocations are forgotten at a restart, and `turnpike user` and `turnpike key` "
        "have nowhere to write.",
        "set auth.database");
    return;
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Result<FileFacts> around = checkup.machine.look_at(folder);
  if (!around || !around->is_folder) {
    findings.note(fmt::format("{} is not there yet; the server makes it when it may.", folder),
                  fmt::format("the unit's StateDirectory= does it; else: install -d -m 700 -o USER {}", folder));
    return;
  }
  if ((around->mode & 0002U) != 0) {
    findings.problem(fmt::format("Every user of this machine can put files into {}, where the database is.", folder),
                     fmt::format("chmod o-w {}", folder));
  }
  if (checkup.machine.look_at(path)) judge_readers(checkup.machine, path, Content::secret, findings);
  if (findings.is_area_clean()) findings.ok(fmt::format("The database {} is out of others' reach.", path));
}

}  // namespace turnpike::server
