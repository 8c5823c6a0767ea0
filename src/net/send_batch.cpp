#include "turnpike/net/send_batch.hpp"

#include "net/send_runs.hpp"
#include "net/transmitter.hpp"

namespace turnpike::net {

namespace {

/// The datagrams for one socket, chained in the order in which they were added.
struct SocketGroup {
  UdpSocket* socket = nullptr;
  SendIndex first = 0;
  SendIndex last = 0;
};

}  // namespace

struct SendBatch::Storage {
  void chain(UdpSocket& socket, SendIndex index) noexcept;
  void send(const SocketGroup& group) noexcept;

  std::array<OutgoingDatagram, kCapacity> datagrams{};
  std::array<SendIndex, kCapacity> next{};
  std::array<SocketGroup, kCapacity> groups{};
  std::size_t datagram_count = 0;
  std::size_t group_count = 0;
  SendRuns runs;
  Transmitter transmitter;
};

// [packet-path 8 begin] queue by socket
void SendBatch::Storage::chain(UdpSocket& socket, SendIndex index) noexcept {
  // The socket's note of its group may be from an earlier batch, so it counts only if the group knows the socket.
  const std::uint32_t noted = socket.send_group();
  if (noted < group_count && groups[noted].socket == &socket) {
    next[groups[noted].last] = index;
    groups[noted].last = index;
    return;
  }
  socket.set_send_group(static_cast<std::uint32_t>(group_count));
  groups[group_count++] = {.socket = &socket, .first = index, .last = index};
}

void SendBatch::Storage::send(const SocketGroup& group) noexcept {
  if (group.first == group.last) return transmitter.send_one(*group.socket, datagrams[group.first]);
  runs.start(group.socket->segment_limit());
  for (SendIndex index = group.first;; index = next[index]) {
    runs.add(index, datagrams[index], datagrams);
    if (index == group.last) break;
  }
  transmitter.send_runs(*group.socket, runs, datagrams);
}
// [packet-path 8 end]

SendBatch::SendBatch() : storage_(std::make_unique<Storage>()) {}

SendBatch::~SendBatch() = default;

// [packet-path 8 begin] queue, and flush at the end of the batch
void SendBatch::add(const OutgoingDatagram& datagram) noexcept {
  Storage& storage = *storage_;
  if (storage.datagram_count == kCapacity) flush();
  const auto index = static_cast<SendIndex>(storage.datagram_count++);
  storage.datagrams[index] = datagram;
  storage.chain(*datagram.socket, index);
}

void SendBatch::flush() noexcept {
  Storage& storage = *storage_;
  for (std::size_t i = 0; i < storage.group_count; ++i) storage.send(storage.groups[i]);
  storage.group_count = 0;
  storage.datagram_count = 0;
}
// [packet-path 8 end]

bool SendBatch::empty() const noexcept { return storage_->datagram_count == 0; }

const SendBatch::Counters& SendBatch::counters() const noexcept { return storage_->transmitter.counters(); }

}  // namespace turnpike::net
