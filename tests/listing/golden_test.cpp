// The host code of every row is what the files in tests/golden say.
#include "tests/catch.hpp"

#include "engine/guest/instructions.hpp"
#include "listing/golden.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

using namespace diptych;

namespace {

const std::string directory = DIPTYCH_SOURCE_DIR "/tests/golden/riscv64/";

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the host code of every row is as pinned") {
  const auto files = listing::golden_files();
  REQUIRE(files);
  for (const listing::GoldenFile& file : *files) {
    const std::string pinned = slurp(directory + file.name);
    if (pinned == file.text()) {
      SUCCEED();
      continue;
    }
    bool told = false;
    for (const listing::GoldenEntry& entry : file.entries) {
      if (pinned.find("\n" + entry.text) != std::string::npos) continue;
      told = true;
      FAIL_CHECK(fmt::format("{}: the host code of {} has changed. It is now\n{}If that is meant, run `make golden` and commit what changes.",
                             file.name, entry.title, entry.text));
    }
    if (!told) FAIL_CHECK(file.name + " holds other entries than there are rows: run `make golden` and commit what changes.");
  }
}

TEST_CASE("every row is pinned, and the same each time") {
  const auto files = listing::golden_files(), again = listing::golden_files();
  REQUIRE(files);
  REQUIRE(again);
  std::size_t rows = 0;
  for (std::size_t i = 0; i < files->size(); ++i) {
    CHECK((*files)[i].text() == (*again)[i].text());
    if ((*files)[i].name == "blocks.txt") continue;
    rows += (*files)[i].entries.size();
    for (const listing::GoldenEntry& entry : (*files)[i].entries) CHECK(entry.text.starts_with(entry.title));
  }
  CHECK(rows == row_count(Guest::riscv64));
}
