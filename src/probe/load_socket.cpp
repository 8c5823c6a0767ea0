#include "probe/load_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace turnpike::probe {
namespace {

constexpr int kReceiveBuffer = 4 << 20;  // what the generator itself drops must not look like the server's loss

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

sockaddr_in to_native(const Endpoint& endpoint) {
  sockaddr_in native{};
  native.sin_family = AF_INET;
  native.sin_port = htons(endpoint.port);
  std::memcpy(&native.sin_addr, endpoint.address.bytes().data(), sizeof native.sin_addr);
  return native;
}

const sockaddr* generic(const sockaddr_in& native) {
  return reinterpret_cast<const sockaddr*>(&native);  // NOLINT(*-reinterpret-cast): the socket API's own convention
}

}  // namespace

LoadSocket::LoadSocket(const IpAddress& local) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
  if (fd_ < 0) fail("socket");
  // The limit of net.core.rmem_max binds whoever is not root; then the kernel takes what it allows.
  if (::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  }
  const sockaddr_in address = to_native({local, 0});
  if (::bind(fd_, generic(address), sizeof address) != 0) fail("bind");
}

LoadSocket::LoadSocket(LoadSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LoadSocket::~LoadSocket() {
  if (fd_ >= 0) ::close(fd_);
}

void LoadSocket::connect(const Endpoint& remote) {
  const sockaddr_in address = to_native(remote);
  if (::connect(fd_, generic(address), sizeof address) != 0) fail("connect");
}

void LoadSocket::send(ByteSpan bytes) const {
  if (::send(fd_, bytes.data(), bytes.size(), 0) < 0 && errno != EAGAIN && errno != ECONNREFUSED) fail("send");
}

ByteSpan LoadSocket::receive(MutableByteSpan buffer, int milliseconds) const {
  pollfd waiting{fd_, POLLIN, 0};
  if (::poll(&waiting, 1, milliseconds) <= 0) return {};
  const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
  return size <= 0 ? ByteSpan{} : ByteSpan{buffer}.first(static_cast<std::size_t>(size));
}

Endpoint LoadSocket::local() const {
  sockaddr_in native{};
  socklen_t length = sizeof native;
  if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&native), &length) != 0) fail("getsockname");  // NOLINT
  return {IpAddress::v4(std::bit_cast<IpAddress::V4Bytes>(native.sin_addr)), ntohs(native.sin_port)};
}

}  // namespace turnpike::probe
