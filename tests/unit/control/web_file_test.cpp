#include "control/web_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "control/compression.hpp"
#include "control/web_assets.hpp"
#include "control/web_name.hpp"

namespace turnpike::control {
namespace {

using ::testing::HasSubstr;

const std::string kWeb = std::string(TURNPIKE_SOURCE_DIR) + "/web/";

std::string read_source(const std::string& name) {
  std::ifstream file(kWeb + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string built_in(std::string_view name) {
  for (const WebAsset& asset : web_assets()) {
    if (asset.name == name) return std::string(asset.content);
  }
  return {};
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "body { color: black; }\n";
  return text;
}

Response answer(const WebFile& file, const std::vector<std::pair<http::field, std::string>>& fields) {
  Request request{http::verb::get, "/", 11};
  for (const auto& [name, value] : fields) request.insert(name, value);
  return answer_with_file(request, file, "text/css; charset=utf-8");
}

bool is_current(const WebFile& file, const std::string& listed) {
  return answer(file, {{http::field::if_none_match, listed}}).result() == http::status::not_modified;
}

TEST(WebAssets, AreTheFilesOfThePageByteForByte) {
  for (const WebAsset& asset : web_assets()) {
    if (asset.name == "turnpike-client.js") continue;
    EXPECT_EQ(asset.content, read_source(std::string(asset.name))) << asset.name;
  }
}

TEST(WebAssets, EachFileThatCanBeAskedForIsThere) {
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kWeb)) {
    const std::string kind = entry.path().extension().string();
    const std::string name = std::filesystem::relative(entry.path(), kWeb).string();
    const bool is_served = kind == ".html" || kind == ".css" || kind == ".js" || kind == ".svg";
    if (!is_served || name.starts_with("client/")) continue;
    EXPECT_TRUE(web_file_type(entry.path().filename().string())) << name << " can never be served";
    EXPECT_FALSE(built_in(name).empty()) << name;
    ++found;
  }
  EXPECT_EQ(web_assets().size(), found);
}

TEST(WebAssets, TheClientModuleImportsNothing) {
  const std::string module = built_in("turnpike-client.js");
  EXPECT_THAT(module, HasSubstr("\nexport {"));
  EXPECT_EQ(("\n" + module).find("\nimport "), std::string::npos);
  EXPECT_EQ(module.find(" from './"), std::string::npos);
}

TEST(WebFile, HasAStrongTagThatFollowsItsContent) {
  const WebFile file = make_web_file("one");
  // printf one | openssl dgst -sha256 -binary | base64
  EXPECT_EQ(file.etag, "\"dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=\"");
  EXPECT_NE(make_web_file("two").etag, file.etag);
  EXPECT_NE(file.compressed_etag(), file.etag);
}

TEST(WebFile, IsSentAsItIs) {
  const Response response = answer(make_web_file("one"), {});
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(response.body(), "one");
  EXPECT_EQ(response[http::field::content_type], "text/css; charset=utf-8");
  EXPECT_EQ(response[http::field::cache_control], "no-cache");
  EXPECT_EQ(response.count(http::field::content_encoding), 0U);
}

TEST(WebFile, IsCompressedForWhoTakesThat) {
  const WebFile file = make_web_file(long_text());
  const Response plain = answer(file, {});
  const Response compressed = answer(file, {{http::field::accept_encoding, "br, gzip"}});
  EXPECT_EQ(compressed[http::field::content_encoding], "gzip");
  EXPECT_EQ(compressed.body(), compress(long_text()));
  EXPECT_LT(compressed.body().size(), plain.body().size());
  EXPECT_NE(compressed[http::field::etag], plain[http::field::etag]);
  EXPECT_EQ(plain[http::field::vary], "Accept-Encoding");
  EXPECT_EQ(compressed[http::field::vary], "Accept-Encoding");
}

TEST(WebFile, TooShortToBeCompressedIsNot) {
  const Response response = answer(make_web_file("one"), {{http::field::accept_encoding, "gzip"}});
  EXPECT_EQ(response.body(), "one");
  EXPECT_EQ(response.count(http::field::vary), 0U);
}

TEST(WebFile, IsNotSentToWhoHasIt) {
  const WebFile file = make_web_file("one");
  for (const std::string& listed : {file.etag, "W/" + file.etag, "\"a,\", " + file.etag,
                                    "W/\"x\"," + file.etag + ",\"y\"", " , " + file.etag, std::string("*")}) {
    EXPECT_TRUE(is_current(file, listed)) << listed;
  }
  for (const std::string& listed :
       {std::string("\"\""), std::string(""), file.etag.substr(1), "w/" + file.etag, std::string("\""),
        "\"x" + file.etag, make_web_file("two").etag, file.compressed_etag()}) {
    EXPECT_FALSE(is_current(file, listed)) << listed;
  }
}

TEST(WebFile, WhoHasItMayListTagsInSeveralFields) {
  const WebFile file = make_web_file("one");
  const Response response =
      answer(file, {{http::field::if_none_match, "\"x\""}, {http::field::if_none_match, file.etag}});
  EXPECT_EQ(response.result(), http::status::not_modified);
}

TEST(WebFile, WhatIsNotModifiedKeepsItsFields) {
  const WebFile file = make_web_file(long_text());
  const Response response =
      answer(file, {{http::field::accept_encoding, "gzip"}, {http::field::if_none_match, file.compressed_etag()}});
  EXPECT_EQ(response.result(), http::status::not_modified);
  EXPECT_EQ(response[http::field::etag], file.compressed_etag());
  EXPECT_EQ(response[http::field::cache_control], "no-cache");
  EXPECT_EQ(response[http::field::vary], "Accept-Encoding");
  EXPECT_TRUE(response.body().empty());
}

class WebFolder : public ::testing::Test {
 protected:
  WebFolder() { std::filesystem::create_directories(root_ + "/call"); }
  ~WebFolder() override { std::filesystem::remove_all(root_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ + "/" + name, std::ios::binary) << text;
  }

  std::string root_ =
      ::testing::TempDir() + "web_folder_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  WebFiles files_;
};

TEST_F(WebFolder, ShowsEachChange) {
  write("index.html", "one");
  write("call/main.js", "");
  ASSERT_TRUE(files_.find(root_, "index.html"));
  EXPECT_EQ(files_.find(root_, "index.html")->content, "one");
  EXPECT_EQ(files_.find(root_, "call/main.js")->content, "");
  write("index.html", "two");
  EXPECT_EQ(files_.find(root_, "index.html")->content, "two");
}

TEST_F(WebFolder, HidesWhatIsBuiltIn) {
  EXPECT_FALSE(files_.find(root_, "base.css"));
  EXPECT_TRUE(files_.find("", "base.css"));
}

TEST_F(WebFolder, ServesPlainFilesOnly) {
  std::filesystem::create_directory(root_ + "/folder.js");
  ASSERT_EQ(::mkfifo((root_ + "/pipe.js").c_str(), 0600), 0);
  EXPECT_FALSE(files_.find(root_, "folder.js"));
  EXPECT_FALSE(files_.find(root_, "pipe.js"));
}

TEST_F(WebFolder, ServesNoHugeFile) {
  write("most.js", std::string(WebFiles::kMaxSize, ' '));
  write("more.js", std::string(WebFiles::kMaxSize + 1, ' '));
  EXPECT_TRUE(files_.find(root_, "most.js"));
  EXPECT_FALSE(files_.find(root_, "more.js"));
}

TEST(WebFiles, KeepsWhatIsBuiltIn) {
  WebFiles files;
  const auto first = files.find("", "base.css");
  ASSERT_TRUE(first);
  EXPECT_EQ(files.find("", "base.css"), first);
  EXPECT_EQ(first->content, built_in("base.css"));
  EXPECT_FALSE(files.find("", "nothing.css"));
}

}  // namespace
}  // namespace turnpike::control
