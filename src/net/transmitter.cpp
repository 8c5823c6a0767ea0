#include "net/transmitter.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/send_error.hpp"

namespace turnpike::net {
namespace {

// Whether the datagram must name the local address it leaves from.
bool needs_source(const UdpSocket& socket, const OutgoingDatagram& datagram) noexcept {
  return socket.is_wildcard() && datagram.source.family() == socket.local_endpoint().address.family() &&
         !datagram.source.is_unspecified();
}

// An iovec is not const because reads share its type; sending only reads.
iovec to_iovec(ByteSpan payload) noexcept {
  return {.iov_base = const_cast<std::uint8_t*>(payload.data()), .iov_len = payload.size()};  // NOLINT(*-const-cast)
}

void set_discovery(const UdpSocket& socket, int v4_mode, int v6_mode) noexcept {
  const bool v4 = socket.local_endpoint().address.is_v4();
  const int mode = v4 ? v4_mode : v6_mode;
  static_cast<void>(::setsockopt(socket.native_handle(), v4 ? IPPROTO_IP : IPPROTO_IPV6,
                                 v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &mode, sizeof(mode)));
}

// Each of these gives errno's value, 0 for success.

int send_from(const UdpSocket& socket, const OutgoingDatagram& datagram) noexcept {
  SocketAddress name;
  iovec payload = to_iovec(datagram.payload);
  msghdr header;
  header.msg_name = &name;
  header.msg_namelen = write_socket_address(datagram.to, name);
  header.msg_iov = &payload;
  header.msg_iovlen = 1;
  header.msg_flags = 0;
  ControlBuffer buffer;
  ControlWriter control(buffer);
  control.add_source(datagram.source);
  control.attach_to(header);
  return ::sendmsg(socket.native_handle(), &header, MSG_DONTWAIT) >= 0 ? 0 : errno;
}

// [packet-path 8 begin] one datagram to the kernel
int send_plain(const UdpSocket& socket, const OutgoingDatagram& datagram) noexcept {
  SocketAddress name;
  const socklen_t name_size = write_socket_address(datagram.to, name);
  const ssize_t sent = ::sendto(socket.native_handle(), datagram.payload.data(), datagram.payload.size(), MSG_DONTWAIT,
                                &name.generic, name_size);
  return sent >= 0 ? 0 : errno;
}

// Once more when the first answer may be an older datagram's ICMP error.
int send_single(const UdpSocket& socket, const OutgoingDatagram& datagram) noexcept {
  const auto send = needs_source(socket, datagram) ? send_from : send_plain;
  const int error = send(socket, datagram);
  return error == 0 || is_own_error(error) ? error : send(socket, datagram);
}
// [packet-path 8 end]

// With DF set: larger than the path's known MTU, it is refused with EMSGSIZE.
int send_unfragmented(const UdpSocket& socket, const OutgoingDatagram& datagram) noexcept {
  set_discovery(socket, IP_PMTUDISC_DO, IPV6_PMTUDISC_DO);
  const int error = send_single(socket, datagram);
  set_discovery(socket, IP_PMTUDISC_DONT, IPV6_PMTUDISC_DONT);
  return error;
}

}  // namespace

Transmitter::Transmitter() noexcept {
  for (std::size_t i = 0; i < kMessages; ++i) messages_[i].msg_hdr.msg_name = &names_[i];
}

// [packet-path 8 begin] send and count
void Transmitter::send_one(UdpSocket& socket, const OutgoingDatagram& datagram) noexcept {
  const int error = datagram.dont_fragment ? send_unfragmented(socket, datagram) : send_single(socket, datagram);
  if (error != 0) return count_dropped(drop_reason_of(error), 1);
  ++counters_.datagrams;
  counters_.bytes += datagram.payload.size();
}
// [packet-path 8 end]

void Transmitter::send_runs(UdpSocket& socket, const SendRuns& runs, std::span<const OutgoingDatagram> batch) noexcept {
  const Job job{socket, runs, batch};
  for (const SendRun& run : runs.runs()) {
    if (batch[run.first].dont_fragment) {
      send_staged(job);  // what came before it in its flow goes first
      send_one(socket, batch[run.first]);
      continue;
    }
    stage(job, run);
    if (message_count_ == kMessages) send_staged(job);
  }
  send_staged(job);
}

void Transmitter::stage(const Job& job, const SendRun& run) noexcept {
  const OutgoingDatagram& first = job.batch[run.first];
  msghdr& header = messages_[message_count_].msg_hdr;
  header.msg_namelen = write_socket_address(first.to, names_[message_count_]);
  header.msg_iov = &iovecs_[iovec_count_];
  header.msg_iovlen = run.count;
  iovecs_[iovec_count_++] = to_iovec(first.payload);
  for (SendIndex index = run.first; index != run.last;) {
    index = job.runs.after(index);
    iovecs_[iovec_count_++] = to_iovec(job.batch[index].payload);
  }
  ControlWriter control(controls_[message_count_]);
  if (run.count > 1) control.add_segment_size(static_cast<std::uint16_t>(run.segment));
  if (needs_source(job.socket, first)) control.add_source(first.source);
  control.attach_to(header);
  staged_[message_count_++] = &run;
}

void Transmitter::send_staged(const Job& job) noexcept {
  std::size_t position = 0;
  bool second_attempt = false;
  while (position < message_count_) {  // each turn gets one message further or is the second attempt at one
    const int sent = ::sendmmsg(job.socket.native_handle(), &messages_[position],
                                static_cast<unsigned>(message_count_ - position), MSG_DONTWAIT);
    if (sent > 0) {
      for (int i = 0; i < sent; ++i) count_sent(*staged_[position++]);
      second_attempt = false;
      continue;
    }
    const int error = errno;
    if (!second_attempt && !is_own_error(error)) {
      second_attempt = true;
      continue;
    }
    second_attempt = false;
    if (error == EAGAIN) {  // nothing more fits, in this batch
      for (; position < message_count_; ++position) count_dropped(DropReason::would_block, staged_[position]->count);
      break;
    }
    resolve_failure(job, *staged_[position++], error);
  }
  message_count_ = 0;
  iovec_count_ = 0;
}

void Transmitter::resolve_failure(const Job& job, const SendRun& run, int error) noexcept {
  if (run.count > 1 && may_refuse_segmentation(error)) return send_singly(job, run, error);
  count_dropped(drop_reason_of(error), run.count);
}

void Transmitter::send_singly(const Job& job, const SendRun& run, int refusal) noexcept {
  const std::uint64_t sent_before = counters_.datagrams;
  SendIndex index = run.first;
  for (std::uint16_t i = 0; i < run.count; ++i) {
    send_one(job.socket, job.batch[index]);
    if (index != run.last) index = job.runs.after(index);
  }
  // Only where single ones pass was it the segmentation: a destination that refuses everything (port 0) must not be
  // able to slow down all others of the socket.
  if (counters_.datagrams == sent_before) return;
  if (may_refuse_segment_size(refusal)) {
    job.socket.lower_segment_limit(run.segment);
  } else {
    job.socket.disable_segmentation();
  }
}

void Transmitter::count_sent(const SendRun& run) noexcept {
  counters_.datagrams += run.count;
  counters_.bytes += run.bytes;
}

void Transmitter::count_dropped(DropReason reason, std::size_t datagrams) noexcept {
  counters_.drops[static_cast<std::size_t>(reason)] += datagrams;
}

}  // namespace turnpike::net
