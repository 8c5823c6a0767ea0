#include "control/session_json.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <ctime>

#include "control/signaling.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/control/time_text.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

json::string valid_text(std::string_view text) {
  json::string valid;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) {
      valid.append("\xef\xbf\xbd");
    } else {
      valid.append(json::string_view(text.data(), length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::int64_t seconds_of(Duration duration) noexcept {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

json::object to_json(const turn::Traffic& traffic) {
  return {{"toPeers", {{"packets", traffic.packets_to_peers}, {"bytes", traffic.bytes_to_peers}}},
          {"toClient", {{"packets", traffic.packets_to_client}, {"bytes", traffic.bytes_to_client}}}};
}

json::object to_json(const AllocationKey& key, const turn::AllocationSummary& summary) {
  json::array relayed;
  for (std::size_t i = 0; i < summary.relayed_count && i < summary.relayed.size(); ++i) {
    relayed.emplace_back(summary.relayed.at(i).to_string());
  }
  json::object body{{"id", to_string(key)},
                    {"user", valid_text(summary.user)},
                    {"username", valid_text(summary.username)},
                    {"client", summary.five_tuple.client.to_string()},
                    {"server", summary.five_tuple.server.to_string()},
                    {"transport", to_string(summary.five_tuple.transport)},
                    {"protocol", summary.protocol == turn::RelayProtocol::tcp ? "tcp" : "udp"},
                    {"relayed", std::move(relayed)},
                    {"ageSeconds", seconds_of(summary.age)},
                    {"expiresInSeconds", seconds_of(summary.remaining)},
                    {"traffic", to_json(summary.traffic)},
                    {"permissions", summary.permissions},
                    {"channels", summary.channels},
                    {"connections", summary.connections}};
  if (const auto member = parse_room_user(summary.user)) {
    body["room"] = valid_text(member->room);
    body["roomUser"] = valid_text(member->user);
  }
  return body;
}

json::array to_json(const std::vector<ServerStatus::Certificate>& certificates) {
  json::array array;
  for (const auto& each : certificates) {
    array.push_back(json::object{{"names", control::to_json(each.names)}, {"expiresAt", show_time(each.expiry)}});
  }
  return array;
}

json::array to_json(const std::vector<ServerStatus::Relay>& relays) {
  json::array list;
  for (const auto& each : relays) list.push_back(json::object{{"local", each.local}, {"external", each.external}});
  return list;
}

json::array to_json(const std::vector<ServerStatus::AwaitedRelay>& awaited) {
  json::array list;
  for (const auto& each : awaited) list.push_back(json::object{{"local", each.local}, {"reason", each.reason}});
  return list;
}

}  // namespace

json::object to_json(const AllocationList& list) {
  json::array allocations;
  allocations.reserve(list.allocations.size());
  for (const ListedAllocation& listed : list.allocations) allocations.push_back(to_json(listed.key, listed.summary));
  json::object body{{"allocations", std::move(allocations)}, {"next", nullptr}};
  if (list.next) body["next"] = to_string(*list.next);
  return body;
}

json::object to_json(const AllocationKey& key, const turn::AllocationDetails& details) {
  json::array permissions;
  for (const auto& permission : details.permissions) {
    permissions.push_back(json::object{{"address", permission.address.to_string()},
                                       {"expiresInSeconds", seconds_of(permission.remaining)}});
  }
  json::array channels;
  for (const auto& channel : details.channels) {
    channels.push_back(json::object{{"number", fmt::format("{:#06x}", channel.number)},
                                    {"peer", channel.peer.to_string()},
                                    {"expiresInSeconds", seconds_of(channel.remaining)}});
  }
  json::object body = to_json(key, details.summary);
  body["permissions"] = std::move(permissions);
  body["channels"] = std::move(channels);
  return body;
}

json::object to_json(const DrainStatus& drain) {
  json::object body{
      {"startedAt", show_time(drain.started)}, {"deadlineAt", nullptr}, {"allocations", drain.allocations}};
  if (drain.deadline) body["deadlineAt"] = show_time(*drain.deadline);
  return body;
}

json::object to_json(const ServerStatus& status) {
  json::array listeners;
  for (const auto& listener : status.listeners) listeners.emplace_back(listener.url);
  json::array alternates;
  for (const auto& each : status.alternates) {
    alternates.push_back(json::object{{"address", each.address}, {"state", each.state}});
  }
  json::object body{{"version", status.version},
                    {"state", status.state},
                    {"started", show_time(status.started)},
                    {"uptimeSeconds", status.uptime.count()},
                    {"workers", status.workers},
                    {"allocations", status.allocations},
                    {"rooms", status.rooms},
                    {"members", status.members},
                    {"realm", valid_text(status.realm)},
                    {"listeners", std::move(listeners)},
                    {"certificates", to_json(status.certificates)},
                    {"certificateExpiresAt", nullptr},
                    {"database", valid_text(status.database)},
                    {"secrets", status.secrets},
                    {"staticUsers", status.static_users},
                    {"configuredAt", show_time(status.configured)},
                    {"pending", to_json(status.pending)},
                    {"drain", nullptr},
                    {"alternates", std::move(alternates)},
                    {"relays", to_json(status.relays)},
                    {"awaited", to_json(status.awaited)}};
  if (status.drain) body["drain"] = to_json(*status.drain);
  if (status.certificate_expiry) body["certificateExpiresAt"] = show_time(*status.certificate_expiry);
  return body;
}

json::array to_json(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.push_back(valid_text(text));
  return array;
}

}  // namespace turnpike::control
