#include "oracle/agent/program_version.hpp"
#include "tests/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace diptych::agent;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// A shell script, gone with this.
class Script {
 public:
  explicit Script(const std::string& text) {
    std::string name = (fs::temp_directory_path() / "diptych-version-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = (folder_ / "program").string();
    std::ofstream(path_) << "#!/bin/sh\n" << text;
    fs::permissions(path_, fs::perms::owner_all);
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  ~Script() { fs::remove_all(folder_); }

  const std::string& path() const { return path_; }

 private:
  fs::path folder_;
  std::string path_;
};

}  // namespace

TEST_CASE("the first line of a program's version is read") {
  CHECK(version_line(Script("echo \"$0 $1\" | sed 's/.*program/program/'; echo more").path()) == "program --version");
  CHECK(version_line(Script("printf 'no end of line'").path()) == "no end of line");
  CHECK(version_line(Script("exit 3").path()) == "");
  CHECK(version_line(Script("echo to standard error >&2").path()) == "");
  CHECK(version_line("/nowhere/at/all") == "");
}

TEST_CASE("a program that floods is read no further than its first line") {
  CHECK(version_line(Script("while :; do echo again; done").path()) == "again");
  const auto endless = version_line(Script("exec cat /dev/zero").path());
  REQUIRE(endless.has_value());
  CHECK(endless->size() == 4096);
}

TEST_CASE("a program that hangs is ended, and said to") {
  const Script hangs("sleep 1000");
  const auto line = version_line(hangs.path(), 300ms);
  REQUIRE_FALSE(line.has_value());
  CHECK(line.error().message.find("--version printed no line within 300 ms") != std::string::npos);
  // A line is enough: what comes after it is not waited for.
  CHECK(version_line(Script("echo here; sleep 1000").path()) == "here");
  // Nor does its standard input keep it.
  CHECK(version_line(Script("read line; echo \"read $line.\"").path()) == "read .");
}
