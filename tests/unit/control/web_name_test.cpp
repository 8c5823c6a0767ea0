#include "control/web_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace turnpike::control {
namespace {

using namespace std::string_view_literals;

TEST(WebName, KnowsTheTypesOfThePage) {
  EXPECT_EQ(web_file_type("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(web_file_type("base.css"), "text/css; charset=utf-8");
  EXPECT_EQ(web_file_type("turnpike-client.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(web_file_type("plot_2.svg"), "image/svg+xml; charset=utf-8");
}

TEST(WebName, NoOtherFileIsOne) {
  for (const std::string_view name :
       {""sv,        "."sv,       ".."sv,       ".js"sv,    "js"sv,     "a"sv,      "a."sv,
        "a.b.js"sv,  "..js"sv,    "A.js"sv,     "a.JS"sv,   "a.toml"sv, "a.js~"sv,  "a/b.js"sv,
        "../a.js"sv, "a\\b.js"sv, "a%2fb.js"sv, "a b.js"sv, "a\0.js"sv, "a.js\0"sv, "\xc3\xa4.js"sv}) {
    EXPECT_FALSE(web_file_type(name)) << name;
  }
  EXPECT_TRUE(web_file_type(std::string(64, 'a') + ".js"));
  EXPECT_FALSE(web_file_type(std::string(65, 'a') + ".js"));
}

TEST(WebName, FoldersHaveNoDots) {
  EXPECT_TRUE(is_web_folder_name("call"));
  EXPECT_TRUE(is_web_folder_name("a-b_2"));
  for (const std::string_view name : {""sv, "."sv, ".."sv, "a.b"sv, "a/b"sv, "A"sv, "a\0"sv}) {
    EXPECT_FALSE(is_web_folder_name(name)) << name;
  }
}

}  // namespace
}  // namespace turnpike::control
