#include "server/doctor_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>

#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kProgramPatience{5};
constexpr std::size_t kMostOutput = std::size_t{8} << 20U;
constexpr std::array<std::string_view, 4> kFolders{"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"};

error_code system_error(int number) { return {number, boost::system::system_category()}; }

std::string find_program(const std::string& name) {
  for (const std::string_view folder : kFolders) {
    std::string path = std::string(folder) + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

struct FileActions {
  posix_spawn_file_actions_t actions{};
  FileActions() { posix_spawn_file_actions_init(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
};

/// 0, or why it did not start.
int start(const std::string& path, const std::vector<std::string>& words, int output, pid_t& pid) {
  FileActions files;
  posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files.actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files.actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  arguments.reserve(copies.size() + 1);
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string language = "LC_ALL=C";
  std::string folders = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 3> variables{language.data(), folders.data(), nullptr};
  return ::posix_spawn(&pid, path.c_str(), &files.actions, nullptr, arguments.data(), variables.data());
}

/// False when the time was up first.
bool read_to_end(int input, std::string& text) {
  const auto end = Clock::now() + kProgramPatience;
  std::array<char, 16384> chunk{};
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{.fd = input, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    const ssize_t count = ::read(input, chunk.data(), chunk.size());
    if (count <= 0) return count == 0;
    if (text.size() < kMostOutput) text.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<ProgramOutput> run_program(const std::vector<std::string>& words) {
  const std::string path = words.empty() ? std::string{} : find_program(words.front());
  if (path.empty()) return system_error(ENOENT);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno);
  const net::FileDescriptor input(ends[0]);
  pid_t pid = 0;
  {
    const net::FileDescriptor output(ends[1]);
    if (const int error = start(path, words, output.get(), pid); error != 0) return system_error(error);
  }
  ProgramOutput outcome;
  const bool has_ended = read_to_end(input.get(), outcome.text);
  if (!has_ended) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!has_ended) return system_error(ETIMEDOUT);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  return outcome;
}

}  // namespace turnpike::server
