#include "server/nonblocking_sink.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "server/event_log.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::server {
namespace {

/// Two ends; nobody reads unless the test does.
struct Ends {
  net::FileDescriptor read;
  net::FileDescriptor write;

  static Ends of_pipe() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::pipe2(fds.data(), O_CLOEXEC), 0);
    return {net::FileDescriptor(fds[0]), net::FileDescriptor(fds[1])};
  }
  static Ends of_socket() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    return {net::FileDescriptor(fds[0]), net::FileDescriptor(fds[1])};
  }

  /// All that can be read without waiting.
  [[nodiscard]] std::string drain() const {
    EXPECT_EQ(::fcntl(read.get(), F_SETFL, O_NONBLOCK), 0);
    std::string text;
    std::array<char, 65536> chunk{};
    for (;;) {
      const ssize_t count = ::read(read.get(), chunk.data(), chunk.size());
      if (count <= 0) return text;
      text.append(chunk.data(), static_cast<std::size_t>(count));
    }
  }
};

class LogTo {
 public:
  explicit LogTo(int fd)
      : sink_(std::make_shared<NonblockingSink>(fd)),
        log_(Config::Log{}, sink_, [sink = sink_] { return sink->lost_lines(); }) {}
  [[nodiscard]] const EventLog& log() const { return log_; }
  void write(int lines) const {
    for (int i = 0; i < lines; ++i)
      log_.write(LogLevel::info, "line", {{"number", i}, {"filler", std::string(200, 'x')}});
  }

 private:
  std::shared_ptr<NonblockingSink> sink_;
  EventLog log_;
};

constexpr int kFarTooMany = 10'000;

class NonblockingSinkTo : public testing::TestWithParam<Ends (*)()> {};

TEST_P(NonblockingSinkTo, WritesWhatFitsAtOnce) {
  const Ends ends = GetParam()();
  const LogTo to(ends.write.get());
  to.write(3);
  EXPECT_NE(ends.drain().find("number=2"), std::string::npos);
  EXPECT_EQ(to.log().lost_lines(), 0U);
}

TEST_P(NonblockingSinkTo, NeitherWaitsForAReaderThatStoppedNorKeepsEverything) {
  const Ends ends = GetParam()();
  const LogTo to(ends.write.get());
  to.write(kFarTooMany);  // that this returns is the test
  EXPECT_GT(to.log().lost_lines(), 0U);
}

TEST_P(NonblockingSinkTo, DeliversItsBacklogWholeAndSaysHowMuchIsMissing) {
  const Ends ends = GetParam()();
  const LogTo to(ends.write.get());
  to.write(kFarTooMany);
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += ends.drain();
    to.log().flush();
  }
  const std::uint64_t lost = to.log().lost_lines();
  to.log().write(LogLevel::info, "there is room again");
  text += ends.drain();
  EXPECT_NE(text.find("there is room again\n"), std::string::npos);
  EXPECT_NE(text.find("lines=" + std::to_string(lost)), std::string::npos);
  const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_EQ(lines, kFarTooMany - lost + 2);
  EXPECT_EQ(to.log().lost_lines(), lost);
}

INSTANTIATE_TEST_SUITE_P(Kinds, NonblockingSinkTo, testing::Values(&Ends::of_pipe, &Ends::of_socket),
                         [](const auto& kind) { return kind.index == 0 ? "APipe" : "ASocket"; });

TEST(NonblockingSink, LosesLinesOnAFullDiskAndNothingElse) {
  const net::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  const LogTo to(full.get());
  to.write(kFarTooMany);
  EXPECT_GT(to.log().lost_lines(), 0U);
}

TEST(NonblockingSink, LeavesTheDescriptorsFlagsAlone) {
  const Ends ends = Ends::of_pipe();
  const int before = ::fcntl(ends.write.get(), F_GETFL);
  const LogTo to(ends.write.get());
  to.write(1);
  EXPECT_EQ(::fcntl(ends.write.get(), F_GETFL), before);
}

}  // namespace
}  // namespace turnpike::server
