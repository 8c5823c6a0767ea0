#include "control/engineio_queue.hpp"

#include <utility>

namespace turnpike::control {
namespace {

constexpr char kSeparator = '\x1e';

}  // namespace

void EngineIoQueue::push(std::string packet) {
  bytes_ += packet.size();
  packets_.push_back(std::move(packet));
}

// A close goes alone: the stock client takes it to heart before it has looked into what came with it.
std::string EngineIoQueue::take_answer() {
  const std::string close = packet_of(rooms::EngineType::close);
  std::string answer;
  do {
    if (!answer.empty()) answer.push_back(kSeparator);
    answer.append(packets_.front());
    bytes_ -= packets_.front().size();
    packets_.pop_front();
  } while (!packets_.empty() && packets_.front() != close && answer.size() + 1 + packets_.front().size() <= kMaxAnswer);
  if (packets_.empty()) packets_.shrink_to_fit();
  return answer;
}

std::deque<std::string> EngineIoQueue::take_all() {
  bytes_ = 0;
  return std::exchange(packets_, {});
}

}  // namespace turnpike::control
