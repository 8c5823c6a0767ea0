#pragma once

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "turnpike/base/endpoint.hpp"

namespace turnpike::probe {

template <typename Protocol>
[[nodiscard]] typename Protocol::endpoint to_asio_endpoint(const Endpoint& endpoint) {
  namespace ip = boost::asio::ip;
  const auto bytes = endpoint.address.bytes();
  if (endpoint.address.is_v4()) {
    ip::address_v4::bytes_type four{};
    std::ranges::copy(bytes, four.begin());
    return {ip::address_v4{four}, endpoint.port};
  }
  ip::address_v6::bytes_type sixteen{};
  std::ranges::copy(bytes, sixteen.begin());
  return {ip::address_v6{sixteen}, endpoint.port};
}

template <typename AsioEndpoint>
[[nodiscard]] Endpoint from_asio(const AsioEndpoint& endpoint) {
  const auto address = endpoint.address();
  if (address.is_v4()) return {IpAddress::v4(address.to_v4().to_bytes()), endpoint.port()};
  return {IpAddress::v6(address.to_v6().to_bytes()), endpoint.port()};
}

}  // namespace turnpike::probe
