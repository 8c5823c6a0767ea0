#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::server {

/// Looks up the addresses of names, as the system does, away from the loop: a lookup may take half a minute where no
/// name server answers. Neither the loop nor the end of the program waits for one (Asio's resolver, when it goes,
/// does). Belongs to the context's one thread.
class NameLookup {
 public:
  /// The addresses of both families, in the system's order of preference, or why there are none. Called from the
  /// context, never from inside find().
  using Answer = std::function<void(Result<std::vector<IpAddress>, std::string>)>;

  explicit NameLookup(boost::asio::io_context& context);
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;
  /// No `answer` is called from then on.
  ~NameLookup();

  void find(const std::string& name, Answer answer);

 private:
  struct Desk;
  std::shared_ptr<Desk> desk_;
};

}  // namespace turnpike::server
