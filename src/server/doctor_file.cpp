#include "server/doctor_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace turnpike::server {
namespace {

namespace errc = boost::system::errc;

/// Where systemd puts them.
constexpr const char* kUnitCredentials = "/run/credentials/turnpike.service";

/// Notes what may not be read.
ConfigEnvironment noting_environment(const ConfigEnvironment& real, std::vector<std::string>& unreadable) {
  ConfigEnvironment environment = real;
  environment.read_file = [read_file = real.read_file, &unreadable](const std::string& path) {
    Result<std::string> text = read_file(path);
    const bool is_credential = path.starts_with(kUnitCredentials);
    if (!text && (is_credential || text.error() == errc::permission_denied)) unreadable.push_back(path);
    return text;
  };
  return environment;
}

bool is_about(const ConfigProblem& mistake, const std::vector<std::string>& unreadable) {
  return std::ranges::any_of(unreadable, [&](const std::string& path) {
    return mistake.message.find("cannot read " + path + ":") != std::string::npos;
  });
}

void report(const LoadedConfig& loaded, const std::vector<std::string>& unreadable, Findings& findings) {
  for (const ConfigProblem& mistake : loaded.report.mistakes) {
    const std::string text = format_problem(loaded.file_name, mistake) + ".";
    if (is_about(mistake, unreadable)) {
      findings.note(text, "run this as root, credentials also need the service to be running");
    } else {
      findings.problem(text, "correct this line; nothing starts with it");
    }
  }
  for (const ConfigProblem& warning : loaded.report.warnings) {
    // The values of secrets are judged more closely further on.
    if (warning.message.starts_with("auth.secrets: ")) continue;
    findings.warning(format_problem(loaded.file_name, warning) + ".", "docs/configuration.md explains the key");
  }
}

}  // namespace

ConfigEnvironment with_service_credentials(ConfigEnvironment environment) {
  environment.variable = [variable = std::move(environment.variable)](const std::string& name) {
    auto value = variable(name);
    if (!value && name == "CREDENTIALS_DIRECTORY") value = kUnitCredentials;
    return value;
  };
  return environment;
}

std::optional<ExaminedFile> examine_file(const std::string& path, CommandWorld& world, const Machine& machine,
                                         Findings& findings) {
  findings.begin("configuration");
  if (path.empty()) {
    findings.note("There is no configuration file: what follows is about the defaults, with which nobody can allocate.",
                  "name the file: turnpike doctor -c FILE");
    return ExaminedFile{};
  }
  const Result<std::string> text = world.environment.read_file(path);
  if (!text) {
    findings.problem(fmt::format("{} cannot be read: {}.", path, text.error().message()),
                     machine.user == 0 ? "name the file: turnpike doctor -c FILE" : "run this as root");
    return std::nullopt;
  }
  std::vector<std::string> unreadable;
  const ConfigEnvironment environment = noting_environment(world.environment, unreadable);
  ExaminedFile file{load_config(*text, path, environment), {}};
  report(file.loaded, unreadable, findings);
  const auto is_forgiven = [&](const ConfigProblem& mistake) { return is_about(mistake, unreadable); };
  if (!std::ranges::all_of(file.loaded.report.mistakes, is_forgiven)) {
    findings.note("With mistakes in the file, nothing else was looked at.");
    return std::nullopt;
  }
  if (auto root = parse_toml(*text)) file.root = std::move(*root);
  if (findings.is_area_clean()) findings.ok(fmt::format("{} has no mistakes.", path));
  return file;
}

}  // namespace turnpike::server
