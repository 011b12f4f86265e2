#include "tests/catch.hpp"
#include "tests/faults/plant.hpp"
#include "tests/faults/planted.hpp"

#include <algorithm>

using namespace diptych;
using namespace diptych::faults;

namespace {

constexpr std::string_view sample =
    "# for people\n"
    "fault  wrong-sum\n"
    "why    a sum is a difference\n"
    "stage  ir:fold, ir:checks\n"
    "row    add\n"
    "file   sum.cpp\n"
    "- return a + b;\n"
    "+ return planted ? a - b : a + b;\n"
    "\n"
    "fault  no-check\n"
    "why    nothing is checked\n"
    "stage  interp\n"
    "file   sum.cpp\n"
    "- check(a);\n"
    "-   check(b);\n"
    "+ if (!planted) check(a);\n"
    "+   check(b);\n";

std::vector<Fault> sample_faults() {
  auto faults = parse_table(sample, "sample");
  REQUIRE(faults);
  return *faults;
}

std::string refusal(std::string_view table) {
  auto faults = parse_table(table, "sample");
  REQUIRE(!faults);
  return faults.error().message;
}

}  // namespace

TEST_CASE("a table of faults is read") {
  const std::vector<Fault> faults = sample_faults();
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].name == "wrong-sum");
  CHECK(faults[0].group == "sample");
  CHECK(faults[0].stages == std::vector<std::string>{"ir:fold", "ir:checks"});
  CHECK(faults[0].rows == std::vector<std::string>{"add"});
  REQUIRE(faults[1].edits.size() == 1);
  CHECK(faults[1].edits[0].text == "check(a);\n  check(b);");
  CHECK(faults[1].edits[0].replacement == "if (!planted) check(a);\n  check(b);");
}

TEST_CASE("a table that is wrong is refused with its line") {
  CHECK(refusal("fault a\nhow b\n") == "sample.txt: line 2: how is none of fault, why, stage, row, file, - and +");
  CHECK(refusal("fault a\nwhy b\nstage interp\n") == "sample.txt: a has no why, stage or edit");
  CHECK(refusal("fault a\nwhy b\nstage interp\nfile f\n- x\n+ y\n") == "sample.txt: an edit of a is always on: its + lines do not say `planted`");
}

TEST_CASE("all faults are planted at once, each with a switch of its own") {
  const auto made = with_faults("{\n  check(a);\n  check(b);\n  return a + b;\n}\n", "sum.cpp", sample_faults());
  REQUIRE(made);
  CHECK(*made ==
        "{\n  if (!::planting::planted(\"no-check\")) check(a);\n  check(b);\n"
        "  return ::planting::planted(\"wrong-sum\") ? a - b : a + b;\n}\n");
}

TEST_CASE("a fault whose text is not there exactly once is refused") {
  const auto none = with_faults("check(a);\n  check(b);", "sum.cpp", sample_faults());
  REQUIRE(!none);
  CHECK(none.error().message == "sample.txt: the text of wrong-sum stands nowhere in sum.cpp: return a + b;");
  const auto twice = with_faults("return a + b; return a + b; check(a);\n  check(b);", "sum.cpp", sample_faults());
  REQUIRE(!twice);
  CHECK(twice.error().message == "sample.txt: the text of wrong-sum stands more than once in sum.cpp: return a + b;");
}

TEST_CASE("two faults in one text are refused") {
  std::vector<Fault> faults = sample_faults();
  faults[1].edits[0].text = "a + b; }";
  const auto made = with_faults("{ return a + b; }", "sum.cpp", faults);
  REQUIRE(!made);
  CHECK(made.error().message == "wrong-sum and no-check change the same text of sum.cpp");
}

TEST_CASE("without a fault chosen none is on") { CHECK(!planting::planted("wrong-sum")); }

TEST_CASE("every fault of the tables can be planted in the source") {
  const auto faults = read_tables(DIPTYCH_SOURCE_DIR "/tests/faults/table");
  REQUIRE(faults);
  CHECK(faults->size() >= 40);
  const auto checked = check(*faults, DIPTYCH_SOURCE_DIR);
  INFO((checked ? "" : checked.error().message));
  CHECK(checked);
}
