// The cases kept in the tree: each is readable, sound, and says why it is there and what it expects.
#include "corpus/files.hpp"
#include "corpus/parse.hpp"
#include "tests/catch.hpp"

using namespace diptych;

namespace {

std::vector<std::filesystem::path> seeds() {
  return list_cases(std::filesystem::path(DIPTYCH_SOURCE_DIR) / "corpus" / "seeds").value();
}

}  // namespace

TEST_CASE("every seed is read and survives printing") {
  const auto paths = seeds();
  REQUIRE(paths.size() > 100);
  for (const auto& path : paths) {
    auto read = read_case(path);
    INFO(path.string());
    if (!read) FAIL(read.error().message);
    CHECK(parse_case(print_case(*read), "printed").value() == *read);
    CHECK_FALSE(read->why.empty());
  }
}

TEST_CASE("every hand-written seed says what it expects") {
  for (const auto& path : seeds()) {
    if (path.parent_path().filename() != "edge") continue;
    const Case some = read_case(path).value();
    INFO(path.string());
    REQUIRE(some.expect);
    CHECK(some.expect->stop);
    CHECK(some.expect->retired);
  }
}
