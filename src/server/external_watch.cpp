#include "server/external_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace turnpike::server {

void ExternalWatch::set_questions(std::span<const ExternalQuestion> questions, Instant now) {
  std::erase_if(entries_,
                [&](const Entry& entry) { return std::ranges::find(questions, entry.question) == questions.end(); });
  for (const ExternalQuestion& question : questions) {
    if (find_entry(question) == nullptr) entries_.push_back({.question = question, .due = now});
  }
}

Instant ExternalWatch::soonest(const Entry& entry, Instant now) noexcept {
  return entry.asked ? std::max(now, *entry.asked + kLeastWait) : now;
}

void ExternalWatch::ask_again(Instant now) noexcept {
  for (Entry& entry : entries_) {
    entry.retry = kFirstRetry;
    entry.changed_meanwhile = entry.asking;
    if (!entry.asking) entry.due = std::min(entry.due, soonest(entry, now));
  }
}

std::vector<ExternalQuestion> ExternalWatch::take_due(Instant now) {
  std::vector<ExternalQuestion> due;
  for (Entry& entry : entries_) {
    if (entry.asking || entry.due > now) continue;
    entry.asking = true;
    entry.asked = now;
    due.push_back(entry.question);
  }
  return due;
}

ExternalWatch::Outcome ExternalWatch::on_failure(Entry& entry, Instant now) const noexcept {
  // What is known stays in force, and a server that fails is not asked more often than one that answers.
  const Duration longest = entry.known ? interval_ : std::min(interval_, Duration{kLongestRetry});
  entry.due = now + std::min(entry.retry, longest);
  entry.retry = std::min(2 * entry.retry, Duration{kLongestRetry});
  const bool is_first = ++entry.failures == 1;
  return {is_first ? Outcome::Kind::failed : Outcome::Kind::failed_again, entry.known, entry.known, false};
}

ExternalWatch::Outcome ExternalWatch::on_answer(const ExternalQuestion& question, const ExternalAnswer& answer,
                                                Instant now) {
  Entry* entry = find_entry(question);
  if (entry == nullptr) return {Outcome::Kind::unasked, std::nullopt, std::nullopt, false};
  entry->asking = false;
  Outcome outcome;
  if (!answer || answer->empty()) {
    outcome = on_failure(*entry, now);
  } else {
    // A name may have several addresses, in another order each time.
    const bool still_holds = entry->known && std::ranges::find(*answer, *entry->known) != answer->end();
    const IpAddress found = still_holds ? *entry->known : answer->front();
    outcome = {still_holds ? Outcome::Kind::unchanged : Outcome::Kind::changed, entry->known, found,
               entry->failures > 0};
    entry->known = found;
    entry->failures = 0;
    entry->retry = kFirstRetry;
    entry->due = now + interval_;
  }
  if (std::exchange(entry->changed_meanwhile, false)) entry->due = std::min(entry->due, soonest(*entry, now));
  return outcome;
}

std::optional<Instant> ExternalWatch::next_due() const noexcept {
  std::optional<Instant> next;
  for (const Entry& entry : entries_) {
    if (!entry.asking && (!next || entry.due < *next)) next = entry.due;
  }
  return next;
}

ExternalWatch::Entry* ExternalWatch::find_entry(const ExternalQuestion& question) noexcept {
  const auto found = std::ranges::find(entries_, question, &Entry::question);
  return found == entries_.end() ? nullptr : &*found;
}

std::optional<IpAddress> ExternalWatch::find(const ExternalQuestion& question) const noexcept {
  const auto found = std::ranges::find(entries_, question, &Entry::question);
  return found == entries_.end() ? std::nullopt : found->known;
}

bool ExternalWatch::knows_all() const noexcept {
  return std::ranges::all_of(entries_, [](const Entry& entry) { return entry.known.has_value(); });
}

std::string complain_about_external(const IpAddress& address, const IpAddress& local,
                                    const std::optional<IpAddress>& stun_server) {
  const auto complain = [&](std::string_view reason) { return fmt::format("{} {}", address.to_string(), reason); };
  if (address.family() != local.family()) return complain("is of the other family");
  if (address.is_unspecified() || is_link_local(address)) return complain("is nobody's public address");
  const std::uint8_t first = address.bytes().front();
  if (address.is_v4() ? first >= 224 : first == 0xff) return complain("is nobody's public address");
  if (is_loopback(address) && !is_loopback(local)) return complain("is a loopback address");
  if (stun_server && is_public(*stun_server) && !is_public(address)) {
    return complain("is no public address, though the STUN server has one");
  }
  return {};
}

}  // namespace turnpike::server
