#pragma once

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <thread>

#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::net {

/// Turns loopback of this thread's network on or off.
inline bool set_loopback(bool up) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return false;
  request.ifr_flags = static_cast<short>(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

/// Gives loopback of this thread's network one more IPv4 address.
inline bool add_loopback_address(std::uint32_t address) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in added{};
  added.sin_family = AF_INET;
  added.sin_addr.s_addr = htonl(address);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo:1");
  std::memcpy(&request.ifr_addr, &added, sizeof(added));
  return ::ioctl(socket.get(), SIOCSIFADDR, &request) == 0;
}

/// Runs `body` on a thread with a network of its own, where loopback is off. False where that is not allowed.
template <typename Body>
bool in_own_network(Body body) {
  bool allowed = false;
  std::thread([&] {
    allowed = ::unshare(CLONE_NEWNET) == 0;
    if (allowed) body();
  }).join();
  return allowed;
}

}  // namespace turnpike::net
