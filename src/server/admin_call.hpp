#pragma once

#include <cxxopts.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "server/admin_client.hpp"
#include "server/command_line.hpp"
#include "server/config.hpp"

namespace turnpike::server {

/// What commands that talk to the running server share: where it is, asking, and saying what went wrong.
class AdminCall {
 public:
  /// --socket, --config, --json and --help.
  static void add_options(cxxopts::Options& options);
  /// Nothing when it cannot be known where the server is; that has been said then.
  static std::optional<AdminCall> prepare(const cxxopts::ParseResult& parsed, CommandWorld& world);

  /// Nothing when the server could not be asked; that has been said then.
  [[nodiscard]] std::optional<AdminAnswer> ask(const AdminRequest& request);
  /// As ask(), but for a server that may be gone by now: nothing is said then.
  [[nodiscard]] std::optional<AdminAnswer> ask_if_there(const AdminRequest& request);
  /// As ask(), and the answer must be a JSON object of a 2xx status; what else comes is said.
  [[nodiscard]] std::optional<boost::json::object> ask_for_object(const AdminRequest& request);

  [[nodiscard]] bool wants_json() const noexcept { return wants_json_; }
  /// The file of --config; null when none was given.
  [[nodiscard]] const Config* config() const noexcept { return config_.get(); }

 private:
  AdminCall(CommandWorld& world, std::string socket, bool wants_json, std::shared_ptr<const Config> config)
      : world_(world), socket_(std::move(socket)), wants_json_(wants_json), config_(std::move(config)) {}

  CommandWorld& world_;
  std::string socket_;
  bool wants_json_;
  std::shared_ptr<const Config> config_;
};

/// What an answer that is no success says, in one line: the problem's detail, or its status.
[[nodiscard]] std::string explain(const AdminAnswer& answer);
/// An object; empty when the answer's body is none.
[[nodiscard]] boost::json::object object_of(const AdminAnswer& answer);

// Members of the server's answers, fit for a terminal: texts escaped, "-" and 0 where there is none.
[[nodiscard]] std::string text_of(const boost::json::object& object, std::string_view name);
[[nodiscard]] std::uint64_t number_of(const boost::json::object& object, std::string_view name);
[[nodiscard]] std::vector<std::string> texts_of(const boost::json::object& object, std::string_view name);

/// The two largest units: "5s", "1m1s", "2h0m", "3d4h".
[[nodiscard]] std::string show_age(std::uint64_t seconds);

/// Every value given for a positional option, whole: the option parser itself splits lists at commas.
[[nodiscard]] std::vector<std::string> positional_values(const cxxopts::ParseResult& parsed, std::string_view name);

}  // namespace turnpike::server
