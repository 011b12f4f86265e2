#include "engine/memory/watches.hpp"

#include "engine/guest/riscv64/baseline_runner.hpp"
#include "engine/guest/riscv64/interpreter.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

#include <fmt/format.h>

#include <array>
#include <random>

using namespace diptych;

namespace {

constexpr Access r = Access::read, w = Access::write, x = Access::execute;
constexpr Access rw = r | w;

using Hit = std::optional<WatchHit>;

}  // namespace

TEST_CASE("a watched range is touched by what has a byte in it and accesses as it is watched") {
  Watches watches;
  REQUIRE(watches.add({0x1004, 4}, w));
  REQUIRE(watches.add({0x1006, 8}, r));
  CHECK(watches.touched(0x1000, 4, rw) == std::nullopt);
  CHECK(watches.touched(0x1000, 5, w) == Hit{{0x1004, w}});
  CHECK(watches.touched(0x1000, 5, r) == std::nullopt);
  CHECK(watches.touched(0x1000, 8, r) == Hit{{0x1006, r}});
  CHECK(watches.touched(0x1005, 1, rw) == Hit{{0x1005, w}});
  CHECK(watches.touched(0x1006, 8, rw) == Hit{{0x1006, rw}});
  CHECK(watches.touched(0x1000, 64, rw) == Hit{{0x1004, w}});
  CHECK(watches.touched(0x100d, 1, rw) == Hit{{0x100d, r}});
  CHECK(watches.touched(0x100e, 8, rw) == std::nullopt);
  CHECK(watches.touched(0x1006, 1, x) == std::nullopt);
}

TEST_CASE("ranges are watched up to the last address, and no further") {
  Watches watches;
  CHECK(!watches.add({~u64{0}, 2}, r));
  CHECK(!watches.add({0x1000, 0}, r));
  CHECK(!watches.add({0x1000, Watches::largest + 1}, r));
  CHECK(!watches.add({0x1000, 1}, Access::none));
  CHECK(!watches.add({0x1000, 1}, x));
  CHECK(watches.empty());
  REQUIRE(watches.add({~u64{0} - 3, 4}, r));
  CHECK(watches.touched(~u64{0}, 1, r) == Hit{{~u64{0}, r}});
  CHECK(watches.touched(~u64{0} - 7, 8, r) == Hit{{~u64{0} - 3, r}});
  CHECK(watches.touched(~u64{0} - 7, 4, r) == std::nullopt);
  CHECK(watches.touched(0, 8, r) == std::nullopt);
}

TEST_CASE("a range watched twice is watched until it was given up twice") {
  Watches watches;
  REQUIRE(watches.add({0x1000, 8}, w));
  REQUIRE(watches.add({0x1000, 8}, w));
  CHECK(!watches.remove({0x1000, 8}, r));
  CHECK(!watches.remove({0x1000, 4}, w));
  CHECK(watches.remove({0x1000, 8}, w));
  CHECK(watches.touched(0x1007, 1, w));
  CHECK(watches.remove({0x1000, 8}, w));
  CHECK(!watches.touched(0x1007, 1, w));
  CHECK(watches.empty());
  for (std::size_t i = 0; i < Watches::most; ++i) REQUIRE(watches.add({i, 1}, w));
  CHECK(!watches.add({0, 1}, w));
}

namespace {

// Data in a window, of which the last page cannot be written, and beside it.
struct Watched {
  Window window = std::move(*Window::reserve(u64{1} << 32));
  std::array<u8, 16> beside{};
  AddressSpace space;

  Watched() {
    REQUIRE(window.map(0x1000, 0x2000, rw));
    REQUIRE(window.map(0x3000, 0x1000, r | x));
    const Area area{0x8000, 16, rw, beside.data()};
    space.bind(window, {&area, 1});
  }
};

}  // namespace

TEST_CASE("an access that touches a watched range is refused before it happens, and others are not") {
  Watched m;
  for (u64 base : {u64{0x1800}, u64{0x8000}}) {
    INFO(base);
    u8* const host = m.space.reach(base, 8, rw);
    REQUIRE(host);
    REQUIRE(m.space.watch_accesses({base + 8, 4}, w));
    CHECK(m.space.reach(base, 8, w) == host);
    CHECK(m.space.reach(base + 8, 4, r) == host + 8);
    CHECK(m.space.take_watch_hit() == std::nullopt);
    CHECK(m.space.reach(base + 4, 8, w) == nullptr);
    CHECK(m.space.take_watch_hit() == Hit{{base + 8, w}});
    CHECK(m.space.take_watch_hit() == std::nullopt);
    CHECK(m.space.reach(base + 11, 1, rw) == nullptr);
    CHECK(m.space.take_watch_hit() == Hit{{base + 11, w}});

    m.space.ignore_watches(true);
    CHECK(m.space.reach(base + 8, 4, w) == host + 8);
    m.space.ignore_watches(false);
    CHECK(m.space.reach(base + 8, 4, w) == nullptr);
    CHECK(m.space.take_watch_hit());

    REQUIRE(m.space.watch_accesses({base, 1}, rw));
    CHECK(m.space.reach(base, 1, r) == nullptr);
    CHECK(m.space.take_watch_hit() == Hit{{base, r}});
    m.space.unwatch_accesses({base, 1}, rw);
    CHECK(m.space.reach(base, 1, r) == host);
    m.space.unwatch_accesses({base + 8, 4}, w);
    CHECK(m.space.reach(base + 8, 4, w) == host + 8);
    CHECK(m.space.take_watch_hit() == std::nullopt);
  }
}

TEST_CASE("code on a page watched for reads is fetched, and what is beside it read") {
  Watched m;
  REQUIRE(m.space.watch_accesses({0x3010, 8}, r));
  const u8* host = m.space.reach(0x3010, 2, x);
  REQUIRE(host);
  CHECK(*host == 0);
  CHECK(m.space.reach(0x3010, 2, r) == nullptr);
  CHECK(m.space.take_watch_hit() == Hit{{0x3010, r}});
  host = m.space.reach(0x3018, 8, r);
  REQUIRE(host);
  CHECK(*host == 0);
}

TEST_CASE("where a byte is not permitted at all nothing is said of one that is watched") {
  Watched m;
  const u64 value = 0;
  u64 unreachable = 0, read = 0;
  for (u64 watched : {u64{0x2ffe}, u64{0x3000}}) {
    REQUIRE(m.space.watch_accesses({watched, 1}, rw));
    CHECK(m.space.reach(0x2ffc, 8, w) == nullptr);
    CHECK(!m.space.write_across(0x2ffc, &value, 8, unreachable));
    CHECK(unreachable == 0x3000);
    CHECK(m.space.take_watch_hit() == std::nullopt);
    m.space.unwatch_accesses({watched, 1}, rw);
  }
  // Across from the window to an area both count.
  REQUIRE(m.window.map(0x7000, 0x1000, rw));
  REQUIRE(m.space.watch_accesses({0x8001, 1}, w));
  CHECK(m.space.reach(0x7ffc, 8, w) == nullptr);
  CHECK(!m.space.write_across(0x7ffc, &value, 8, unreachable));
  CHECK(unreachable == 0x8001);
  CHECK(m.space.take_watch_hit() == Hit{{0x8001, w}});
  CHECK(m.space.read_across(0x7ffc, &read, 8, unreachable));
  CHECK(m.space.take_watch_hit() == std::nullopt);
  CHECK(m.space.write_across(0x7ff9, &value, 8, unreachable));
}

TEST_CASE("what is watched stays so when memory comes, goes, and is bound anew") {
  Watched m;
  REQUIRE(m.space.watch_accesses({0x5008, 8}, w));
  CHECK(m.space.reach(0x5008, 1, w) == nullptr);
  CHECK(m.space.take_watch_hit() == std::nullopt);
  const auto watched = [&] {
    const bool refused = !m.space.reach(0x5008, 8, w) && m.space.take_watch_hit() == Hit{{0x5008, w}};
    return refused && m.space.reach(0x5000, 8, w) && m.space.reach(0x5008, 8, r);
  };
  REQUIRE(m.window.map(0x4000, 0x2000, rw));
  CHECK(watched());
  REQUIRE(m.window.unmap(0x5000, 0x1000));
  CHECK(m.space.reach(0x5008, 1, w) == nullptr);
  CHECK(m.space.take_watch_hit() == std::nullopt);
  REQUIRE(m.window.map(0x5000, 0x1000, rw));
  CHECK(watched());
  REQUIRE(m.window.protect(0x5000, 0x1000, r));
  REQUIRE(m.window.protect(0x5000, 0x1000, rw));
  CHECK(watched());

  Window other = std::move(*Window::reserve(u64{1} << 32));
  REQUIRE(other.map(0x5000, 0x1000, rw));
  m.space.bind(other);
  CHECK(watched());
  m.space.unwatch_accesses({0x5008, 8}, w);
  CHECK(m.space.reach(0x5008, 8, w) == other.base() + 0x5008);
  CHECK(m.space.take_watch_hit() == std::nullopt);
}

TEST_CASE("bytes watched or beside are filled in and looked at from outside") {
  Watched m;
  REQUIRE(m.space.watch_accesses({0x1ff0, 0x20}, rw));
  std::vector<u8> bytes(0x1000), back(0x1000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = u8(i * 7);
  REQUIRE(m.window.fill(0x1800, bytes));
  CHECK(m.window.look(0x1800, back) == back.size());
  CHECK(back == bytes);
  CHECK(m.window.look(0x3f00, back) == 0x100);
  CHECK(m.window.look(0x9000, back) == 0);
  CHECK(m.window.look(~u64{0}, back) == 0);
  CHECK(m.space.reach(0x1ff0, 1, r) == nullptr);
}

namespace {

using namespace diptych::riscv64;

constexpr u64 data_at = 0x20000, data_size = 0x3000;

/// What a run with halts went through: where it halted for what, and what it came to.
struct Course {
  struct Halt {
    u64 pc, retired;
    Stop stop;
    bool operator==(const Halt&) const = default;
  };
  std::vector<Halt> halts;
  Stop stop;
  GuestState state;
  u64 retired = 0;
  std::vector<u8> data = std::vector<u8>(data_size);
};

template <class Runner>
Course run(Runner& runner, Window& window, std::span<const u8> code, const Input& input, std::span<const std::pair<Range, Access>> watches) {
  REQUIRE(window.map(code_at, 0x1000, r | x));
  REQUIRE(window.map(data_at, data_size, rw));
  REQUIRE(window.fill(code_at, code));
  runner.bind(window);
  Hart& hart = runner.hart;
  hart.state = input.state;
  hart.retired = 0;
  hart.reservation.reset();
  for (const auto& [range, access] : watches) REQUIRE(hart.memory.watch_accesses(range, access));
  Course course;
  while (true) {
    course.stop = runner.run(Budget{10000});
    if (course.stop.kind != StopKind::intercepted) break;
    course.halts.push_back({hart.state.words[pc_word], hart.retired, course.stop});
    REQUIRE(runner.step({}).kind == StopKind::budget);
  }
  course.state = hart.state;
  course.retired = hart.retired;
  for (const auto& [range, access] : watches) hart.memory.unwatch_accesses(range, access);
  CHECK(window.look(data_at, course.data) == data_size);
  return course;
}

}  // namespace

TEST_CASE("translated code halts before each access to what is watched, as the interpreter does, and goes on as if it had not") {
  Window window = std::move(*Window::reserve(u64{1} << 32));
  const auto baseline = std::move(*BaselineRunner::create({}, 4 << 20));
  baseline->use(window);
  Interpreter interpreter;
  std::mt19937_64 random(7);
  const auto below = [&](u64 bound) { return random() % bound; };
  const std::array loads = {"lb", "lhu", "lw", "ld", "fld", "flw"}, stores = {"sb", "sh", "sw", "sd", "fsd", "fsw"};
  u64 halts = 0;
  for (int round = 0; round < 300; ++round) {
    // Around the boundary of two pages, three times over.
    std::string text;
    for (int i = 0; i < 12; ++i) {
      const i64 offset = i64(below(80)) - 40;
      const bool floats = below(6) >= 4;
      switch (below(5)) {
        case 0:
        case 1: text += fmt::format("{} {}{}, {}(a0); ", loads[floats ? 4 + below(2) : below(4)], floats ? "fa" : "s", 2 + below(4), offset); break;
        case 2:
        case 3: text += fmt::format("{} {}{}, {}(a0); ", stores[floats ? 4 + below(2) : below(4)], floats ? "fa" : "s", 2 + below(4), offset); break;
        default: {
          const std::array atomics = {"amoadd.d s2, s3, (a1)", "lr.d s4, (a1)", "lr.d s4, (a1); sc.d s5, s3, (a1)", "amomax.w s3, s2, (a1)"};
          text += fmt::format("addi a1, a0, {}; {}; ", offset & ~i64{7}, atomics[below(atomics.size())]);
        }
      }
    }
    const std::size_t size = code_of(text).size();
    text += fmt::format("addi a2, a2, -1; bne a2, zero, -{}; ebreak", size + 4);
    const std::vector<u8> code = code_of(text);
    Input input;
    input.state.words[pc_word] = code_at;
    // So often that code which looks by itself takes over, or not.
    set(input, round % 3 == 0 ? "a2=200" : "a2=3");
    set(input, "a0=0x21000 s2=0x1122334455667788 s3=0x99aabbccddeeff00");
    std::vector<std::pair<Range, Access>> watches;
    for (u64 i = 0; i < 1 + below(2); ++i)
      watches.push_back({{0x21000 - 40 + below(80), 1 + below(12)}, std::array{r, w, rw}[below(3)]});
    INFO(text);
    const Course plain = run(interpreter, window, code, input, {});
    const Course slow = run(interpreter, window, code, input, watches);
    const Course fast = run(*baseline, window, code, input, watches);
    CHECK(plain.halts.empty());
    CHECK(plain.stop.kind == StopKind::breakpoint);
    REQUIRE(slow.halts == fast.halts);
    for (const Course* one : {&slow, &fast}) {
      REQUIRE(one->stop == plain.stop);
      REQUIRE(one->state == plain.state);
      REQUIRE(one->retired == plain.retired);
      REQUIRE(one->data == plain.data);
    }
    halts += slow.halts.size();
  }
  CHECK(halts > 300);
}
