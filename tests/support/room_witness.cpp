#include "support/room_witness.hpp"

#include <algorithm>
#include <unordered_map>
#include <variant>

#include "support/demand.hpp"

namespace turnpike::test {

using rooms::ClientId;
using rooms::Notice;

RoomWitness::Place RoomWitness::place_of(ClientId client) const {
  const auto found = std::ranges::find(places_, client, &RoomPlace::client);
  return client == ClientId{} || found == places_.end() ? nullptr : *found;
}

RoomWitness::Place RoomWitness::place_of(std::string_view room, std::string_view user) const {
  const auto found = std::ranges::find_if(places_, [&](const Place& p) { return p->room == room && p->user == user; });
  return found == places_.end() ? nullptr : *found;
}

void RoomWitness::read(const std::vector<rooms::Delivery>& out, const Attempt& attempt) {
  just_resumed_ = nullptr;
  for (const rooms::Delivery& delivery : out) {
    alive_.push_back(delivery.notice);
    if (const auto* joined = std::get_if<rooms::Joined>(delivery.notice.get())) {
      demand(delivery.client == attempt.client, "who did not ask to join was told that it has");
      joined->resumed ? read_resumed(delivery, *joined, attempt) : read_joined(delivery, *joined, attempt);
    } else if (delivery.sequence != 0) {
      read_numbered(delivery);
    } else if (std::holds_alternative<rooms::Removed>(*delivery.notice)) {
      const Place place = place_of(delivery.client);
      demand(place != nullptr, "removed, but was nowhere");
      // Its place goes on when somebody has taken that over.
      if (place == attempt.place) place->client = ClientId{};
      if (place != attempt.place) place->is_over = true;
      std::erase_if(places_, [](const Place& p) { return p->is_over; });
    } else if (const auto* lost = std::get_if<rooms::Undelivered>(delivery.notice.get())) {
      const Place place = place_of(delivery.client);
      demand(place != nullptr, "undelivered for who is nowhere");
      demand(told_undelivered_.insert({place.get(), lost->target}).second, "undelivered twice");
      ++undelivered_;
    } else {
      demand(std::holds_alternative<rooms::Refused>(*delivery.notice), "a notice without its number");
    }
  }
}

void RoomWitness::read_joined(const rooms::Delivery& delivery, const rooms::Joined& joined, const Attempt& attempt) {
  demand(delivery.sequence == 0, "a new place begins at 0");
  if (const Place before = place_of(delivery.client)) before->is_over = true;
  if (const Place replaced = place_of(joined.room, joined.user)) replaced->is_over = true;
  auto place = std::make_shared<RoomPlace>();
  place->room = joined.room;
  place->user = joined.user;
  place->resume = joined.resume;
  place->hidden = attempt.hidden;
  place->client = delivery.client;
  for (const rooms::Peer& peer : joined.peers) {
    demand(peer.user != joined.user && place->peers.insert(peer.user).second, "a peer twice, or oneself");
  }
  std::erase_if(places_, [](const Place& p) { return p->is_over; });
  if (attempt.ends_room) std::erase_if(held_, [&](const auto& entry) { return entry.first.first == joined.room; });
  if (const auto held = held_.find({joined.room, joined.user}); held != held_.end()) {
    for (Held& message : held->second) place->owed.push_back(std::move(message.text));
    held_.erase(held);
  }
  places_.push_back(place);
  all_.push_back(std::move(place));
}

void RoomWitness::read_resumed(const rooms::Delivery& delivery, const rooms::Joined& joined, const Attempt& attempt) {
  const Place& place = attempt.place;
  demand(place != nullptr && !place->is_over, "resumed what is over");
  demand(place->room == joined.room && place->user == joined.user, "resumed another place");
  demand(delivery.sequence == attempt.seen, "goes on elsewhere than asked for");
  demand(joined.resume != place->resume, "the secret is not fresh");
  if (const Place before = place_of(delivery.client); before != nullptr && before != place) before->is_over = true;
  std::erase_if(places_, [](const Place& p) { return p->is_over; });
  place->resume = joined.resume;
  place->client = delivery.client;
  place->seen = attempt.seen;
  place->acknowledged = attempt.seen;
  place->peers.clear();
  for (const rooms::Peer& peer : joined.peers) place->peers.insert(peer.user);
  just_resumed_ = place.get();
  ++resumes_;
}

void RoomWitness::read_numbered(const rooms::Delivery& delivery) {
  const Place place = place_of(delivery.client);
  demand(place != nullptr, "something reaches who is in no room");
  demand(delivery.sequence == ++place->seen, "a number is missing or comes twice");
  const bool is_new = delivery.sequence > place->heard.size();
  if (is_new) {
    demand(delivery.sequence == place->heard.size() + 1, "something was never heard");
    place->heard.push_back(delivery.notice.get());
    if (just_resumed_ == place.get()) ++heard_late_;
  } else {
    demand(place->heard[delivery.sequence - 1] == delivery.notice.get(), "another notice under the same number");
    ++heard_again_;
  }
  read_content(*place, *delivery.notice, is_new);
}

void RoomWitness::read_content(RoomPlace& place, const Notice& notice, bool is_new) {
  const auto take_owed = [&](std::string_view text) {
    if (!is_new) return;
    demand(!place.owed.empty() && place.owed.front() == text, "not the text that was due");
    place.owed.pop_front();
  };
  if (const auto* joined = std::get_if<rooms::PeerJoined>(&notice)) {
    demand(!place.hidden, "an announcement to who is hidden");
    place.peers.insert(joined->peer.user);
  } else if (const auto* left = std::get_if<rooms::PeerLeft>(&notice)) {
    demand(!place.hidden, "an announcement to who is hidden");
    place.peers.erase(left->user);
    if (left->reason == rooms::LeaveReason::overflow) ++overflows_;
  } else if (const auto* signal = std::get_if<rooms::Signal>(&notice)) {
    take_owed(*signal->body);
  } else {
    take_owed(std::get<rooms::Chat>(notice).text);
  }
}

void RoomWitness::lose(ClientId client) {
  const Place place = place_of(client);
  if (place == nullptr) return;
  place->client = ClientId{};
  if (place->resume.empty()) place->is_over = true;
}

void RoomWitness::hold(const Place& sender, const std::string& target, std::string text, Instant until) {
  std::vector<Held>& queue = held_[{sender->room, target}];
  const auto first = std::ranges::find(queue, sender, &Held::sender);
  if (first != queue.end()) until = first->until;
  if (first == queue.end()) told_undelivered_.erase({sender.get(), target});
  queue.push_back({sender, std::move(text), until});
}

void RoomWitness::give_up_held(Instant now) {
  for (auto& [key, queue] : held_) {
    std::erase_if(queue, [&, &target = key.second](const Held& message) {
      if (message.until > now) return false;
      const RoomPlace& sender = *message.sender;
      demand(sender.is_over || sender.client == ClientId{} || told_undelivered_.contains({&sender, target}),
             "a sender was not told that nobody came");
      return true;
    });
  }
}

void RoomWitness::check() {
  for (const Place& place : places_) check_place(*place);
  std::erase_if(places_, [](const Place& p) { return p->is_over; });
  std::erase_if(held_,
                [&](const auto& entry) { return entry.second.empty() || !core_.find(entry.first.first).has_value(); });
}

void RoomWitness::check_place(RoomPlace& place) {
  const std::vector<rooms::MemberView> members = core_.members(place.room);
  const auto self = std::ranges::find_if(members, [&](const auto& m) { return m.peer.user == place.user; });
  if (place.client == ClientId{} && self == members.end()) place.is_over = true;
  if (place.is_over) return;
  demand(self != members.end(), "somebody is no member and does not know it");
  demand(self->connected == (place.client != ClientId{}), "a place is not as connected as its client");
  if (place.client == ClientId{}) return;
  demand(place.owed.empty(), "a text has not arrived");
  demand(place.seen == place.heard.size(), "a connected member has not heard all");
  if (place.hidden) return;
  std::set<std::string, std::less<>> present;
  for (const rooms::MemberView& member : members) {
    if (!member.hidden && member.peer.user != place.user) present.insert(member.peer.user);
  }
  demand(present == place.peers, "a member does not know who is there");
}

void RoomWitness::check_order() const {
  std::unordered_map<const Notice*, std::vector<const Notice*>> next;
  std::unordered_map<const Notice*, std::size_t> before;
  for (const Place& place : all_) {
    for (std::size_t i = 0; i < place->heard.size(); ++i) {
      before.try_emplace(place->heard[i], 0);
      if (i == 0) continue;
      next[place->heard[i - 1]].push_back(place->heard[i]);
      ++before[place->heard[i]];
    }
  }
  std::vector<const Notice*> ready;
  for (const auto& [notice, count] : before) {
    if (count == 0) ready.push_back(notice);
  }
  std::size_t ordered = 0;
  while (!ready.empty()) {
    const Notice* notice = ready.back();
    ready.pop_back();
    ++ordered;
    for (const Notice* later : next[notice]) {
      if (--before[later] == 0) ready.push_back(later);
    }
  }
  demand(ordered == before.size(), "two members saw the same events in different orders");
}

}  // namespace turnpike::test
