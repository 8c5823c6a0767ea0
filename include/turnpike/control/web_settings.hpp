#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace turnpike::control {

/// The web page and what it tells visitors about the server.
struct WebSettings {
  bool enabled = true;  ///< false: no route of the page exists; goes by what it was at the start
  std::string root;     ///< the folder to read the page's files from; empty: those that are built in
  bool check = true;    ///< the connection test may draw credentials for itself, without a key
  std::string version;  ///< of the program
  std::string name;     ///< what the page calls the server: the realm
  std::optional<std::uint16_t> secure_port;  ///< where the same pages are served over HTTPS
  std::string relay_ports;                   ///< "49152-65535"
};

}  // namespace turnpike::control
