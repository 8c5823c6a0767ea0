#pragma once

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

#include "net/socket_address.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::net {

/// An Ethernet interface behind which nobody answers ARP, in a network namespace that the calling thread moves into and
/// that ends with it. What is sent there waits in the kernel and fills the sender's buffer.
class StuckInterface {
 public:
  explicit StuckInterface(const IpAddress& address) { ready_ = set_up(address); }

  /// False without the right to make namespaces and interfaces.
  [[nodiscard]] bool ready() const { return ready_; }

 private:
  bool set_up(const IpAddress& address) {
    if (::unshare(CLONE_NEWNET) != 0) return false;
    tap_ = FileDescriptor(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    const FileDescriptor control(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strncpy(request.ifr_name, "stuck0", IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (::ioctl(tap_.get(), TUNSETIFF, &request) != 0) return false;

    SocketAddress own;
    write_socket_address({address, 0}, own);
    request.ifr_addr = own.generic;
    if (::ioctl(control.get(), SIOCSIFADDR, &request) != 0) return false;
    request.ifr_flags = IFF_UP;
    return ::ioctl(control.get(), SIOCSIFFLAGS, &request) == 0;
  }

  FileDescriptor tap_;
  bool ready_ = false;
};

}  // namespace turnpike::net
