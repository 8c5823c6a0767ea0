#include "turnpike/net/tcp_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/last_error.hpp"
#include "net/socket_address.hpp"
#include "net/socket_option.hpp"

namespace turnpike::net {
namespace {

constexpr int kUnsentBytes = 128 * 1024;
constexpr int kProbeAfterSeconds = 45;
constexpr int kProbeIntervalSeconds = 15;
constexpr int kProbes = 4;
constexpr int kUserTimeoutMilliseconds = 120'000;
constexpr std::size_t kMaxPieces = 16;

void set_stream_options(int fd) noexcept {
  try_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  try_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentBytes);
  try_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  try_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterSeconds);
  try_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kProbeIntervalSeconds);
  try_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  try_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMilliseconds);
}

}  // namespace

TcpSocket::TcpSocket(FileDescriptor fd, const Endpoint& local, const Endpoint& remote) noexcept
    : fd_(std::move(fd)), local_(local), remote_(remote) {
  set_stream_options(fd_.get());
}

Result<TcpSocket> TcpSocket::connect(const Endpoint& local, const Endpoint& remote) noexcept {
  const int family = local.address.is_v4() ? AF_INET : AF_INET6;
  FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return last_error();
  // Both, or the kernel refuses a port that is listened on, or that an earlier connection left in TIME_WAIT.
  try_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  try_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  SocketAddress address;
  socklen_t length = write_socket_address(local, address);
  if (::bind(fd.get(), &address.generic, length) != 0) return last_error();
  length = write_socket_address(remote, address);
  if (::connect(fd.get(), &address.generic, length) != 0 && errno != EINPROGRESS) return last_error();
  return TcpSocket(std::move(fd), local, remote);
}

std::optional<error_code> TcpSocket::finish_connect() noexcept {
  int error = 0;
  socklen_t length = sizeof(error);
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) return last_error();
  if (error != 0) return error_code(error, boost::system::system_category());
  SocketAddress address;
  length = sizeof(address);
  if (::getpeername(fd_.get(), &address.generic, &length) == 0) return error_code{};
  if (errno == ENOTCONN) return std::nullopt;
  return last_error();
}

Result<std::size_t> TcpSocket::read(MutableByteSpan out) noexcept {
  const ssize_t count = ::recv(fd_.get(), out.data(), out.size(), 0);
  if (count < 0) return last_error();
  return static_cast<std::size_t>(count);
}

Result<std::size_t> TcpSocket::write(std::span<const ByteSpan> pieces) noexcept {
  std::array<iovec, kMaxPieces> vectors;
  const std::size_t count = std::min(pieces.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    // The kernel reads only; iovec serves both directions.
    vectors[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};  // NOLINT(*-const-cast)
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  const ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  const error_code error = last_error();
  if (is_would_block(error)) return std::size_t{0};
  return error;
}

void TcpSocket::shut_down_writing() noexcept { static_cast<void>(::shutdown(fd_.get(), SHUT_WR)); }

void TcpSocket::abort_on_close() noexcept {
  const linger now{.l_onoff = 1, .l_linger = 0};
  static_cast<void>(::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
}

bool is_exhausted(const error_code& error) noexcept {
  namespace errc = boost::system::errc;
  return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
         error == errc::not_enough_memory || error == errc::no_buffer_space;
}

bool is_would_block(const error_code& error) noexcept {
  return error == boost::system::errc::operation_would_block ||
         error == boost::system::errc::resource_unavailable_try_again || error == boost::system::errc::interrupted;
}

}  // namespace turnpike::net
