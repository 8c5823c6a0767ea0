#include "turnpike/net/epoll_set.hpp"

#include <sys/epoll.h>

#include "net/last_error.hpp"

namespace turnpike::net {

Result<EpollSet> EpollSet::open() noexcept {
  FileDescriptor fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!fd) return last_error();
  return EpollSet(std::move(fd));
}

namespace {

epoll_event describe(std::uint64_t token, EpollSet::Interest interest) noexcept {
  const std::uint32_t events =
      (interest.readable ? std::uint32_t{EPOLLIN} : 0U) | (interest.writable ? std::uint32_t{EPOLLOUT} : 0U);
  return {.events = events, .data = {.u64 = token}};
}

}  // namespace

error_code EpollSet::add(int fd, std::uint64_t token, Interest interest) noexcept {
  epoll_event event = describe(token, interest);
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return last_error();
  return {};
}

error_code EpollSet::modify(int fd, std::uint64_t token, Interest interest) noexcept {
  epoll_event event = describe(token, interest);
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) != 0) return last_error();
  return {};
}

void EpollSet::remove(int fd) noexcept {
  // Fails only for a descriptor that is not in the set, which is what the caller wants.
  static_cast<void>(::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr));
}

std::span<const EpollSet::Event> EpollSet::poll(std::chrono::milliseconds patience) noexcept {
  std::array<epoll_event, std::tuple_size_v<decltype(events_)>> ready;
  const int count =
      ::epoll_wait(fd_.get(), ready.data(), static_cast<int>(ready.size()), static_cast<int>(patience.count()));
  if (count <= 0) return {};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    events_[i] = {.token = ready[i].data.u64,
                  .readable = (ready[i].events & EPOLLIN) != 0,
                  .writable = (ready[i].events & EPOLLOUT) != 0,
                  .hung_up = (ready[i].events & EPOLLHUP) != 0,
                  .error = (ready[i].events & EPOLLERR) != 0};
  }
  return std::span(events_).first(static_cast<std::size_t>(count));
}

}  // namespace turnpike::net
