#include "net/tls_wire.hpp"

#include <algorithm>
#include <cstring>

#include "turnpike/base/check.hpp"

namespace turnpike::net {
namespace {

int read_wire(BIO* bio, char* buffer, std::size_t size, std::size_t* count) noexcept {
  TlsWire& wire = *static_cast<TlsWire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *count = std::min(size, wire.input.size());
  if (*count == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(buffer, wire.input.data(), *count);
  wire.input = wire.input.subspan(*count);
  return 1;
}

int write_wire(BIO* bio, const char* bytes, std::size_t size, std::size_t* count) noexcept {
  TlsWire& wire = *static_cast<TlsWire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *count = 0;
  if (wire.output == nullptr) return 0;  // outside of a call there is nothing to say
  wire.output->write(as_bytes({bytes, size}));
  *count = size;
  return 1;
}

long control_wire(BIO* /*bio*/, int command, long /*number*/, void* /*argument*/) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BioMethodHandle make_method() noexcept {
  BioMethodHandle method{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "turnpike wire")};
  TURNPIKE_CHECK(method != nullptr);
  BIO_meth_set_read_ex(method.get(), read_wire);
  BIO_meth_set_write_ex(method.get(), write_wire);
  BIO_meth_set_ctrl(method.get(), control_wire);
  return method;
}

}  // namespace

BioHandle new_wire_bio(TlsWire& wire) noexcept {
  static const BioMethodHandle method = make_method();  // constant from here on, so all threads may share it
  BioHandle bio{BIO_new(method.get())};
  if (!bio) return bio;
  BIO_set_data(bio.get(), &wire);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace turnpike::net
