#include "fuzz/session/summary.hpp"

#include "engine/guest/instructions.hpp"
#include "oracle/quirks/quirk.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace diptych;
using namespace diptych::fuzz;

namespace {

// A session in which all went well.
Summary good_summary() {
  Summary s;
  s.machines = {{.name = "interp"}, {.name = "unicorn", .oracle = true}};
  s.tally.runs = 1000;
  for (MachineTally& machine : s.tally.machines) machine.compared = 1000;
  s.tally.extensions = s.tally.shared_extensions = ~ExtensionSet{0};
  s.tally.rows_executed.fill(100);
  s.tally.rows_compared.fill(100);
  return s;
}

}  // namespace

TEST_CASE("a machine compared on less than a twentieth of its chances makes a session hollow") {
  Summary s = good_summary();
  CHECK_FALSE(s.is_hollow());
  CHECK(last_line(s).empty());
  s.tally.machines[1].abstained[0] = 19000;
  CHECK_FALSE(s.is_hollow());
  ++s.tally.machines[1].abstained[1];
  CHECK(s.is_hollow());
  CHECK(last_line(s).find("unicorn was compared on 5.00 % of its runs") != std::string::npos);
  CHECK(to_json(s).at("uncompared").size() == 1);
  s.configuration.allow_uncompared = true;
  CHECK_FALSE(s.is_hollow());
  CHECK(last_line(s).find("unicorn") != std::string::npos);
}

TEST_CASE("a row compared with no machine makes a session hollow, once it had its chances") {
  Summary s = good_summary();
  s.tally.rows_compared[3] = 0;
  CHECK(s.is_hollow());
  CHECK(last_line(s).find(row_info(Guest::riscv64, 3).mnemonic) != std::string::npos);
  s.tally.rows_executed[3] = 1;
  CHECK_FALSE(s.is_hollow());
  s.tally.runs = 1000000;
  CHECK(s.is_hollow());
  // One that only the first machine has gets no chance, and one that it lacks needs none.
  s.tally.runs = 1000;
  const ExtensionSet extension = ExtensionSet{1} << row_info(Guest::riscv64, 3).extension;
  s.tally.shared_extensions &= ~extension;
  CHECK(s.is_hollow());
  s.tally.extensions &= ~extension;
  CHECK_FALSE(s.is_hollow());
}

TEST_CASE("a quirk that runs called for and that never showed fails a session, whatever is allowed") {
  Summary s = good_summary();
  s.configuration.allow_uncompared = true;
  s.tally.quirk_misses[2] = 7;
  CHECK_FALSE(s.is_hollow());
  s.tally.quirk_misses[2] = 8;
  CHECK(s.is_hollow());
  CHECK(last_line(s).find(all_quirks()[2].name) != std::string::npos);
  CHECK(to_json(s).at("missing_quirks").size() == 1);
  s.tally.quirk_shown[2] = 1;
  CHECK_FALSE(s.is_hollow());
}

TEST_CASE("the debugger's command names the machines that part") {
  Summary s = good_summary();
  const auto command = [&](std::string stage, std::string reference) {
    Bucket bucket;
    bucket.stage = std::move(stage);
    bucket.case_path = "a.case";
    bucket.references = {std::move(reference)};
    s.findings = {bucket};
    return to_json(s).at("findings").at(0).at("debug").get<std::string>();
  };
  CHECK(command("interp", "qemu").find("--tier interp --beside qemu") != std::string::npos);
  CHECK(command("interp", "ir").find("--tier interp --beside unicorn") != std::string::npos);
  CHECK(command("qemu", "interp").find("--tier interp --beside qemu") != std::string::npos);
  CHECK(command("jit:emit", "ir:fold").find("--tier baseline --beside interp") != std::string::npos);
}
