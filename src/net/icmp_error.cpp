#include <ctime>  // linux/errqueue.h uses timespec without declaring it

#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "net/control_message.hpp"
#include "net/socket_address.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::net {

namespace {

constexpr int kMaxErrorReads = 16;

[[nodiscard]] bool is_icmpv4(const sock_extended_err& error) noexcept {
  return error.ee_origin == SO_EE_ORIGIN_ICMP &&
         (error.ee_type == ICMP_DEST_UNREACH || error.ee_type == ICMP_TIME_EXCEEDED);
}

[[nodiscard]] bool is_icmpv6(const sock_extended_err& error) noexcept {
  return error.ee_origin == SO_EE_ORIGIN_ICMP6 && error.ee_type >= ICMP6_DST_UNREACH &&
         error.ee_type <= ICMP6_TIME_EXCEEDED;
}

[[nodiscard]] bool carries_mtu(const sock_extended_err& error) noexcept {
  return error.ee_origin == SO_EE_ORIGIN_ICMP ? error.ee_type == ICMP_DEST_UNREACH && error.ee_code == ICMP_FRAG_NEEDED
                                              : error.ee_type == ICMP6_PACKET_TOO_BIG;
}

[[nodiscard]] std::optional<IcmpError> find_icmp_error(msghdr& header, const SocketAddress& peer) noexcept {
  std::optional<IcmpError> found;
  for_each_control_message(header, [&](int level, int type, const void* bytes) noexcept {
    if ((level != IPPROTO_IP || type != IP_RECVERR) && (level != IPPROTO_IPV6 || type != IPV6_RECVERR)) return;
    const auto error = load_control<sock_extended_err>(bytes);
    if (!is_icmpv4(error) && !is_icmpv6(error)) return;
    found = IcmpError{.peer = to_endpoint(peer),
                      .type = error.ee_type,
                      .code = error.ee_code,
                      .mtu = carries_mtu(error) ? error.ee_info : 0};
  });
  return found;
}

}  // namespace

std::optional<IcmpError> UdpSocket::read_icmp_error() noexcept {
  for (int reads = 0; reads < kMaxErrorReads; ++reads) {
    SocketAddress peer;
    // The error, the address of the router that sent it, and whatever else the socket is told.
    alignas(cmsghdr) std::array<std::byte, 256> control;
    msghdr header{};
    header.msg_name = &peer;
    header.msg_namelen = sizeof(peer);
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    // Without an iovec: the quoted datagram is of no interest.
    if (::recvmsg(fd_.get(), &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
      if (errno == EINTR) continue;
      return std::nullopt;
    }
    if (header.msg_namelen < sizeof(sockaddr_in)) continue;
    if (const std::optional<IcmpError> error = find_icmp_error(header, peer)) return error;
  }
  return std::nullopt;
}

}  // namespace turnpike::net
