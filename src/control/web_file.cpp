#include "control/web_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "control/compression.hpp"
#include "control/web_assets.hpp"
#include "turnpike/base/base64.hpp"
#include "turnpike/base/digest.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::control {
namespace {

std::optional<std::string_view> find_asset(std::string_view name) noexcept {
  const auto assets = web_assets();
  const auto found = std::ranges::find(assets, name, &WebAsset::name);
  return found == assets.end() ? std::nullopt : std::optional(found->content);
}

/// What is no plain file (a pipe would have us wait), cannot be read or is too large is not there.
std::optional<std::string> read_file(const std::string& path) {
  const net::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) > WebFiles::kMaxSize) return std::nullopt;
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = ::read(file.get(), content.data() + size, content.size() - size);
    if (count < 0) return std::nullopt;
    if (count == 0) break;  // it has become shorter meanwhile
    size += static_cast<std::size_t>(count);
  }
  content.resize(size);
  return content;
}

std::string joined_fields(const Request& request, http::field name) {
  std::string all;
  const auto [first, last] = request.equal_range(name);
  for (auto field = first; field != last; ++field) {
    all.append(field->value().data(), field->value().size()).append(",");
  }
  return all;
}

/// Weak comparison (RFC 9110 section 8.8.3.2), as If-None-Match wants it. Tags may hold commas.
bool is_listed(std::string_view list, std::string_view etag) noexcept {
  while (true) {
    list.remove_prefix(std::min(list.size(), list.find_first_not_of(" \t,")));
    if (list.empty()) return false;
    if (list.starts_with('*')) return true;
    if (list.starts_with("W/")) list.remove_prefix(2);
    if (!list.starts_with('"')) return false;
    const std::size_t end = list.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (list.substr(0, end + 1) == etag) return true;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

std::string WebFile::compressed_etag() const { return etag.substr(0, etag.size() - 1) + "-gzip\""; }

WebFile make_web_file(std::string content) {
  WebFile file;
  file.compressed = compress(content);
  file.etag = '"' + base64_encode(sha256({as_bytes(content)})) + '"';
  file.content = std::move(content);
  return file;
}

std::shared_ptr<const WebFile> WebFiles::find(const std::string& root, const std::string& name) {
  if (!root.empty()) {
    auto content = read_file(root + "/" + name);
    return content ? std::make_shared<const WebFile>(make_web_file(std::move(*content))) : nullptr;
  }
  if (const auto known = built_in_.find(name); known != built_in_.end()) return known->second;
  const auto content = find_asset(name);
  if (!content) return nullptr;
  return built_in_.emplace(name, std::make_shared<const WebFile>(make_web_file(std::string(*content)))).first->second;
}

Response answer_with_file(const Request& request, const WebFile& file, std::string_view type) {
  const bool is_compressed = !file.compressed.empty() && accepts_gzip(request);
  const std::string etag = is_compressed ? file.compressed_etag() : file.etag;
  Response response;
  response.set(http::field::etag, etag);
  response.set(http::field::cache_control, "no-cache");
  if (!file.compressed.empty()) add_vary(response, "Accept-Encoding");
  if (is_listed(joined_fields(request, http::field::if_none_match), etag)) {
    response.result(http::status::not_modified);
    return response;
  }
  response.result(http::status::ok);
  response.set(http::field::content_type, {type.data(), type.size()});
  if (is_compressed) response.set(http::field::content_encoding, "gzip");
  response.body() = is_compressed ? file.compressed : file.content;
  return response;
}

}  // namespace turnpike::control
