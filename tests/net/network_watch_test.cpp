#include "turnpike/net/network_watch.hpp"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <thread>

#include "own_network.hpp"

namespace turnpike::net {
namespace {

using namespace std::chrono_literals;

/// From now on this thread gets no netlink sockets, as under systemd's RestrictAddressFamilies=.
bool forbid_netlink() {
  std::array<sock_filter, 6> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
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

TEST(NetworkWatchTest, LooksEveryNowAndThenWhereTheKernelTellsNothing) {
  std::thread([] {
    ASSERT_TRUE(forbid_netlink());
    int told = 0;
    boost::asio::io_context context;
    NetworkWatch watch(context, {.delays = {}, .without_kernel = 5ms}, [&] {
      if (++told == 3) context.stop();
    });
    EXPECT_EQ(watch.start(), boost::system::errc::address_family_not_supported);
    context.run_for(10s);
    EXPECT_EQ(told, 3);
    watch.stop();
  }).join();
}

}  // namespace
}  // namespace turnpike::net
