#include "turnpike/net/file_descriptor.hpp"

#include <unistd.h>

namespace turnpike::net {

void FileDescriptor::close() noexcept {
  // Linux releases the descriptor whatever close() answers, so trying again could close somebody else's.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace turnpike::net
