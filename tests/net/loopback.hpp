#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <string>
#include <vector>

#include "turnpike/net/receive_batch.hpp"
#include "turnpike/net/send_batch.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::net {

/// How long a test waits for what loopback delivers at once, before it gives up.
inline constexpr int kPatienceMs = 2000;

inline const Endpoint kLoopbackV4{IpAddress::v4(127, 0, 0, 1), 0};
inline const Endpoint kLoopbackV6{IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 0};

inline UdpSocket open_socket(const Endpoint& local = kLoopbackV4, const UdpSocketOptions& options = {}) {
  auto socket = UdpSocket::open(local, options);
  EXPECT_TRUE(socket.has_value()) << socket.error().message();
  return std::move(socket.value());
}

[[nodiscard]] inline bool wait_for(int fd, short events) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  return ::poll(&entry, 1, kPatienceMs) == 1 && (entry.revents & events) != 0;
}

/// A copy of what was received, so that batches can be recycled.
struct Arrived {
  std::vector<std::uint8_t> payload;
  Endpoint from;
  Endpoint to;
};

/// Reads until `count` datagrams are there or patience ends.
inline std::vector<Arrived> receive_datagrams(UdpSocket& socket, std::size_t count) {
  ReceiveBatch batch;
  std::vector<Arrived> arrived;
  while (arrived.size() < count && wait_for(socket.native_handle(), POLLIN)) {
    for (const ReceivedDatagram& datagram : batch.receive(socket).datagrams) {
      arrived.push_back({{datagram.payload.begin(), datagram.payload.end()}, datagram.from, datagram.to});
    }
    batch.recycle();
  }
  return arrived;
}

/// `size` bytes that differ with `seed`.
inline std::vector<std::uint8_t> make_payload(std::size_t size, std::size_t seed) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(seed * 31 + i);
  return bytes;
}

inline std::vector<std::vector<std::uint8_t>> make_payloads(const std::vector<std::size_t>& sizes) {
  std::vector<std::vector<std::uint8_t>> payloads;
  for (const std::size_t size : sizes) payloads.push_back(make_payload(size, payloads.size()));
  return payloads;
}

inline std::vector<std::vector<std::uint8_t>> payloads_of(const std::vector<Arrived>& arrived) {
  std::vector<std::vector<std::uint8_t>> payloads;
  for (const Arrived& datagram : arrived) payloads.push_back(datagram.payload);
  return payloads;
}

inline void send_all(SendBatch& batch, UdpSocket& from, const Endpoint& to,
                     const std::vector<std::vector<std::uint8_t>>& payloads) {
  for (const auto& payload : payloads) batch.add({.socket = &from, .to = to, .source = {}, .payload = payload});
  batch.flush();
}

inline std::uint64_t drops(const SendBatch& batch, DropReason reason) {
  return batch.counters().drops[static_cast<std::size_t>(reason)];
}

}  // namespace turnpike::net
