#include "turnpike/net/receive_batch.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "net/anonymous_memory.hpp"
#include "net/control_message.hpp"
#include "net/socket_address.hpp"

namespace turnpike::net {

namespace {

constexpr std::size_t kMaxPayload = 65535;
// A whole number of cache lines, and an odd one: the payloads of neighbouring slots start in different sets of the
// cache, which a stride of 64 KiB would put all into one.
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kSlotStride = 1043 * kCacheLine;
static_assert(kSlotStride >= kHeadRoom + kMaxPayload && (kSlotStride / kCacheLine) % 2 == 1);

// The kernel coalesces at most 64 received datagrams, but hands a segmented send over loopback through as it is: 128.
constexpr std::size_t kMaxSegments = 128;
// How often in a row a queued ICMP error or a signal may come between us and the datagrams.
constexpr int kMaxInterruptions = 4;

}  // namespace

struct ReceiveBatch::Storage {
  Storage();

  [[nodiscard]] std::size_t read(int fd, std::size_t limit) noexcept;
  [[nodiscard]] std::size_t read_one(int fd) noexcept;
  void deliver(std::size_t slot, const UdpSocket& socket, Received& received) noexcept;
  void rearm(std::size_t slot) noexcept;

  AnonymousMemory memory{kSlots * kSlotStride};
  std::array<mmsghdr, kSlots> messages{};
  std::array<iovec, kSlots> iovecs{};
  std::array<SocketAddress, kSlots> names{};
  std::array<ControlBuffer, kSlots> controls{};
  std::vector<ReceivedDatagram> datagrams = std::vector<ReceivedDatagram>(kSlots * kMaxSegments);
  std::size_t used_slots = 0;
  std::size_t used_datagrams = 0;
};

ReceiveBatch::Storage::Storage() {
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    iovecs[slot] = {.iov_base = memory.bytes().data() + slot * kSlotStride + kHeadRoom, .iov_len = kMaxPayload};
    msghdr& header = messages[slot].msg_hdr;
    header.msg_name = &names[slot];
    header.msg_iov = &iovecs[slot];
    header.msg_iovlen = 1;
    header.msg_control = controls[slot].bytes.data();
    rearm(slot);
  }
}

/// The kernel overwrites just these two lengths.
void ReceiveBatch::Storage::rearm(std::size_t slot) noexcept {
  messages[slot].msg_hdr.msg_namelen = sizeof(SocketAddress);
  messages[slot].msg_hdr.msg_controllen = sizeof(ControlBuffer);
}

// [packet-path 1 begin] read what is there
/// Fills free slots, at most `limit`, and says how many.
std::size_t ReceiveBatch::Storage::read(int fd, std::size_t limit) noexcept {
  for (int interruptions = 0; interruptions < kMaxInterruptions; ++interruptions) {
    const int count = ::recvmmsg(fd, &messages[used_slots], static_cast<unsigned>(limit), MSG_DONTWAIT, nullptr);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) break;
  }
  return 0;
}
// [packet-path 1 end]

std::size_t ReceiveBatch::Storage::read_one(int fd) noexcept {
  mmsghdr& message = messages[used_slots];
  for (int interruptions = 0; interruptions < kMaxInterruptions; ++interruptions) {
    const ssize_t size = ::recvmsg(fd, &message.msg_hdr, MSG_DONTWAIT);
    if (size >= 0) {
      message.msg_len = static_cast<unsigned>(size);
      return 1;
    }
    if (errno == EAGAIN) break;
  }
  return 0;
}

namespace {

/// What the kernel tells beside a datagram.
struct Ancillary {
  IpAddress local;
  std::size_t segment_size;
};

void read_ancillary(msghdr& header, Ancillary& out) noexcept {
  for_each_control_message(header, [&](int level, int type, const void* bytes) noexcept {
    if (level == SOL_UDP && type == UDP_GRO) {
      const int size = load_control<int>(bytes);
      if (size > 0) out.segment_size = static_cast<std::size_t>(size);
    } else if (level == IPPROTO_IP && type == IP_PKTINFO) {
      // Not ipi_addr: that may be a broadcast address, which nobody can answer from.
      out.local = to_ip_address(load_control<in_pktinfo>(bytes).ipi_spec_dst);
    } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO) {
      out.local = to_ip_address(load_control<in6_pktinfo>(bytes).ipi6_addr);
    }
  });
}

}  // namespace

// [packet-path 1 begin] a slot becomes datagrams
void ReceiveBatch::Storage::deliver(std::size_t slot, const UdpSocket& socket, Received& received) noexcept {
  msghdr& header = messages[slot].msg_hdr;
  const std::size_t size = messages[slot].msg_len;
  if ((header.msg_flags & MSG_TRUNC) != 0) {
    ++received.truncated;
    return;
  }
  Ancillary ancillary{.local = socket.local_endpoint().address, .segment_size = size};
  if (socket.is_wildcard() || socket.coalesces_receive()) read_ancillary(header, ancillary);

  const Endpoint from = to_endpoint(names[slot]);
  const Endpoint to{ancillary.local, socket.local_endpoint().port};
  auto* bytes = static_cast<std::uint8_t*>(iovecs[slot].iov_base);
  std::size_t offset = 0;
  while (used_datagrams < datagrams.size()) {  // a turn also for a datagram without payload
    const std::size_t length = std::min(ancillary.segment_size, size - offset);
    datagrams[used_datagrams++] = {.payload = {bytes + offset, length}, .from = from, .to = to};
    offset += length;
    if (offset >= size) break;
  }
}
// [packet-path 1 end]

ReceiveBatch::ReceiveBatch() : storage_(std::make_unique<Storage>()) {}

ReceiveBatch::~ReceiveBatch() = default;

// [packet-path 1 begin] read a socket into the batch
ReceiveBatch::Received ReceiveBatch::receive(UdpSocket& socket) noexcept {
  Storage& storage = *storage_;
  // Room for the worst case of each slot, so that no segment is ever left behind.
  const std::size_t room = (storage.datagrams.size() - storage.used_datagrams) / kMaxSegments;
  const std::size_t limit = std::min(free_slots(), room);
  if (limit == 0) return {.datagrams = {}, .drained = false};

  BurstGuess& guess = socket.burst_guess();
  const bool single = guess.expects_one();
  const std::size_t count =
      single ? storage.read_one(socket.native_handle()) : storage.read(socket.native_handle(), limit);
  guess.on_read(count);
  const std::size_t first = storage.used_datagrams;
  Received received{.datagrams = {}, .drained = count < (single ? 1 : limit)};
  for (std::size_t i = 0; i < count; ++i) storage.deliver(storage.used_slots++, socket, received);
  received.datagrams = std::span(storage.datagrams).subspan(first, storage.used_datagrams - first);
  return received;
}
// [packet-path 1 end]

std::size_t ReceiveBatch::free_slots() const noexcept { return kSlots - storage_->used_slots; }

void ReceiveBatch::recycle() noexcept {
  for (std::size_t slot = 0; slot < storage_->used_slots; ++slot) storage_->rearm(slot);
  storage_->used_slots = 0;
  storage_->used_datagrams = 0;
}

}  // namespace turnpike::net
