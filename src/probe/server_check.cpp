#include "turnpike/probe/server_check.hpp"

#include <fmt/format.h>

#include <boost/asio/error.hpp>

#include "probe/path_check.hpp"
#include "probe/resolver.hpp"

namespace turnpike::probe {
namespace {

namespace asio = boost::asio;

Step step_of(const Result<std::vector<IpAddress>>& addresses, const std::string& host) {
  Step step{.name = StepName::resolve, .code = {}, .text = {}};
  if (addresses) {
    for (const IpAddress& address : *addresses) step.text += (step.text.empty() ? "" : ", ") + address.to_string();
    if (IpAddress::parse(host)) {
      step.mark = Mark::skipped;
      step.reason = Reason::not_needed;
    }
    return step;
  }
  const bool is_unknown = addresses.error() == asio::error::host_not_found || addresses.error() == asio::error::no_data;
  step.mark = Mark::failed;
  step.reason = is_unknown ? Reason::name_unknown : Reason::resolver_silent;
  step.text = is_unknown ? fmt::format("there is no address for {}", host)
                         : fmt::format("no name server told the address of {}", host);
  return step;
}

}  // namespace

UriReport check_server(const ServerUri& uri, const CheckOptions& options, const CheckWorld& world) {
  UriReport report{.uri = uri, .paths = {}};
  EventLoop loop{world.clock};
  const Instant began = loop.now();
  const auto addresses = resolve_host(uri.host, options.patience);
  Step resolved = step_of(addresses, uri.host);
  resolved.took = loop.now() - began;
  for (const Transport transport : uri.transports()) {
    PathReport& path = report.paths.emplace_back(PathReport{.transport = transport, .steps = {resolved}, .facts = {}});
    if (world.on_step) world.on_step(uri, transport, path.steps.back());
    if (addresses) PathCheck{loop, uri, options, world, path}.run(*addresses);
  }
  return report;
}

}  // namespace turnpike::probe
