#include "control/request_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace turnpike::control {
namespace {

constexpr std::size_t kReadSize = 4096;
constexpr int kMaxEmptyLines = 2;

http::status status_of(const error_code& error) {
  if (error == http::error::header_limit) return http::status::request_header_fields_too_large;
  if (error == http::error::body_limit) return http::status::payload_too_large;
  if (error == http::error::bad_version) return http::status::http_version_not_supported;
  return http::status::bad_request;
}

}  // namespace

RequestReader::RequestReader(const Limits& limits) : limits_(limits) { start_request(); }

void RequestReader::start_request() {
  parser_.emplace();
  parser_->header_limit(limits_.max_header);
  parser_->body_limit(limits_.max_body);
  header_checked_ = false;
  header_.reset();
  empty_lines_ = 0;
}

MutableByteSpan RequestReader::prepare() {
  const auto space = buffer_.prepare(kReadSize);
  return {static_cast<std::uint8_t*>(space.data()), space.size()};
}

void RequestReader::commit(std::size_t count) { buffer_.commit(count); }

void RequestReader::add(ByteSpan bytes) {
  const auto space = buffer_.prepare(bytes.size());
  buffer_.commit(boost::asio::buffer_copy(space, boost::asio::buffer(bytes.data(), bytes.size())));
}

RequestReader::Outcome RequestReader::advance() {
  if (!parser_->got_some()) skip_empty_lines();
  while (!parser_->is_done()) {
    const Outcome outcome = parse();
    if (outcome != Outcome::complete) return outcome;
  }
  return Outcome::complete;
}

// One step of the parser; `complete` says that the step is. Each step that says so used up bytes or ended the header.
RequestReader::Outcome RequestReader::parse() {
  if (buffer_.size() == 0) return Outcome::need_more;
  if (!parser_->is_header_done() && has_folded_line()) return refuse(http::status::bad_request);
  error_code error;
  const std::size_t used = parser_->put(buffer_.cdata(), error);
  buffer_.consume(used);
  if (error == http::error::need_more) {
    // Chunk extensions and trailers are the parts that the parser itself does not bound.
    if (buffer_.size() > limits_.max_header) return refuse(http::status::request_header_fields_too_large);
    return Outcome::need_more;
  }
  if (error) return refuse(status_of(error));
  if (!parser_->is_header_done() || header_checked_) return used == 0 ? Outcome::need_more : Outcome::complete;

  header_checked_ = true;
  // RFC 9110 section 6.5.1: a trailer field is no header field. The parser makes it one, after the header was judged.
  if (parser_->chunked()) header_ = parser_->get().base();
  parser_->eager(true);  // from here on the parser may take all there is
  if (const auto fault = find_fault()) return refuse(*fault);
  return waits_for_continue() ? Outcome::wants_continue : Outcome::complete;
}

// RFC 9112 section 2.2: a line end too much after the request before is not the next request.
void RequestReader::skip_empty_lines() {
  while (buffer_.size() >= 2 && empty_lines_ < kMaxEmptyLines) {
    const auto* start = static_cast<const char*>(buffer_.cdata().data());
    if (start[0] != '\r' || start[1] != '\n') return;
    buffer_.consume(2);
    ++empty_lines_;
  }
}

// RFC 9112 section 5.2: refused, because others may take the second line for a field. Beast would join the lines.
bool RequestReader::has_folded_line() const {
  const std::string_view text(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
  if (parser_->got_some() && text.starts_with("\r\n")) return false;  // no fields, and this is the header's end
  const std::string_view header = text.substr(0, text.find("\r\n\r\n"));
  return header.find("\r\n ") != std::string_view::npos || header.find("\r\n\t") != std::string_view::npos;
}

std::optional<http::status> RequestReader::find_fault() const {
  const Request& request = parser_->get();
  // RFC 9112 section 3.2: exactly one Host, which HTTP/1.0 did not have yet.
  const auto hosts = request.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && request.version() >= 11)) return http::status::bad_request;
  // RFC 9112 section 6.1: with an encoding that we do not know, in HTTP/1.0, or said in several fields, the request's
  // end is not what others take it for.
  const auto encodings = request.count(http::field::transfer_encoding);
  const bool is_chunked = boost::beast::iequals(request[http::field::transfer_encoding], "chunked");
  if (encodings > 1 || (encodings == 1 && (!is_chunked || request.version() < 11))) return http::status::bad_request;
  const auto expected = request.find(http::field::expect);
  if (expected != request.end() && !boost::beast::iequals(expected->value(), "100-continue")) {
    return http::status::expectation_failed;
  }
  return std::nullopt;
}

// RFC 9110 section 10.1.1: not for HTTP/1.0, and not once some of the body is here.
bool RequestReader::waits_for_continue() const {
  const Request& request = parser_->get();
  return request.version() >= 11 && request.count(http::field::expect) > 0 && !parser_->is_done() &&
         buffer_.size() == 0;
}

RequestReader::Outcome RequestReader::refuse(http::status status) noexcept {
  refusal_ = status;
  return Outcome::refused;
}

std::vector<std::uint8_t> RequestReader::release() {
  const auto rest = buffer_.data();
  const auto* bytes = static_cast<const std::uint8_t*>(rest.data());
  return {bytes, bytes + rest.size()};
}

Request RequestReader::take() {
  Request request = parser_->release();
  if (header_) request.base() = std::move(*header_);
  start_request();
  if (buffer_.size() == 0) buffer_.shrink_to_fit();  // an idle session holds no buffer
  return request;
}

}  // namespace turnpike::control
