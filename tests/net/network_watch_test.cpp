#include "turnpike/net/network_watch.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <thread>

#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::net {
namespace {

using namespace std::chrono_literals;

/// Turns loopback of this thread's network on or off.
bool set_loopback(bool up) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return false;
  request.ifr_flags = static_cast<short>(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

/// Runs `body` on a thread with a network of its own. False where that is not allowed.
template <typename Body>
bool in_own_network(Body body) {
  bool allowed = false;
  std::thread([&] {
    allowed = ::unshare(CLONE_NEWNET) == 0;
    if (allowed) body();
  }).join();
  return allowed;
}

TEST(NetworkWatchTest, TellsOfAnInterfaceThatComesUpAndOnceForABurst) {
  int told = 0;
  const bool allowed = in_own_network([&told] {
    boost::asio::io_context context;
    NetworkWatch watch(context, {.delays = {.quiet = 20ms, .at_most = 1s}}, [&] {
      ++told;
      context.stop();
    });
    ASSERT_FALSE(watch.start());
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(set_loopback(i % 2 == 0));
    context.run_for(10s);
    EXPECT_EQ(told, 1);
    watch.stop();
  });
  if (!allowed) GTEST_SKIP() << "a network of one's own needs root";
}

TEST(NetworkWatchTest, SaysNothingWhileNothingChanges) {
  int told = 0;
  const bool allowed = in_own_network([&told] {
    boost::asio::io_context context;
    NetworkWatch watch(context, {.delays = {.quiet = 1ms, .at_most = 1ms}}, [&told] { ++told; });
    ASSERT_FALSE(watch.start());
    context.run_for(100ms);
    watch.stop();
    EXPECT_EQ(told, 0);
  });
  if (!allowed) GTEST_SKIP() << "a network of one's own needs root";
}

}  // namespace
}  // namespace turnpike::net
