#include "engine/memory/areas.hpp"

#include "tests/catch.hpp"

using namespace diptych;

namespace {

Program program() {
  Program program;
  program.code_address = 0x10ffe;
  program.code = {1, 2, 3, 4};
  program.memory = {{0x20000, 0x2000, Access::read | Access::write}, {0x30000, 0x1000, Access::read}};
  program.contents = {{0x21ffe, {5, 6}}, {0x30000, {7}}, {0x21fff, {8}}};
  return program;
}

}  // namespace

TEST_CASE("the code comes first, in the pages it touches, and is its own bytes only") {
  const std::vector<AreaPlan> plans = plan_areas(program());
  REQUIRE(plans.size() == 3);
  CHECK(plans[0].first_page == 0x10000);
  CHECK(plans[0].pages_size == 0x2000);
  CHECK(plans[0].address == 0x10ffe);
  CHECK(plans[0].size == 4);
  CHECK(plans[1].first_page == 0x20000);
  CHECK(plans[1].pages_size == 0x2000);
  CHECK(plans[2].access == Access::read);
}

TEST_CASE("code up to a page's end takes no page more") {
  Program one = program();
  one.code_address = 0x10ffc;
  CHECK(plan_areas(one)[0].pages_size == 0x1000);
}

TEST_CASE("initial memory holds the code and the contents, later ones over earlier, and is zero elsewhere") {
  InitialMemory memory;
  memory.prepare(program());
  REQUIRE(memory.areas().size() == 3);
  CHECK(memory.bytes(0).size() == 4);
  CHECK(memory.bytes(0)[0] == 1);
  CHECK(memory.bytes(0)[3] == 4);
  CHECK(memory.pages(0)[0xffd] == 0);
  CHECK(memory.pages(0)[0xffe] == 1);
  CHECK(memory.bytes(1)[0x1ffe] == 5);
  CHECK(memory.bytes(1)[0x1fff] == 8);
  CHECK(memory.bytes(1)[0] == 0);
  CHECK(memory.bytes(2)[0] == 7);

  // Another program in its place leaves nothing of the first.
  Program other = program();
  other.contents.clear();
  memory.prepare(other);
  CHECK(memory.bytes(1)[0x1ffe] == 0);
  CHECK(memory.bytes(2)[0] == 0);
}

TEST_CASE("an input's bytes are laid over memory in order, and views show what can be written") {
  std::vector<u8> low(16), high(16);
  const Area areas[] = {{0x1000, 16, Access::read | Access::execute, low.data()},
                        {0x2000, 16, Access::read | Access::write, high.data()}};
  const Bytes bytes[] = {{0x2008, {1, 2, 3}}, {0x2009, {9}}, {0x1000, {4}}};
  lay(bytes, areas);
  CHECK(high[8] == 1);
  CHECK(high[9] == 9);
  CHECK(high[10] == 3);
  CHECK(low[0] == 4);

  std::vector<MemoryView> views(5);
  view_writable(areas, views);
  REQUIRE(views.size() == 1);
  CHECK(views[0].address == 0x2000);
  CHECK(views[0].bytes.data() == high.data());
  CHECK(views[0].bytes.size() == 16);
}
