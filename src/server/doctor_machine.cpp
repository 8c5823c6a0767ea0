#include "server/doctor_machine.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>

#include "server/config_environment.hpp"
#include "server/doctor_program.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/probe/binding_probe.hpp"

namespace turnpike::server {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kStunPatience{3};

Result<FileFacts> look_at_file(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return error_code(errno, boost::system::system_category());
  const bool has_list = ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
  return FileFacts{S_ISDIR(found.st_mode), found.st_mode & 07777U, found.st_uid, found.st_gid, has_list};
}

template <typename Protocol>
error_code bind_once(const Endpoint& endpoint, bool reuse) {
  asio::io_context context(1);
  typename Protocol::socket socket(context);
  const bool v4 = endpoint.address.is_v4();
  error_code error;
  const auto address = asio::ip::make_address(endpoint.address.to_string(), error);
  if (error) return error;
  socket.open(v4 ? Protocol::v4() : Protocol::v6(), error);
  if (!error && !v4) socket.set_option(asio::ip::v6_only(true), error);
  // Else connections of a server that has just ended would look like one that is there.
  if (!error && reuse) socket.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) socket.bind({address, endpoint.port}, error);
  return error;
}

error_code try_bind(bool is_datagram, const Endpoint& endpoint) {
  return is_datagram ? bind_once<asio::ip::udp>(endpoint, false) : bind_once<asio::ip::tcp>(endpoint, true);
}

Result<IpAddress> ask_stun(const Endpoint& server, const IpAddress& local) {
  asio::io_context context(1);
  SystemRandom random;
  Result<IpAddress> answer = error_code(ETIMEDOUT, boost::system::system_category());
  probe::BindingProbe probe(context, random);
  probe.async_bind({.server = server, .local = Endpoint{local, 0}, .timeout = kStunPatience},
                   [&answer](const Result<Endpoint>& mapped) {
                     answer = mapped ? Result<IpAddress>(mapped->address) : Result<IpAddress>(mapped.error());
                   });
  context.run_for(kStunPatience + std::chrono::seconds{1});
  return answer;
}

std::optional<bool> is_clock_kept() {
  timex clock{};
  if (::adjtimex(&clock) < 0) return std::nullopt;
  return (static_cast<unsigned>(clock.status) & static_cast<unsigned>(STA_UNSYNC)) == 0;
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

std::vector<int> find_processes(std::string_view name) {
  std::vector<int> found;
  std::error_code ignored;
  for (std::filesystem::directory_iterator it("/proc", ignored), end; !ignored && it != end; it.increment(ignored)) {
    const std::string folder = it->path().filename().string();
    int pid = 0;
    const auto [rest, error] = std::from_chars(folder.data(), folder.data() + folder.size(), pid);
    if (error != std::errc{} || rest != folder.data() + folder.size() || pid == ::getpid()) continue;
    const Result<std::string> comm = read_text_file(it->path() / "comm");
    if (comm && comm->substr(0, comm->find('\n')) == name) found.push_back(pid);
  }
  return found;
}

}  // namespace

Machine real_machine() {
  return {.read_file = read_text_file,
          .look_at = look_at_file,
          .run = run_program,
          .try_bind = try_bind,
          .ask_stun = ask_stun,
          .is_clock_kept = is_clock_kept,
          .descriptor_limit = descriptor_limit,
          .find_processes = find_processes,
          .user = ::geteuid()};
}

}  // namespace turnpike::server
