#include <dirent.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <string_view>

#include "running_server.hpp"

namespace turnpike::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kWatchdog{60};

/// A service manager that is told by datagrams, as systemd is: whatever thread hangs, what it has told can be read.
class Manager {
 public:
  Manager() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    here_ = net::FileDescriptor(ends[0]);
    there_ = net::FileDescriptor(ends[1]);
  }
  ServiceManager listening() {
    return {[this](const std::string& state) {
              static_cast<void>(::send(there_.get(), state.data(), state.size(), MSG_DONTWAIT));
            },
            kWatchdog};
  }
  /// Whether a message with `text` in it comes that many times; the patience is for a machine with much else to do.
  bool see(const std::string& text, int times = 1, milliseconds patience = seconds{10}) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (times > 0) {
      const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd readable{.fd = here_.get(), .events = POLLIN, .revents = 0};
      if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0) return false;
      std::array<char, 4096> message{};
      const ssize_t size = ::recv(here_.get(), message.data(), message.size(), 0);
      if (size > 0 &&
          std::string_view(message.data(), static_cast<std::size_t>(size)).find(text) != std::string::npos) {
        --times;
      }
    }
    return true;
  }

 private:
  net::FileDescriptor here_;
  net::FileDescriptor there_;
};

std::set<pid_t> threads() {
  std::set<pid_t> found;
  DIR* folder = ::opendir("/proc/self/task");
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] != '.') found.insert(std::stoi(entry->d_name));
  }
  ::closedir(folder);
  return found;
}

/// Keeps one thread of this process from running: it sits in a signal handler until this goes.
class StuckThread {
 public:
  explicit StuckThread(pid_t thread) {
    EXPECT_EQ(::pipe(pipe().data()), 0);
    struct sigaction action {};
    action.sa_handler = [](int) {
      stuck() = true;
      char ignored = 0;
      static_cast<void>(!::read(pipe()[0], &ignored, 1));
    };
    EXPECT_EQ(::sigaction(SIGUSR2, &action, nullptr), 0);
    EXPECT_EQ(::syscall(SYS_tgkill, ::getpid(), thread, SIGUSR2), 0);
    while (!stuck()) std::this_thread::yield();
  }
  StuckThread(const StuckThread&) = delete;
  StuckThread& operator=(const StuckThread&) = delete;
  ~StuckThread() {
    EXPECT_EQ(::write(pipe()[1], "x", 1), 1);
    stuck() = false;
  }

 private:
  // A signal handler reaches nothing but these.
  static std::array<int, 2>& pipe() {
    static std::array<int, 2> ends{};
    return ends;
  }
  static std::atomic<bool>& stuck() {
    static std::atomic<bool> is_stuck{false};
    return is_stuck;
  }
};

class ServerWatchdog : public testing::Test {
 protected:
  Manager manager_;
  std::set<pid_t> before_ = threads();
  RunningServer server_{RunningServer::settings(), nullptr, {}, manager_.listening()};

  /// Every thread that the server has started: two workers and the control loop.
  [[nodiscard]] std::set<pid_t> own_threads() const {
    std::set<pid_t> own;
    for (const pid_t thread : threads()) {
      if (!before_.contains(thread)) own.insert(thread);
    }
    return own;
  }
};

TEST_F(ServerWatchdog, IsPingedWhileEveryLoopTurns) {
  EXPECT_TRUE(manager_.see("READY=1"));
  EXPECT_TRUE(manager_.see("WATCHDOG=1", 5));
}

TEST_F(ServerWatchdog, IsNotPingedWhileAnyOneThreadHangsAndIsAgainAfterwards) {
  ASSERT_TRUE(manager_.see("READY=1"));
  ASSERT_EQ(own_threads().size(), 3U);
  for (const pid_t thread : own_threads()) {
    {
      const StuckThread stuck(thread);
      // One may have been under way.
      EXPECT_FALSE(manager_.see("WATCHDOG=1", 2, 5 * kWatchdog)) << "thread " << thread << " stuck";
    }
    EXPECT_TRUE(manager_.see("WATCHDOG=1", 2));
  }
}

TEST_F(ServerWatchdog, IsToldOfTheStop) {
  ASSERT_TRUE(manager_.see("READY=1"));
  server_.stop();
  EXPECT_TRUE(manager_.see("STOPPING=1"));
}

TEST_F(ServerWatchdog, IsToldOfAReload) {
  ASSERT_TRUE(manager_.see("READY=1"));
  server_.signal(SIGHUP);
  EXPECT_TRUE(manager_.see("RELOADING=1"));
  EXPECT_TRUE(manager_.see("no configuration file to read again"));
}

}  // namespace
}  // namespace turnpike::server
