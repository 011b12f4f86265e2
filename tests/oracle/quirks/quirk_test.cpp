#include "oracle/quirks/quirk.hpp"

#include "oracle/comparison/tally.hpp"
#include "oracle/quirks/files.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace diptych;

TEST_CASE("every quirk file parses, and each quirk has a name of its own, a reason and an upstream") {
  std::set<std::string> names;
  for (const QuirkFile& file : quirk_files()) {
    const auto quirks = parse_quirks(file.text, file.name);
    INFO(file.name << (quirks ? "" : quirks.error().message));
    REQUIRE(quirks.has_value());
    for (const Quirk& quirk : *quirks) {
      INFO(quirk.name);
      CHECK(names.insert(quirk.name).second);
      CHECK(quirk.name.starts_with(quirk.machine + "-"));
      CHECK(quirk.reason.size() > 20);
      CHECK(quirk.upstream.size() > 10);
    }
  }
  CHECK(names.size() == all_quirks().size());
  CHECK(names.size() <= Tally::most_quirks);
}

TEST_CASE("what is wrong with a quirk is said, with its name") {
  const auto refused = [](std::string rest) {
    const auto quirks = parse_quirks(R"([{"name": "mine", "machine": "qemu", "guest": "riscv64", "reason": "r", "upstream": "u")" + rest + "}]", "some.json");
    REQUIRE_FALSE(quirks.has_value());
    INFO(quirks.error().message);
    CHECK(quirks.error().message.find("some.json") != std::string::npos);
    CHECK(quirks.error().message.find("\"mine\"") != std::string::npos);
  };
  refused("");
  refused(R"(, "deviation": "nosuch")");
  refused(R"(, "instructions": ["lw"], "differs": ["nosuch"])");
  refused(R"(, "instructions": ["lw"], "differs": ["stop"], "subject_stop": "nosuch")");
  refused(R"(, "guest": "z80")");
  CHECK_FALSE(parse_quirks("[", "some.json").has_value());
}
