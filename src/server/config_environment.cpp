#include "server/config_environment.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxFileSize = std::size_t{1} << 20U;

error_code last_error() { return {errno, boost::system::system_category()}; }

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const net::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return last_error();
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() <= kMaxFileSize) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0) return last_error();
    if (count == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return error_code(EFBIG, boost::system::system_category());
}

ConfigEnvironment process_environment() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody here sets any
            if (value == nullptr) return std::nullopt;
            return std::string(value);
          },
          .read_file = read_text_file,
          .is_folder =
              [](const std::string& path) {
                std::error_code ignored;
                return std::filesystem::is_directory(path, ignored);
              }};
}

}  // namespace turnpike::server
