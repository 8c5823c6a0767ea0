#include "server/command_password.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "server/command_store.hpp"
#include "server/config_names.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxPassword = 4096;

/// While it lives, the terminal does not show what is typed.
class HiddenTyping {
 public:
  HiddenTyping() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hides_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;
  ~HiddenTyping() {
    if (hides_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool hides_ = false;
};

std::string read_line(std::istream& in) {
  std::string line;
  char character = 0;
  while (line.size() <= kMaxPassword && in.get(character) && character != '\n') line += character;
  return line;
}

std::string ask(CommandWorld& world) {
  const bool is_terminal = &world.in == &std::cin && ::isatty(STDIN_FILENO) == 1;
  if (!is_terminal) return read_line(world.in);
  world.err << "Password: " << std::flush;
  std::string line;
  {
    const HiddenTyping hidden;
    line = read_line(world.in);
  }
  world.err << '\n';
  return line;
}

std::string read_file_line(const std::string& path, CommandWorld& world) {
  Result<std::string> text = world.environment.read_file(path);
  if (!text) throw WrongCall{fmt::format("--password-file: cannot read {}: {}", path, text.error().message())};
  if (text->ends_with('\n')) text->pop_back();
  return *text;
}

}  // namespace

std::string read_password(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const auto file = find_text(parsed, "password-file");
  std::string password = file ? read_file_line(*file, world) : ask(world);
  if (password.ends_with('\r')) password.pop_back();
  if (password.size() > kMaxPassword) throw WrongCall{fmt::format("a password has at most {} bytes", kMaxPassword)};
  const std::string complaint = complain_about_password(password);
  if (!complaint.empty()) throw WrongCall{complaint};
  return password;
}

}  // namespace turnpike::server
