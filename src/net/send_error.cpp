#include "net/send_error.hpp"

#include <cerrno>

namespace turnpike::net {

DropReason drop_reason_of(int error) noexcept {
  switch (error) {
    case EAGAIN: return DropReason::would_block;
    case ENOBUFS:
    case ENOMEM: return DropReason::no_buffer;
    case EMSGSIZE: return DropReason::too_big;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ECONNREFUSED:
    case EHOSTDOWN:
    case ENETDOWN:
    case ENONET:
    case EPROTO:
    case EPERM:
    case EACCES:
    case EADDRNOTAVAIL: return DropReason::unreachable;
    default: return DropReason::send_failed;
  }
}

bool is_own_error(int error) noexcept {
  return error == EAGAIN || error == ENOBUFS || error == ENOMEM || error == EPERM;
}

bool may_refuse_segmentation(int error) noexcept {
  return error == EIO || error == ENOPROTOOPT || error == EOPNOTSUPP || may_refuse_segment_size(error);
}

bool may_refuse_segment_size(int error) noexcept { return error == EINVAL || error == EMSGSIZE; }

}  // namespace turnpike::net
