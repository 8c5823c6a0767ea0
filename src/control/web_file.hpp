#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "control/http_message.hpp"

namespace turnpike::control {

/// A file of the page in the forms in which it is sent.
struct WebFile {
  std::string content;
  std::string compressed;  ///< gzip; empty when that is not worth it
  std::string etag;        ///< strong, of the plain form, in its quotes

  [[nodiscard]] std::string compressed_etag() const;  ///< another one: it is another representation
};

[[nodiscard]] WebFile make_web_file(std::string content);

/// The files of the page, out of the program or out of a folder.
class WebFiles {
 public:
  static constexpr std::size_t kMaxSize = 4U << 20U;  ///< of a file in a folder

  /// The file `name` below the folder `root`, as it is now; with an empty `root` the one that is built in. Null when
  /// there is none. `name` is "call.html" or "call/main.js", and its parts are allowed ones (web_name.hpp).
  [[nodiscard]] std::shared_ptr<const WebFile> find(const std::string& root, const std::string& name);

 private:
  std::map<std::string, std::shared_ptr<const WebFile>, std::less<>> built_in_;  // that have been asked for
};

/// The answer to GET or HEAD: 200, compressed where the client takes that, or 304 (RFC 9110 section 13.1.2).
[[nodiscard]] Response answer_with_file(const Request& request, const WebFile& file, std::string_view type);

}  // namespace turnpike::control
