#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "turnpike/base/result.hpp"
#include "turnpike/control/http_server.hpp"

namespace turnpike::control {

/// A Unix socket (mode 0660) that speaks HTTP for the local command line. Connections of root and of the server's own
/// user (SO_PEERCRED) are handed on with `is_local_admin`; others are closed. A socket file that nobody listens on any
/// more is replaced, one that somebody listens on is an error. The file is removed at the end. Loop's thread.
class AdminSocket {
 public:
  using Serve = std::function<void(HttpStream)>;
  static Result<std::unique_ptr<AdminSocket>> open(boost::asio::io_context& loop, const std::string& path, Serve serve);
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;
  ~AdminSocket();

 private:
  struct State;
  explicit AdminSocket(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace turnpike::control
