#include "control/compression.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/core/string.hpp>

#include "turnpike/base/bytes.hpp"

namespace turnpike::control {
namespace {

constexpr std::size_t kWorthIt = 512;           // bytes; below it the gain is less than one packet's header
constexpr std::size_t kMostBytes = 64U << 20U;  // zlib counts in 32 bits
constexpr int kLevel = 6;
constexpr int kGzipWindow = 15 + 16;  // zlib's way to say "gzip, not zlib"
constexpr int kMemoryLevel = 8;

std::string_view trim(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The text up to `separator`, which is taken off `rest` with it.
std::string_view take_until(std::string_view& rest, char separator) noexcept {
  const auto end = rest.find(separator);
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return trim(piece);
}

bool equals(std::string_view a, std::string_view b) noexcept {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

/// In thousandths (RFC 9110 section 12.4.2); what is no weight counts as 0.
int parse_weight(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int weight = text[0] == '1' ? 1000 : 0;
  int unit = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return weight > 1000 ? 0 : weight;
}

/// RFC 9110 section 12.5.3: gzip by its own name or else by "*", and not when the plain text is liked better.
bool takes_gzip(std::string_view accepted) noexcept {
  std::optional<int> gzip;
  std::optional<int> any;
  int identity = 0;
  while (!accepted.empty()) {
    std::string_view item = take_until(accepted, ',');
    const std::string_view coding = take_until(item, ';');
    const std::string_view name = take_until(item, '=');
    const int weight = equals(name, "q") ? parse_weight(trim(item)) : 1000;
    if (equals(coding, "gzip") || equals(coding, "x-gzip")) gzip = weight;
    if (coding == "*") any = weight;
    if (equals(coding, "identity")) identity = weight;
  }
  const int weight = gzip.value_or(any.value_or(0));
  return weight > 0 && weight >= identity;
}

struct EndDeflate {
  void operator()(z_stream* stream) const noexcept { deflateEnd(stream); }
};

std::optional<std::string> gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  const std::unique_ptr<z_stream, EndDeflate> end(&stream);
  std::vector<std::uint8_t> out(deflateBound(&stream, static_cast<uLong>(text.size())));
  stream.next_in = as_bytes(text).data();
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return std::nullopt;
  return std::string(as_text(ByteSpan(out).first(stream.total_out)));
}

}  // namespace

bool accepts_gzip(const Request& request) {
  // Several fields mean the same as one list (RFC 9110 section 5.3).
  std::string accepted;
  const auto [first, last] = request.equal_range(http::field::accept_encoding);
  for (auto field = first; field != last; ++field) {
    accepted.append(field->value().data(), field->value().size()).append(",");
  }
  return takes_gzip(accepted);
}

std::string compress(std::string_view text) {
  if (text.size() < kWorthIt || text.size() > kMostBytes) return {};
  auto compressed = gzip(text);
  return compressed && compressed->size() < text.size() ? std::move(*compressed) : std::string{};
}

void compress_if_accepted(const Request& request, Response& response) {
  const std::string& body = response.body();
  if (body.size() < kWorthIt || body.size() > kMostBytes || response.count(http::field::content_encoding) > 0) return;
  add_vary(response, "Accept-Encoding");
  if (!accepts_gzip(request)) return;
  std::string compressed = compress(body);
  if (compressed.empty()) return;
  response.body() = std::move(compressed);
  response.set(http::field::content_encoding, "gzip");
}

void add_vary(Response& response, std::string_view field) {
  const auto present = response.find(http::field::vary);
  std::string all = present == response.end() ? "" : std::string(present->value().data(), present->value().size());
  if (!all.empty()) all.append(", ");
  response.set(http::field::vary, all.append(field));
}

}  // namespace turnpike::control
