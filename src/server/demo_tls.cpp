#include "server/demo_tls.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/clock.hpp"
#include "server/config.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/net/interfaces.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::server {
namespace {

constexpr Seconds kLifetime{30LL * 86400};

std::vector<std::string> own_names() {
  std::vector<std::string> names{"localhost"};
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0') names.emplace_back(name.data());
  if (const auto interfaces = net::list_interface_addresses()) {
    for (const net::InterfaceAddress& entry : *interfaces) names.push_back(entry.address.to_string());
  }
  return names;
}

}  // namespace

std::shared_ptr<const net::TlsSettings> make_demo_tls() {
  const auto made_up = net::make_up_certificate(own_names(), sample_now().wall, kLifetime);
  if (!made_up) throw std::runtime_error(made_up.error().message);
  net::TlsOptions options;
  options.alpn = Config::Tls{}.alpn;
  SystemRandom random;
  const auto settings = net::TlsSettings::make({&made_up->server, 1}, options, random);
  if (!settings) throw std::runtime_error(settings.error().message);
  return *settings;
}

}  // namespace turnpike::server
