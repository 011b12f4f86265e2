#include "gdbstub/protocol/thread_id.hpp"

#include "tests/catch.hpp"

using namespace diptych::rsp;

namespace {

std::optional<ThreadId> parsed(std::string_view text) {
  Reader reader(text);
  const auto id = take_thread_id(reader);
  REQUIRE(reader.rest() == (id ? "" : text));
  return id;
}

}  // namespace

TEST_CASE("thread identifiers are read in both forms") {
  REQUIRE(parsed("1f") == ThreadId{0, 0x1f});
  REQUIRE(parsed("0") == ThreadId{0, 0});
  REQUIRE(parsed("-1") == ThreadId{0, -1});
  REQUIRE(parsed("p1.2") == ThreadId{1, 2});
  REQUIRE(parsed("p1.-1") == ThreadId{1, -1});
  REQUIRE(parsed("p-1.-1") == ThreadId{-1, -1});
  REQUIRE(parsed("p3") == ThreadId{3, -1});
  REQUIRE(parsed("7fffffff") == ThreadId{0, 0x7fffffff});
}

TEST_CASE("what is no thread identifier is refused") {
  for (const char* text : {"", "p", "p.", "p1.", "p.1", "x", "-2", "--1", "80000000", "p1.80000000"})
    REQUIRE_FALSE(parsed(text));
}

TEST_CASE("an identifier includes the threads it names") {
  REQUIRE(ThreadId{0, 0}.includes(1, 1));
  REQUIRE(ThreadId{1, -1}.includes(1, 7));
  REQUIRE(ThreadId{-1, 7}.includes(1, 7));
  REQUIRE_FALSE(ThreadId{2, -1}.includes(1, 1));
  REQUIRE_FALSE(ThreadId{1, 2}.includes(1, 1));
}

TEST_CASE("identifiers are written with their process where that was agreed") {
  std::string text;
  append_thread_id(text, {1, 0x2a}, true);
  text += ' ';
  append_thread_id(text, {1, 0x2a}, false);
  REQUIRE(text == "p1.2a 2a");
}
