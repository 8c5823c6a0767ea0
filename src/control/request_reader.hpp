#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "control/http_message.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::control {

/// Takes HTTP/1.1 requests (RFC 9112) out of a stream of bytes, one after the other. Knows no socket.
class RequestReader {
 public:
  struct Limits {
    std::uint32_t max_header = 8192;  ///< bytes of request line and fields
    std::uint64_t max_body = 65536;   ///< bytes
  };
  enum class Outcome : std::uint8_t {
    need_more,
    wants_continue,  ///< the client waits for "100 Continue" before its body; said once a request
    complete,        ///< see take()
    refused,         ///< see refusal(); what follows in the stream cannot be made sense of
  };

  explicit RequestReader(const Limits& limits);

  /// Where the next bytes go, never empty before advance() has said otherwise than need_more.
  [[nodiscard]] MutableByteSpan prepare();
  void commit(std::size_t count);
  void add(ByteSpan bytes);

  [[nodiscard]] Outcome advance();
  [[nodiscard]] http::status refusal() const noexcept { return refusal_; }
  /// The complete request; the reader goes on with the next one.
  [[nodiscard]] Request take();

  /// What has come behind the last request, for somebody else to read; the reader is of no use afterwards.
  [[nodiscard]] std::vector<std::uint8_t> release();

  /// Nothing of a next request is here.
  [[nodiscard]] bool is_idle() const noexcept { return buffer_.size() == 0 && !parser_->got_some(); }

 private:
  void start_request();
  void skip_empty_lines();
  [[nodiscard]] Outcome refuse(http::status status) noexcept;
  [[nodiscard]] Outcome parse();
  /// What Beast leaves to its user; nothing when the header is acceptable.
  [[nodiscard]] std::optional<http::status> find_fault() const;
  [[nodiscard]] bool has_folded_line() const;
  [[nodiscard]] bool waits_for_continue() const;

  Limits limits_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::request_header<>> header_;  // as it came, where trailers may come after it
  http::status refusal_ = http::status::bad_request;
  int empty_lines_ = 0;
  bool header_checked_ = false;
};

}  // namespace turnpike::control
