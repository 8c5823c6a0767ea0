#include "turnpike/control/admin_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

namespace turnpike::control {
namespace {

using LocalStream = boost::asio::local::stream_protocol;

constexpr mode_t kMode = 0660;
constexpr int kBacklog = 64;
constexpr int kMaxAccepts = 16;  // in one go, then others have their turn
constexpr auto kPause = std::chrono::milliseconds{100};

error_code last_error() noexcept { return {errno, boost::system::system_category()}; }

/// A file by what it is, whatever its name is by now.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) noexcept = default;
};

std::optional<FileIdentity> identify_socket(const std::string& path) noexcept {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return std::nullopt;
  return FileIdentity{found.st_dev, found.st_ino};
}

int bind_to(const net::FileDescriptor& socket, const sockaddr_un& address) noexcept {
  // sockaddr_un is made to be passed as sockaddr.
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                sizeof(address));  // NOLINT(*-reinterpret-cast)
}

bool is_listened_on(const sockaddr_un& address) noexcept {
  const net::FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);  // NOLINT(*-reinterpret-cast)
  return ::connect(probe.get(), generic, sizeof(address)) == 0 || errno != ECONNREFUSED;
}

Result<net::FileDescriptor> listen_on(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty()) return error_code(boost::system::errc::make_error_code(boost::system::errc::invalid_argument));
  if (path.size() >= sizeof(address.sun_path)) {
    return error_code(boost::system::errc::make_error_code(boost::system::errc::filename_too_long));
  }
  std::memcpy(&address.sun_path, path.data(), path.size());

  net::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return last_error();
  // The file gets the socket's mode without the umask's bits: at no moment may others connect.
  if (::fchmod(socket.get(), kMode) != 0) return last_error();
  if (bind_to(socket, address) != 0) {
    const error_code taken = last_error();
    if (errno != EADDRINUSE || !identify_socket(path) || is_listened_on(address)) return taken;
    if (::unlink(path.c_str()) != 0 || bind_to(socket, address) != 0) return last_error();
  }
  if (::chmod(path.c_str(), kMode) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    const error_code error = last_error();
    ::unlink(path.c_str());
    return error;
  }
  return socket;
}

bool may_administer(const net::FileDescriptor& socket) noexcept {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return false;
  return peer.uid == 0 || peer.uid == ::geteuid();
}

}  // namespace

struct AdminSocket::State : std::enable_shared_from_this<AdminSocket::State> {
  State(boost::asio::io_context& loop, std::string its_path, Serve its_serve)
      : acceptor(loop), pause(loop), path(std::move(its_path)), serve(std::move(its_serve)) {}

  void wait() {
    acceptor.async_wait(LocalStream::acceptor::wait_read, [self = shared_from_this()](error_code error) {
      if (!error && self->acceptor.is_open()) self->accept();
    });
  }

  void accept() {
    for (int i = 0; i < kMaxAccepts; ++i) {
      net::FileDescriptor socket(::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) return wait_a_while();
      if (!socket) break;
      if (!may_administer(socket)) continue;
      HttpStream stream;
      stream.socket = std::move(socket);
      stream.is_local_admin = true;
      serve(std::move(stream));
      if (!acceptor.is_open()) return;
    }
    wait();
  }

  // Out of descriptors: the connection stays in the queue, and the loop must not spin on it.
  void wait_a_while() {
    pause.expires_after(kPause);
    pause.async_wait([self = shared_from_this()](error_code error) {
      if (!error && self->acceptor.is_open()) self->wait();
    });
  }

  void close() noexcept {
    if (file && identify_socket(path) == file) ::unlink(path.c_str());
    error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
  }

  LocalStream::acceptor acceptor;
  boost::asio::steady_timer pause;
  std::string path;
  std::optional<FileIdentity> file;  // ours; another server may have put its own in its place since
  Serve serve;
};

Result<std::unique_ptr<AdminSocket>> AdminSocket::open(boost::asio::io_context& loop, const std::string& path,
                                                       Serve serve) {
  auto listening = listen_on(path);
  if (!listening) return listening.error();
  auto state = std::make_shared<State>(loop, path, std::move(serve));
  state->file = identify_socket(path);
  error_code error;
  state->acceptor.assign(LocalStream(), listening->get(), error);
  if (error) {
    state->close();
    return error;
  }
  static_cast<void>(listening->release());
  state->wait();
  return std::unique_ptr<AdminSocket>(
      new AdminSocket(std::move(state)));  // NOLINT(*-owning-memory): the constructor is private
}

AdminSocket::AdminSocket(std::shared_ptr<State> state) : state_(std::move(state)) {}

AdminSocket::~AdminSocket() { state_->close(); }

}  // namespace turnpike::control
