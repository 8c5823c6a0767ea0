#include <gtest/gtest.h>

#include "control/foreign_routes.hpp"
#include "credential_world.hpp"

namespace turnpike::control {
namespace {

class MatrixRouteTest : public ::testing::Test {
 protected:
  MatrixRouteTest() { world_.present(exchange_, world_.key.text); }
  [[nodiscard]] Response get(std::vector<std::pair<std::string, std::string>> query = {}) {
    exchange_.query = std::move(query);
    return answer_matrix(world_.context, exchange_);
  }

  CredentialWorld world_;
  Exchange exchange_ = CredentialWorld::make_exchange(http::verb::get);
};

TEST_F(MatrixRouteTest, AnswersTheFieldsOfTheClientServerApi) {
  const Response response = get();
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(body_of(response).as_object().size(), 4U);
  EXPECT_EQ(text_of(at(response, "password")), turn::ephemeral_password("north", text_of(at(response, "username"))));
  EXPECT_EQ(at(response, "ttl").as_int64(), 86'400);
  EXPECT_EQ(texts_of(at(response, "uris")), world_.settings.uris.turn);
}

TEST_F(MatrixRouteTest, AMatrixIdIsOpaque) {
  EXPECT_EQ(text_of(at(get({{"user_id", "@alice:example.org"}}), "username")), "1767312000:@alice:example.org");
}

TEST_F(MatrixRouteTest, ErrorsAreMatrixErrors) {
  exchange_.request.erase(http::field::authorization);
  EXPECT_EQ(text_of(at(get(), "errcode")), "M_MISSING_TOKEN");
  world_.present(exchange_, "wrong");
  EXPECT_EQ(text_of(at(get(), "errcode")), "M_UNKNOWN_TOKEN");
  EXPECT_EQ(get().result(), http::status::unauthorized);
  exchange_.caller.is_secure = false;
  EXPECT_EQ(text_of(at(get(), "errcode")), "M_FORBIDDEN");
}

TEST_F(MatrixRouteTest, TooManySayHowLongToWait) {
  world_.settings.requests_per_second = 1;
  world_.apply();
  (void)get();
  const Response response = get();
  EXPECT_EQ(response.result(), http::status::too_many_requests);
  EXPECT_EQ(text_of(at(response, "errcode")), "M_LIMIT_EXCEEDED");
  EXPECT_EQ(at(response, "retry_after_ms").as_int64(), 1000);
  EXPECT_EQ(response[http::field::retry_after], "1");
}

TEST_F(MatrixRouteTest, ABadUserIsAnInvalidParameter) {
  const Response response = get({{"user_id", std::string(10'240, 'a')}});
  EXPECT_EQ(response.result(), http::status::bad_request);
  EXPECT_EQ(text_of(at(response, "errcode")), "M_INVALID_PARAM");
}

}  // namespace
}  // namespace turnpike::control
