#pragma once

#include <cstdint>
#include <optional>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/burst_guess.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::net {

struct UdpSocketOptions {
  bool reuse_port = false;        ///< SO_REUSEPORT: one listener per worker on the same address
  bool report_errors = false;     ///< IP_RECVERR / IPV6_RECVERR: ICMP errors are queued for read_icmp_error()
  bool coalesce_receive = false;  ///< UDP_GRO where the kernel has it; silently off elsewhere
  int receive_buffer = 0;         ///< bytes for SO_RCVBUF (SO_RCVBUFFORCE where permitted), 0 = the system's default
  int send_buffer = 0;            ///< bytes for SO_SNDBUF, likewise
};

/// An ICMP error that the kernel tied to one of our datagrams.
struct IcmpError {
  Endpoint peer;          ///< where that datagram was going
  std::uint8_t type = 0;  ///< of ICMPv4 or ICMPv6, by the family of `peer`
  std::uint8_t code = 0;
  std::uint32_t mtu = 0;  ///< next-hop MTU for "fragmentation needed" and "packet too big", else 0
};

/// A bound, non-blocking, unconnected UDP socket. IPv6 sockets are IPV6_V6ONLY. Sends with DF clear unless asked
/// (RFC 8656 section 14, alternate behaviour: the incoming DF bit is taken as 0). Belongs to one thread at a time.
class UdpSocket {
 public:
  /// Port 0 takes any. Bound to an unspecified address the socket learns the local address of each datagram (pktinfo)
  /// and answers from it.
  static Result<UdpSocket> open(const Endpoint& local, const UdpSocketOptions& options) noexcept;
  /// A socket that somebody else has bound, made into what open() gives; `reuse_port` is the binder's business. Fails
  /// with "address family not supported" for what is no bound UDP socket or an IPv6 one that takes IPv4 as well.
  static Result<UdpSocket> adopt(FileDescriptor fd, const UdpSocketOptions& options) noexcept;

  [[nodiscard]] const Endpoint& local_endpoint() const noexcept { return local_; }
  [[nodiscard]] int native_handle() const noexcept { return fd_.get(); }
  [[nodiscard]] bool is_wildcard() const noexcept { return wildcard_; }
  [[nodiscard]] bool coalesces_receive() const noexcept { return coalesces_; }
  /// As UdpSocketOptions has them; 0 leaves that one as it is.
  void set_buffers(int receive, int send) noexcept;

  /// The oldest queued ICMP error with a usable origin (ICMPv4 types 3 and 11, ICMPv6 types 1 to 3), or nothing when
  /// the queue is empty. Skips others, at most 16 a call.
  [[nodiscard]] std::optional<IcmpError> read_icmp_error() noexcept;
  /// Datagrams that the kernel dropped because the receive buffer was full, since the socket was opened (SO_MEMINFO).
  [[nodiscard]] std::uint32_t kernel_drops() const noexcept;

  // State of the receive side, kept by ReceiveBatch.
  [[nodiscard]] BurstGuess& burst_guess() noexcept { return burst_guess_; }

  // State of the send side's offload, kept by SendBatch.
  [[nodiscard]] bool segmentation_works() const noexcept { return segment_limit_ != 0; }
  void disable_segmentation() noexcept { segment_limit_ = 0; }
  /// Largest payload that is worth trying as a segment, 0 when segmentation does not work at all.
  [[nodiscard]] std::uint32_t segment_limit() const noexcept { return segment_limit_; }
  /// Segments of `refused` bytes did not pass although the same datagrams pass singly: the next lower of three limits
  /// (none, a 1500-byte MTU, IPv6's least MTU of 1280 bytes, no segmentation).
  void lower_segment_limit(std::uint32_t refused) noexcept;
  /// Scratch of the SendBatch that holds datagrams for this socket: which of its groups is this socket's.
  [[nodiscard]] std::uint32_t send_group() const noexcept { return send_group_; }
  void set_send_group(std::uint32_t group) noexcept { send_group_ = group; }

 private:
  UdpSocket(FileDescriptor fd, const Endpoint& local) noexcept;
  static UdpSocket finish(FileDescriptor fd, const Endpoint& local, bool coalesce_receive) noexcept;

  FileDescriptor fd_;
  Endpoint local_;
  bool wildcard_ = false;
  bool coalesces_ = false;
  BurstGuess burst_guess_;
  std::uint32_t segment_limit_ = 0;
  std::uint32_t send_group_ = 0;
};

}  // namespace turnpike::net
