// What sending and receiving a batch of datagrams over loopback costs by each way: plain calls, batched calls, and
// batched calls with the kernel's segmentation and coalescing. Only the calls under test are timed; emptying and
// filling the other side is not. Loopback never splits a segmented send, so that its gain is the upper bound of what a
// network shows.

#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <vector>

#include "net/socket_address.hpp"
#include "turnpike/net/receive_batch.hpp"
#include "turnpike/net/send_batch.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::net {
namespace {

constexpr std::size_t kBatch = 32;
constexpr std::size_t kPayload = 1104;
const Endpoint kLoopback{IpAddress::v4(127, 0, 0, 1), 0};

UdpSocket open_socket(bool coalesce = false) {
  return UdpSocket::open(kLoopback, {.coalesce_receive = coalesce, .receive_buffer = 4 << 20, .send_buffer = 4 << 20})
      .value();
}

/// One turn of a benchmark: `untimed` first, then the time that `timed` takes.
template <typename Untimed, typename Timed>
void run_turn(benchmark::State& state, Untimed&& untimed, Timed&& timed) {
  using Clock = std::chrono::steady_clock;
  untimed();
  const Clock::time_point start = Clock::now();
  timed();
  state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
}

void set_datagram_rate(benchmark::State& state, std::size_t per_turn) {
  state.counters["per_datagram"] =
      benchmark::Counter(static_cast<double>(per_turn) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

enum class Shape { one_flow, many_destinations, many_sockets };
enum class SendWay { plain, batched, segmented };

/// Who sends to whom: from one relay or listener socket in a burst, from a listener to many clients, from many relays.
class SendScene {
 public:
  SendScene(Shape shape, SendWay way) {
    for (std::size_t i = 0; i < (shape == Shape::many_sockets ? kBatch : 1); ++i) senders_.push_back(open_socket());
    for (std::size_t i = 0; i < (shape == Shape::many_destinations ? kBatch : 1); ++i) {
      receivers_.push_back(open_socket(true));
    }
    if (way == SendWay::batched) {
      for (UdpSocket& sender : senders_) sender.disable_segmentation();
    }
  }

  OutgoingDatagram datagram(std::size_t i) {
    return {.socket = &senders_[i % senders_.size()],
            .to = receivers_[i % receivers_.size()].local_endpoint(),
            .source = {},
            .payload = payloads_[i]};
  }

  void empty_receivers() {
    for (UdpSocket& receiver : receivers_) {
      while (!reads_.receive(receiver).drained) reads_.recycle();
      reads_.recycle();
    }
  }

 private:
  std::vector<UdpSocket> senders_;
  std::vector<UdpSocket> receivers_;
  std::array<std::array<std::uint8_t, kPayload>, kBatch> payloads_{};
  ReceiveBatch reads_;
};

void send_plainly(const OutgoingDatagram& datagram) {
  SocketAddress to;
  const socklen_t length = write_socket_address(datagram.to, to);
  benchmark::DoNotOptimize(::sendto(datagram.socket->native_handle(), datagram.payload.data(), datagram.payload.size(),
                                    0, &to.generic, length));
}

void send(benchmark::State& state, Shape shape, SendWay way) {
  SendScene scene(shape, way);
  SendBatch batch;
  for ([[maybe_unused]] auto turn : state) {
    run_turn(
        state, [&] { scene.empty_receivers(); },
        [&] {
          for (std::size_t i = 0; i < kBatch; ++i) {
            if (way == SendWay::plain) {
              send_plainly(scene.datagram(i));
            } else {
              batch.add(scene.datagram(i));
            }
          }
          batch.flush();
        });
  }
  set_datagram_rate(state, kBatch);
}

enum class ReceiveWay { plain, batched, coalesced };

std::size_t receive_plainly(UdpSocket& socket, MutableByteSpan buffer) {
  std::size_t count = 0;
  SocketAddress from;
  socklen_t length = sizeof(from);
  while (::recvfrom(socket.native_handle(), buffer.data(), buffer.size(), 0, &from.generic, &length) >= 0) {
    benchmark::DoNotOptimize(to_endpoint(from));
    length = sizeof(from);
    ++count;
  }
  return count;
}

void receive(benchmark::State& state, ReceiveWay way) {
  const auto waiting = static_cast<std::size_t>(state.range(0));
  UdpSocket sender = open_socket();
  UdpSocket receiver = open_socket(way == ReceiveWay::coalesced);
  const std::array<std::uint8_t, kPayload> payload{};
  std::vector<std::uint8_t> buffer(65535);
  SendBatch sends;
  ReceiveBatch batch;
  for ([[maybe_unused]] auto turn : state) {
    std::size_t count = 0;
    run_turn(
        state,
        [&] {
          for (std::size_t i = 0; i < waiting; ++i) {
            sends.add({.socket = &sender, .to = receiver.local_endpoint(), .source = {}, .payload = payload});
          }
          sends.flush();
        },
        [&] {
          if (way == ReceiveWay::plain) {
            count = receive_plainly(receiver, buffer);
          } else {
            count = batch.receive(receiver).datagrams.size();
            batch.recycle();
          }
        });
    if (count != waiting) return state.SkipWithError("datagrams were lost");
  }
  set_datagram_rate(state, waiting);
}

#define TURNPIKE_SEND_BENCH(shape)                                                           \
  BENCHMARK_CAPTURE(send, shape##_plain, Shape::shape, SendWay::plain)->UseManualTime();     \
  BENCHMARK_CAPTURE(send, shape##_batched, Shape::shape, SendWay::batched)->UseManualTime(); \
  BENCHMARK_CAPTURE(send, shape##_segmented, Shape::shape, SendWay::segmented)->UseManualTime()

TURNPIKE_SEND_BENCH(one_flow);
TURNPIKE_SEND_BENCH(many_destinations);
TURNPIKE_SEND_BENCH(many_sockets);

BENCHMARK_CAPTURE(receive, plain, ReceiveWay::plain)->UseManualTime()->Arg(1)->Arg(4)->Arg(31);
BENCHMARK_CAPTURE(receive, batched, ReceiveWay::batched)->UseManualTime()->Arg(1)->Arg(4)->Arg(31);
BENCHMARK_CAPTURE(receive, coalesced, ReceiveWay::coalesced)->UseManualTime()->Arg(1)->Arg(4)->Arg(31);

}  // namespace
}  // namespace turnpike::net

BENCHMARK_MAIN();
