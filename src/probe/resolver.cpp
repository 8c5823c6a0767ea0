#include "probe/resolver.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <future>
#include <memory>
#include <thread>

#include "probe/asio_endpoint.hpp"

namespace turnpike::probe {
namespace {

using Addresses = Result<std::vector<IpAddress>>;

Addresses ask_system(const std::string& host) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::resolver resolver{context};
  error_code error;
  const auto results = resolver.resolve(host, "", error);
  if (error) return error;
  std::vector<IpAddress> addresses;
  for (const auto& result : results) {
    const IpAddress address = from_asio(result.endpoint()).address;
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
  }
  return addresses;
}

}  // namespace

Addresses resolve_host(const std::string& host, Duration patience) {
  if (const auto address = IpAddress::parse(host)) return std::vector{*address};
  // The system's resolver can be waited for but not interrupted: its thread may outlive this call, with what it needs.
  auto task = std::make_shared<std::packaged_task<Addresses()>>([host] { return ask_system(host); });
  auto answer = task->get_future();
  std::thread([task] { (*task)(); }).detach();
  if (answer.wait_for(patience) != std::future_status::ready) {
    return boost::system::errc::make_error_code(boost::system::errc::timed_out);
  }
  return answer.get();
}

}  // namespace turnpike::probe
