#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "net/socket_address.hpp"

namespace turnpike::net {

/// Room for everything that travels beside a datagram: the local address and a segment size, in either direction.
struct ControlBuffer {
  alignas(cmsghdr) std::array<std::byte, 96> bytes;
};

/// Appends control messages to a ControlBuffer, which is large enough for one of each kind.
class ControlWriter {
 public:
  explicit ControlWriter(ControlBuffer& buffer) noexcept : buffer_(&buffer) {}

  void add_segment_size(std::uint16_t size) noexcept { append(SOL_UDP, UDP_SEGMENT, size); }

  /// Send from this local address.
  void add_source(const IpAddress& source) noexcept {
    if (source.is_v4()) {
      append(IPPROTO_IP, IP_PKTINFO, in_pktinfo{.ipi_ifindex = 0, .ipi_spec_dst = to_in_addr(source), .ipi_addr = {}});
    } else {
      append(IPPROTO_IPV6, IPV6_PKTINFO, in6_pktinfo{.ipi6_addr = to_in6_addr(source), .ipi6_ifindex = 0});
    }
  }

  /// Sets the control part of a message header.
  void attach_to(msghdr& header) const noexcept {
    header.msg_control = size_ != 0 ? buffer_->bytes.data() : nullptr;
    header.msg_controllen = size_;
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  template <typename T>
  void append(int level, int type, const T& value) noexcept {
    // CMSG_SPACE bytes are zeroed so that no padding of ours is uninitialised.
    std::memset(buffer_->bytes.data() + size_, 0, CMSG_SPACE(sizeof(T)));
    const cmsghdr header{.cmsg_len = CMSG_LEN(sizeof(T)), .cmsg_level = level, .cmsg_type = type};
    std::memcpy(buffer_->bytes.data() + size_, &header, sizeof(header));
    std::memcpy(buffer_->bytes.data() + size_ + CMSG_LEN(0), &value, sizeof(T));
    size_ += CMSG_SPACE(sizeof(T));
  }

  ControlBuffer* buffer_;
  std::size_t size_ = 0;
};

/// Calls visit(level, type, data) for each control message that came with a datagram.
template <typename Visitor>
void for_each_control_message(msghdr& header, Visitor&& visit) noexcept {
  for (cmsghdr* message = CMSG_FIRSTHDR(&header); message != nullptr; message = CMSG_NXTHDR(&header, message)) {
    visit(message->cmsg_level, message->cmsg_type, static_cast<const void*>(CMSG_DATA(message)));
  }
}

template <typename T>
[[nodiscard]] T load_control(const void* bytes) noexcept {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

}  // namespace turnpike::net
