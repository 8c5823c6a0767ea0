#include "turnpike/net/udp_socket.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "net/adopted_socket.hpp"
#include "net/last_error.hpp"
#include "net/socket_address.hpp"
#include "net/socket_option.hpp"

namespace turnpike::net {

namespace {

// IP and UDP headers, RFC 791 without options, RFC 8200, RFC 768.
constexpr std::uint32_t kHeaderBytesV4 = 20 + 8;
constexpr std::uint32_t kHeaderBytesV6 = 40 + 8;
constexpr std::uint32_t kEthernetMtu = 1500;
constexpr std::uint32_t kLeastMtuV6 = 1280;  // RFC 8200 section 5
constexpr std::uint32_t kNoSegmentLimit = std::numeric_limits<std::uint16_t>::max();

/// The forced variants pass the system's ceiling but want CAP_NET_ADMIN. Getting less than asked for is no error.
void set_buffer(int fd, int forced_name, int name, int bytes) noexcept {
  if (bytes <= 0 || set_option(fd, SOL_SOCKET, forced_name, bytes)) return;
  try_option(fd, SOL_SOCKET, name, bytes);
}

void set_buffers_of(int fd, int receive, int send) noexcept {
  set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, receive);
  set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, send);
}

[[nodiscard]] bool set_ipv4_options(int fd, bool wildcard, bool report_errors) noexcept {
  // DF clear, and ICMP "fragmentation needed" does not lower what we send (RFC 8656 section 14).
  return set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT) &&
         (!wildcard || set_option(fd, IPPROTO_IP, IP_PKTINFO, 1)) &&
         (!report_errors || set_option(fd, IPPROTO_IP, IP_RECVERR, 1));
}

[[nodiscard]] bool set_ipv6_options(int fd, bool wildcard, bool report_errors) noexcept {
  return set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT) &&
         (!wildcard || set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)) &&
         (!report_errors || set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1));
}

[[nodiscard]] bool set_options(int fd, const Endpoint& local, const UdpSocketOptions& options) noexcept {
  const bool wildcard = local.address.is_unspecified();
  const bool family_options = local.address.is_v4() ? set_ipv4_options(fd, wildcard, options.report_errors)
                                                    : set_ipv6_options(fd, wildcard, options.report_errors);
  // Never SO_REUSEADDR: on UDP it would let two sockets share one relay port.
  if (!family_options) return false;
  set_buffers_of(fd, options.receive_buffer, options.send_buffer);
  return true;
}

/// Kernels before 4.18 ignore the control message and would send a whole run as one datagram, so they are asked first.
[[nodiscard]] bool kernel_segments(int fd) noexcept {
  int size = 0;
  socklen_t length = sizeof(size);
  return ::getsockopt(fd, SOL_UDP, UDP_SEGMENT, &size, &length) == 0;
}

}  // namespace

UdpSocket::UdpSocket(FileDescriptor fd, const Endpoint& local) noexcept
    : fd_(std::move(fd)), local_(local), wildcard_(local.address.is_unspecified()) {}

Result<UdpSocket> UdpSocket::open(const Endpoint& local, const UdpSocketOptions& options) noexcept {
  const int family = local.address.is_v4() ? AF_INET : AF_INET6;
  FileDescriptor fd(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!fd || (family == AF_INET6 && !set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1))) return last_error();
  if (options.reuse_port && !set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1)) return last_error();
  if (!set_options(fd.get(), local, options)) return last_error();

  SocketAddress address;
  socklen_t length = write_socket_address(local, address);
  if (::bind(fd.get(), &address.generic, length) != 0) return last_error();
  if (::getsockname(fd.get(), &address.generic, &length) != 0) return last_error();

  return finish(std::move(fd), to_endpoint(address), options.coalesce_receive);
}

Result<UdpSocket> UdpSocket::adopt(FileDescriptor fd, const UdpSocketOptions& options) noexcept {
  const auto local = prepare_adopted(fd.get(), BoundSocket::Kind::datagram);
  if (!local) return local.error();
  if (!set_options(fd.get(), *local, options)) return last_error();
  return finish(std::move(fd), *local, options.coalesce_receive);
}

UdpSocket UdpSocket::finish(FileDescriptor fd, const Endpoint& local, bool coalesce_receive) noexcept {
  const bool coalesces = coalesce_receive && set_option(fd.get(), SOL_UDP, UDP_GRO, 1);
  const bool segments = kernel_segments(fd.get());
  UdpSocket socket(std::move(fd), local);
  socket.coalesces_ = coalesces;
  socket.segment_limit_ = segments ? kNoSegmentLimit : 0;
  return socket;
}

void UdpSocket::set_buffers(int receive, int send) noexcept { set_buffers_of(fd_.get(), receive, send); }

void UdpSocket::lower_segment_limit(std::uint32_t refused) noexcept {
  const std::uint32_t headers = local_.address.is_v4() ? kHeaderBytesV4 : kHeaderBytesV6;
  for (const std::uint32_t mtu : {kEthernetMtu, kLeastMtuV6}) {
    if (refused > mtu - headers) {
      segment_limit_ = std::min(segment_limit_, mtu - headers);
      return;
    }
  }
  segment_limit_ = 0;
}

std::uint32_t UdpSocket::kernel_drops() const noexcept {
  std::array<std::uint32_t, SK_MEMINFO_VARS> counters{};
  socklen_t length = sizeof(counters);
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_MEMINFO, counters.data(), &length) != 0) return 0;
  return counters[SK_MEMINFO_DROPS];
}

}  // namespace turnpike::net
