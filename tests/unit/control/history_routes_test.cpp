#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "control/history_recorder.hpp"
#include "route_world.hpp"

namespace turnpike::control {
namespace {

using test::json_of;
using test::RouteWorld;

class HistoryRoutes : public testing::Test {
 protected:
  HistoryRoutes() { add_history_routes(world_.router, world_.context, *recorder_); }

  RouteWorld world_{[](Router&, RouteContext&) {}};
  boost::asio::io_context loop_{1};
  Signaling signaling_{loop_, world_.context};
  std::optional<HistoryRecorder> recorder_{std::in_place, loop_, world_.context, signaling_};
};

TEST_F(HistoryRoutes, IsEmptyAtFirst) {
  const Response response = world_.ask(http::verb::get, "/api/v1/history");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(json_of(response), boost::json::parse(R"({"interval":10,"now":"2026-01-01T00:00:00Z",
      "series":["allocations","bytesToPeers","bytesToClients","packets","rooms","members"],"samples":[]})"));
}

TEST_F(HistoryRoutes, GivesRowsOldestFirst) {
  world_.backend.server_totals = {3, 1000, 1000, 100};
  recorder_->record();
  world_.clock.advance(Seconds{10});
  world_.backend.server_totals = {4, 2000, 3000, 150};
  recorder_->record();
  EXPECT_EQ(json_of(world_.ask(http::verb::get, "/api/v1/history")).at("samples"),
            boost::json::parse("[[1767225600,3,0,0,0,0,0],[1767225610,4,100,200,5,0,0]]"));
}

TEST_F(HistoryRoutes, TheFirstRowIsOfTheStart) {
  loop_.poll();
  EXPECT_EQ(recorder_->history().rows().size(), 1U);
}

TEST_F(HistoryRoutes, AStoppedRecorderLeavesTheLoopNothingToDo) {
  loop_.poll();
  recorder_->stop();
  loop_.restart();
  loop_.run();
  EXPECT_EQ(recorder_->history().rows().size(), 1U);
}

TEST_F(HistoryRoutes, AnAnswerForAGoneRecorderIsDropped) {
  world_.backend.holds_totals = true;
  recorder_->record();
  recorder_.reset();
  world_.backend.give_totals();
}

TEST_F(HistoryRoutes, NothingIsAskedWhileTheServerOwesAnAnswer) {
  world_.backend.holds_totals = true;
  recorder_->record();
  recorder_->record();
  world_.backend.give_totals();
  EXPECT_EQ(recorder_->history().rows().size(), 1U);
  world_.clock.advance(Seconds{20});
  recorder_->record();
  world_.backend.give_totals();
  EXPECT_EQ(recorder_->history().rows().size(), 2U);
}

TEST_F(HistoryRoutes, IsForAdministrators) {
  const Request request{http::verb::get, "/api/v1/history", 11};
  EXPECT_EQ(world_.ask(request, RouteWorld::remote_caller()).result(), http::status::unauthorized);
}

}  // namespace
}  // namespace turnpike::control
