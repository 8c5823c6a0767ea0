#include "support/room_walk.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "support/demand.hpp"

namespace turnpike::test {
namespace {

using rooms::ClientId;
using rooms::Delivery;

rooms::RoomLimits limits_of(RoomWalk::Bounds bounds) {
  rooms::RoomLimits limits;
  limits.clients = 20;
  limits.clients_per_address = 8;
  limits.rooms = 4;
  limits.rooms_per_address = 2;
  limits.members = 4;
  limits.message_bytes = 400;
  limits.empty_room = Seconds{2};
  limits.held_messages = 3;
  limits.held_total = 6;
  if (bounds == RoomWalk::Bounds::tight) {
    limits.kept_messages = 6;
    limits.kept_bytes = 2500;
    limits.kept_total = 10'000;
    limits.empty_room = Seconds{0};
  }
  return limits;
}

bool was_refused(const std::vector<Delivery>& out, ClientId client) {
  return std::ranges::any_of(out, [&](const Delivery& delivery) {
    return delivery.client == client && std::holds_alternative<rooms::Refused>(*delivery.notice);
  });
}

}  // namespace

RoomWalk::RoomWalk(Random& choices, Bounds bounds)
    : choices_(choices), bounds_(bounds), limits_(limits_of(bounds)), core_(limits_, secrets_), witness_(core_) {}

void RoomWalk::step() {
  using Operation = void (RoomWalk::*)();
  constexpr std::array<Operation, 24> kOperations{
      &RoomWalk::connect,     &RoomWalk::connect,     &RoomWalk::connect,   &RoomWalk::lose_client,
      &RoomWalk::lose_client, &RoomWalk::join,        &RoomWalk::join,      &RoomWalk::join,
      &RoomWalk::join,        &RoomWalk::resume,      &RoomWalk::resume,    &RoomWalk::resume,
      &RoomWalk::signal,      &RoomWalk::signal,      &RoomWalk::signal,    &RoomWalk::signal,
      &RoomWalk::signal,      &RoomWalk::chat,        &RoomWalk::chat,      &RoomWalk::leave,
      &RoomWalk::acknowledge, &RoomWalk::acknowledge, &RoomWalk::pass_time, &RoomWalk::kick};
  (this->*kOperations[pick(kOperations.size())])();
  if (one_in(200)) close();
  check();
}

void RoomWalk::finish() {
  while (!clients_.empty()) disconnect(clients_.size() - 1);
  check();
  // At most one deadline for each place, room, held message and tombstone.
  for (int turns = 0; core_.next_deadline() != kNever; ++turns) {
    demand(turns < 10'000, "there is always one more deadline");
    clock_.advance_to(core_.next_deadline());
    tick();
    check();
  }
  demand(core_.client_count() == 0 && core_.member_count() == 0 && core_.room_count() == 0 && core_.kept_bytes() == 0,
         "something is left");
  witness_.check_order();
}

ClientId RoomWalk::pick_client() {
  if (clients_.empty()) connect();
  return clients_[pick(clients_.size())];
}
std::string RoomWalk::pick_room() { return std::string("room-") + static_cast<char>('a' + pick(6)); }
std::string RoomWalk::pick_user() { return std::string("user-") + static_cast<char>('a' + pick(7)); }

void RoomWalk::connect() {
  const ClientId client{next_client_++};
  const auto address = IpAddress::v4(10, 0, 0, static_cast<std::uint8_t>(pick(4)));
  const bool is_full = clients_.size() >= limits_.clients;
  const auto refused = core_.connect(client, address, clock_.now());
  demand(refused.has_value() || !is_full, "more clients than may be");
  if (!refused) clients_.push_back(client);
}

void RoomWalk::lose_client() {
  if (!clients_.empty()) disconnect(pick(clients_.size()));
}

void RoomWalk::disconnect(std::size_t index) {
  const ClientId client = clients_[index];
  clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(index));
  if (const auto place = witness_.place_of(client); place != nullptr) lost_.push_back(place);
  if (lost_.size() > 8) lost_.erase(lost_.begin());
  std::vector<Delivery> out;
  core_.disconnect(client, clock_.now(), out);
  witness_.lose(client);
  witness_.read(out);
}

void RoomWalk::join() {
  const ClientId client = pick_client();
  rooms::JoinRequest request;
  request.room = pick_room();
  request.user = one_in(8) ? std::string() : pick_user();
  request.name = one_in(2) ? "name" : "";
  request.hidden = one_in(6);
  request.keeps_place = !one_in(5);
  request.owner = one_in(6) ? "owner" : "";
  request.may.publish = !one_in(10);
  const auto before = witness_.place_of(client);
  std::vector<Delivery> out;
  RoomWitness::Attempt attempt{.client = client, .hidden = request.hidden};
  attempt.ends_room = before != nullptr && before->room == request.room && core_.members(before->room).size() == 1 &&
                      limits_.empty_room == Duration{0};
  core_.join(client, std::move(request), clock_.now(), out);
  if (was_refused(out, client)) {
    demand(out.size() == 1, "a refused join does something");
    demand(witness_.place_of(client) == before, "a refused join costs a place");
  } else if (before != nullptr) {
    // What the others are told of the leaving comes before the Joined.
    before->is_over = true;
  }
  witness_.read(out, attempt);
}

void RoomWalk::resume() {
  if (lost_.empty() || one_in(4)) {
    // The old socket may seem to be open.
    if (witness_.places().empty()) return;
    try_resume(witness_.places()[pick(witness_.places().size())], pick_client());
    return;
  }
  const auto place = lost_[pick(lost_.size())];
  connect();
  if (!clients_.empty()) try_resume(place, clients_.back());
}

void RoomWalk::try_resume(const RoomWitness::Place& place, ClientId client) {
  rooms::JoinRequest request;
  request.room = place->room;
  if (one_in(2)) request.user = place->user;
  request.resume = place->resume;
  request.resume_only = true;
  std::uint64_t seen = place->heard.size();
  if (one_in(2)) {
    seen -= pick(std::min<std::uint64_t>(seen - place->acknowledged, 5) + 1);
    request.seen = seen;
  }
  std::vector<Delivery> out;
  core_.join(client, std::move(request), clock_.now(), out);
  const bool is_refused = was_refused(out, client);
  const bool can = !place->is_over && !place->resume.empty();
  demand(is_refused || can, "resumed what is over");
  if (bounds_ == Bounds::wide) demand(!is_refused || !can, "could not resume");
  if (is_refused) demand(out.size() == 1, "a refused resume does something");
  witness_.read(
      out, is_refused ? RoomWitness::Attempt{} : RoomWitness::Attempt{.client = client, .place = place, .seen = seen});
}

void RoomWalk::signal() {
  const ClientId client = pick_client();
  const auto sender = witness_.place_of(client);
  const std::string target = one_in(3) ? std::string() : pick_user();
  const auto if_absent = one_in(2) ? rooms::IfAbsent::hold : rooms::IfAbsent::refuse;
  const std::string text = std::to_string(next_text_++) + std::string(pick(450), '.');
  const std::vector<rooms::MemberView> members =
      sender == nullptr ? std::vector<rooms::MemberView>() : core_.members(sender->room);
  std::vector<Delivery> out;
  core_.signal(client, target, 0, std::make_shared<const std::string>(text), if_absent, clock_.now(), out);
  if (!was_refused(out, client)) {
    demand(sender != nullptr, "who is nowhere was heard");
    bool is_there = false;
    for (const rooms::MemberView& member : members) {
      const bool is_meant =
          target.empty() ? !member.hidden && member.peer.user != sender->user : member.peer.user == target;
      if (is_meant) witness_.owe(witness_.place_of(sender->room, member.peer.user), text);
      is_there = is_there || is_meant;
    }
    if (!target.empty() && !is_there) witness_.hold(sender, target, text, clock_.mono() + limits_.held);
  }
  witness_.read(out);
}

void RoomWalk::chat() {
  const ClientId client = pick_client();
  const auto sender = witness_.place_of(client);
  const std::string text = std::to_string(next_text_++);
  const std::vector<rooms::MemberView> members =
      sender == nullptr ? std::vector<rooms::MemberView>() : core_.members(sender->room);
  std::vector<Delivery> out;
  core_.chat(client, text, clock_.now(), out);
  if (!was_refused(out, client)) {
    demand(sender != nullptr, "who is nowhere was heard");
    for (const rooms::MemberView& member : members) {
      if (member.hidden && member.peer.user != sender->user) continue;
      witness_.owe(witness_.place_of(sender->room, member.peer.user), text);
    }
  }
  witness_.read(out);
}

void RoomWalk::leave() {
  const ClientId client = pick_client();
  if (const auto place = witness_.place_of(client)) witness_.end(*place);
  std::vector<Delivery> out;
  core_.leave(client, clock_.now(), out);
  witness_.read(out);
}

void RoomWalk::acknowledge() {
  const ClientId client = pick_client();
  const auto place = witness_.place_of(client);
  if (place == nullptr) return;
  place->acknowledged += pick(place->heard.size() - place->acknowledged + 1);
  core_.acknowledge(client, place->acknowledged);
}

void RoomWalk::kick() {
  if (!one_in(4)) return;
  const std::string room = pick_room();
  const std::string user = pick_user();
  const bool was_member = core_.is_member(room, user);
  std::vector<Delivery> out;
  demand(core_.kick(room, user, clock_.now(), out) == was_member, "kicks who is not there, or does not who is");
  demand(!core_.is_member(room, user), "still there after a kick");
  witness_.read(out);
}

void RoomWalk::close() {
  const std::string room = pick_room();
  const bool was_there = core_.find(room).has_value();
  std::vector<Delivery> out;
  demand(core_.close(room, clock_.now(), out) == was_there, "closes what is not there, or does not what is");
  demand(!core_.find(room).has_value(), "still there after closing");
  witness_.read(out);
}

void RoomWalk::pass_time() {
  if (one_in(3) && core_.next_deadline() != kNever) {
    clock_.advance_to(core_.next_deadline());
  } else {
    clock_.advance(std::chrono::milliseconds{pick(3000)});
  }
  tick();
}

void RoomWalk::tick() {
  std::vector<Delivery> out;
  core_.tick(clock_.now(), out);
  witness_.read(out);
  witness_.give_up_held(clock_.mono());
  demand(core_.next_deadline() > clock_.mono(), "what was due is still to be done");
}

void RoomWalk::check() {
  witness_.check();
  check_listing();
  demand(core_.kept_bytes() <= limits_.kept_total, "more is kept than may be");
}

void RoomWalk::check_listing() const {
  demand(core_.client_count() == clients_.size(), "clients are counted wrongly");
  std::size_t rooms = 0;
  std::size_t members = 0;
  std::string after;
  do {
    const rooms::RoomPage page = core_.list(after, 2);
    for (const rooms::RoomView& room : page.rooms) {
      ++rooms;
      members += room.members;
      const std::vector<rooms::MemberView> all = core_.members(room.id);
      const auto hidden = static_cast<std::size_t>(std::ranges::count_if(all, &rooms::MemberView::hidden));
      demand(hidden <= limits_.members && all.size() - hidden <= limits_.members, "more members than may be");
      demand(room.members == all.size(), "a listing says otherwise than the other");
    }
    demand(page.next.empty() || page.next > after, "the listing does not go on");
    after = page.next;
  } while (!after.empty());
  demand(core_.room_count() == rooms && rooms <= limits_.rooms, "rooms are counted wrongly");
  demand(core_.member_count() == members && members == witness_.places().size(), "members are counted wrongly");
}

}  // namespace turnpike::test
