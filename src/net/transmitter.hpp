#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <span>

#include "net/control_message.hpp"
#include "net/send_runs.hpp"
#include "turnpike/net/send_batch.hpp"

namespace turnpike::net {

/// Sends runs of one socket after the other in as few system calls as possible, and counts what became of them. The
/// headers that sendmmsg wants are laid out once and reused.
class Transmitter {
 public:
  Transmitter() noexcept;
  Transmitter(const Transmitter&) = delete;
  Transmitter& operator=(const Transmitter&) = delete;
  ~Transmitter() = default;

  void send_one(UdpSocket& socket, const OutgoingDatagram& datagram) noexcept;
  void send_runs(UdpSocket& socket, const SendRuns& runs, std::span<const OutgoingDatagram> batch) noexcept;

  [[nodiscard]] const SendBatch::Counters& counters() const noexcept { return counters_; }

 private:
  static constexpr std::size_t kMessages = 64;

  /// What the runs of one socket are sent with.
  struct Job {
    UdpSocket& socket;
    const SendRuns& runs;
    std::span<const OutgoingDatagram> batch;
  };

  void stage(const Job& job, const SendRun& run) noexcept;
  void send_staged(const Job& job) noexcept;
  void resolve_failure(const Job& job, const SendRun& run, int error) noexcept;
  void send_singly(const Job& job, const SendRun& run, int refusal) noexcept;
  void count_sent(const SendRun& run) noexcept;
  void count_dropped(DropReason reason, std::size_t datagrams) noexcept;

  std::array<mmsghdr, kMessages> messages_{};
  std::array<SocketAddress, kMessages> names_{};
  std::array<ControlBuffer, kMessages> controls_{};
  std::array<const SendRun*, kMessages> staged_{};
  std::array<iovec, SendBatch::kCapacity> iovecs_{};
  std::size_t message_count_ = 0;
  std::size_t iovec_count_ = 0;
  SendBatch::Counters counters_{};
};

}  // namespace turnpike::net
