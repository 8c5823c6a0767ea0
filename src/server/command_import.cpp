#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "server/command_table.hpp"
#include "turnpike/coturn/import.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::server {
namespace {

constexpr mode_t kOwnerOnly = 0600;  // the secrets stand in it

std::error_code last_error() { return {errno, std::generic_category()}; }

/// Also when the file is there already and belongs to somebody else's eyes.
std::error_code write_private_file(const std::string& path, std::string_view text, bool may_replace) {
  const int how = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (may_replace ? O_TRUNC : O_EXCL);
  const net::FileDescriptor file(::open(path.c_str(), how, kOwnerOnly));
  if (!file || ::fchmod(file.get(), kOwnerOnly) != 0) return last_error();
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR) return last_error();
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

void report(const coturn::Import& import, const std::string& name, CommandWorld& world) {
  for (const coturn::Verdict& verdict : import.verdicts) world.err << coturn::format_verdict(verdict, name) << '\n';
  const std::size_t count = import.count_needing_you();
  world.err << (count == 0 ? std::string("nothing needs you\n")
                           : fmt::format("{} {} you: look for \"NEEDS YOU\" above\n", count,
                                         count == 1 ? "thing needs" : "things need"));
}

}  // namespace

ExitCode import_coturn(const std::string& path, const ImportTarget& target, CommandWorld& world) {
  const Result<std::string> text = world.environment.read_file(path);
  if (!text) {
    world.err << fmt::format("{}: cannot be read: {}\n", path, text.error().message());
    return ExitCode::failed;
  }
  const std::string name = std::filesystem::path(path).filename().string();
  const coturn::Import import = coturn::import_config(*text, name);
  if (target.path.empty()) {
    world.out << import.toml;
  } else if (const auto error = write_private_file(target.path, import.toml, target.may_replace)) {
    const bool is_there = error == std::errc::file_exists;
    world.err << fmt::format("{}: cannot be written: {}{}\n", target.path, error.message(),
                             is_there ? "; --force replaces it" : "");
    return ExitCode::failed;
  }
  report(import, name, world);
  return ExitCode::done;
}

}  // namespace turnpike::server
