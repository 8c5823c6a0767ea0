#pragma once

#include <sys/socket.h>

namespace turnpike::net {

/// Whether the kernel took it.
[[nodiscard]] inline bool set_option(int fd, int level, int name, int value) noexcept {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

/// An option that this kernel may lack: that costs its effect and nothing else.
inline void try_option(int fd, int level, int name, int value) noexcept {
  static_cast<void>(set_option(fd, level, name, value));
}

}  // namespace turnpike::net
