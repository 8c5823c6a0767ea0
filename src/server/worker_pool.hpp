#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "server/worker.hpp"

namespace turnpike::server {

/// All workers, as the control loop talks to them: by mailbox, and with the answers on the control loop.
class WorkerPool {
 public:
  explicit WorkerPool(boost::asio::io_context& control) : control_(control) {}

  [[nodiscard]] std::vector<std::unique_ptr<Worker>>& all() noexcept { return workers_; }
  [[nodiscard]] std::size_t size() const noexcept { return workers_.size(); }

  /// Runs a copy of `task(Worker&)` on every worker.
  template <typename Task>
  void tell(Task task) {
    for (const auto& each : workers_) each->post(task);
  }

  /// `ask(Worker&)` on one worker, then `answer(result)` here.
  template <typename Ask, typename Answer>
  void ask_one(std::size_t index, Ask ask, Answer answer) {
    workers_[index]->post([this, ask = std::move(ask), answer = std::move(answer)](Worker& worker) mutable {
      boost::asio::post(control_,
                        [answer = std::move(answer), result = ask(worker)]() mutable { answer(std::move(result)); });
    });
  }

  /// `ask(Worker&)` on every worker; `answer(result, missing)` here once for each, with how many are still to come.
  template <typename Ask, typename Answer>
  void ask(Ask ask, Answer answer) {
    auto missing = std::make_shared<std::size_t>(workers_.size());
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      ask_one(i, ask, [answer, missing](auto result) mutable { answer(std::move(result), --*missing); });
    }
  }

 private:
  boost::asio::io_context& control_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace turnpike::server
