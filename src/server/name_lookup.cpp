#include "server/name_lookup.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

namespace turnpike::server {
namespace {

using Found = Result<std::vector<IpAddress>, std::string>;

IpAddress read_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    IpAddress::V4Bytes bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return IpAddress::v4(bytes);
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof(v6));
  IpAddress::V6Bytes bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return IpAddress::v6(bytes);
}

Found look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* first = nullptr;
  const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &first);
  if (failure != 0) return std::string(::gai_strerror(failure));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(first, &::freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET || each->ai_family == AF_INET6) {
      addresses.push_back(read_address(*each->ai_addr).unmapped());
    }
  }
  return addresses;
}

}  // namespace

/// Where the threads that look up leave what they found; it outlives whoever asked.
struct NameLookup::Desk {
  std::mutex mutex;
  boost::asio::io_context* context = nullptr;  // null: nobody is there any more
  std::unordered_map<std::uint64_t, Answer> waiting;
  std::uint64_t next = 0;

  static void deliver(const std::shared_ptr<Desk>& desk, std::uint64_t id, Found found) {
    const std::lock_guard lock(desk->mutex);
    if (desk->context == nullptr) return;
    boost::asio::post(*desk->context, [desk, id, found = std::move(found)]() mutable {
      Answer answer;
      {
        const std::lock_guard inner(desk->mutex);
        const auto asked = desk->waiting.find(id);
        if (asked == desk->waiting.end()) return;
        answer = std::move(asked->second);
        desk->waiting.erase(asked);
      }
      answer(std::move(found));
    });
  }
};

NameLookup::NameLookup(boost::asio::io_context& context) : desk_(std::make_shared<Desk>()) {
  desk_->context = &context;
}

NameLookup::~NameLookup() {
  const std::lock_guard lock(desk_->mutex);
  desk_->context = nullptr;
  desk_->waiting.clear();
}

void NameLookup::find(const std::string& name, Answer answer) {
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(desk_->mutex);
    id = desk_->next++;
    desk_->waiting.emplace(id, std::move(answer));
  }
  try {
    std::thread([desk = desk_, id, name] { Desk::deliver(desk, id, look_up(name)); }).detach();
  } catch (const std::system_error& error) {
    Desk::deliver(desk_, id, std::string(error.what()));
  }
}

}  // namespace turnpike::server
