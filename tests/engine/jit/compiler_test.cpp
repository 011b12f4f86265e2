// Emission, register allocation and the state rebuilt, on blocks made by hand and at random, against the
// evaluator of IR.
#include "engine/jit/compiler.hpp"

#include "engine/ir/evaluate.hpp"
#include "engine/ir/passes/passes.hpp"
#include "engine/ir/text.hpp"
#include "engine/ir/verify.hpp"
#include "engine/jit/slow_path.hpp"
#include "engine/memory/host_fault.hpp"
#include "engine/tier/code_cache.hpp"
#include "tests/catch.hpp"
#include "tests/engine/jit/random_block.hpp"

#include <immintrin.h>

#include <algorithm>

namespace diptych::jit {
namespace {

constexpr u64 memory_at = ir::RandomBlock::memory_at, memory_size = ir::RandomBlock::memory_size;

struct Result {
  GuestState state;
  u64 retired = 0;
  std::optional<Stop> stop;
  std::vector<u8> memory;

  bool operator==(const Result&) const = default;
};

/// A hart, a page of memory, and a place for code, without a run loop.
class Rig {
 public:
  Rig() : window_(*Window::reserve()), frame_(std::make_unique<Frame>()), cache_(*CodeCache::create(*frame_, 4 << 20)) {
    REQUIRE(window_.map(memory_at, memory_size, Access::read | Access::write));
    frame_->window = window_.base();
    frame_->window_size = window_.size();
    frame_->status_word = riscv64::fcsr_word;
    frame_->guest_flags = flags_of_host();
    frame_->owner = this;
    frame_->slow = [](Frame& frame) {
      const Records& records = static_cast<Rig*>(frame.owner)->cache_->records();
      return do_slowly(frame, records, records.sites[frame.site]);
    };
    frame_->hart.memory.bind(window_);
    hart_.memory.bind(window_);
  }

  CodeCache& cache() { return *cache_; }

  bool faults_once = false;  ///< each access
  u64 faults = 0;

  std::optional<u32> compile(const ir::Block& block, const Options& options) {
    return cache_->add(block,
                       {.options = options,
                        .counter_word = riscv64::pc_word,
                        .status_word = riscv64::fcsr_word,
                        .variant_bits = 0xe0,
                        .rounding = block.variant,
                        .variant = block.variant},
                       false);
  }

  Result evaluated(const ir::Block& block, const GuestState& state) {
    reset();
    hart_.state = state;
    hart_.retired = 0;
    const bool left = evaluator_.run(block, hart_, block.guest.size());
    return result(hart_, left);
  }

  Result translated(u32 translation, const GuestState& state) {
    reset();
    Hart& hart = frame_->hart;
    hart.state = state;
    frame_->left = frame_->total = budget;
    frame_->raised = 0;
    enter(translation, (*cache_)[translation].variant);
    bool left = true;
    switch (frame_->exit) {
      case Exit::link: hart.state.words[riscv64::pc_word] = cache_->records().links[frame_->link].target; break;
      case Exit::lookup: break;
      case Exit::budget: FAIL("there is budget enough"); break;
      case Exit::site: {
        const Site& site = cache_->records().sites[frame_->site];
        const Translation& within = (*cache_)[site.translation];
        restore_state(*frame_, cache_->records(), site);
        hart.state.words[riscv64::pc_word] = site.pc;
        frame_->left += within.instructions - site.guest;
        const ir::Opcode opcode = site.instruction.opcode;
        if (opcode == ir::Opcode::trap || opcode == ir::Opcode::trap_if) hart.stop = {.kind = StopKind(site.instruction.immediate)};
        left = false;
      }
    }
    hart.retired = budget - frame_->left;
    return result(hart, left);
  }

  /// With less budget than the block has instructions: nothing happens.
  bool refuses(u32 translation, const GuestState& state) {
    reset();
    frame_->hart.state = state;
    frame_->left = (*cache_)[translation].instructions - 1;
    const u64 left = frame_->left;
    enter(translation, 0);
    return frame_->exit == Exit::budget && frame_->link == translation && frame_->left == left && frame_->hart.state == state;
  }

 private:
  static constexpr u64 budget = 1000;

  void reset() {
    for (u64 i = 0; i < memory_size; ++i) window_.base()[memory_at + i] = u8(i * 37 + i / 256);
  }

  void enter(u32 translation, u8 rounding) {
    constexpr std::array<u32, 4> modes = {_MM_ROUND_NEAREST, _MM_ROUND_TOWARD_ZERO, _MM_ROUND_DOWN, _MM_ROUND_UP};
    const FaultScope faults(
        cache_->begin(), cache_->end(),
        [](void* self, u64 pc) {
          Rig& rig = *static_cast<Rig*>(self);
          ++rig.faults;
          return rig.cache_->redirect(pc, rig.faults_once);
        },
        this);
    const u32 control = _mm_getcsr();
    _mm_setcsr(_MM_MASK_MASK | modes[rounding]);
    cache_->enter(translation);
    collect_flags(*frame_);
    _mm_setcsr(control);
  }

  Result result(const Hart& hart, bool left) const {
    const u8* memory = window_.base() + memory_at;
    return {hart.state, hart.retired, left ? std::nullopt : std::optional(hart.stop), {memory, memory + memory_size}};
  }

  Window window_;
  std::unique_ptr<Frame> frame_;
  std::unique_ptr<CodeCache> cache_;
  Hart hart_;
  ir::Evaluator evaluator_{riscv64::pc_word};
};

GuestState any_state(std::mt19937_64& random) {
  GuestState state;
  for (u32 word = 0; word < ir::RandomBlock::words; ++word) {
    constexpr std::array<u64, 10> some = {0, 1, ~u64{0}, u64{1} << 63, 0x80000000, 0x7fffffff, 0x3ff0000000000000,
                                          0x7ff0000000000000, 0x7ff8000000000001, 0xffffffff7fc00000};
    state.words[word] = random() % 3 == 0 ? some[random() % some.size()] : random() >> random() % 64;
  }
  state.words[riscv64::fcsr_word] = random() % 32;
  return state;
}

std::string difference(const Result& wanted, const Result& got) {
  if (wanted == got) return "";
  std::string text;
  for (std::size_t n = 0; n < wanted.state.words.size(); ++n)
    if (wanted.state.words[n] != got.state.words[n])
      text += "word " + std::to_string(n) + " is " + std::to_string(got.state.words[n]) + ", not " + std::to_string(wanted.state.words[n]) + "; ";
  if (wanted.retired != got.retired) text += std::to_string(got.retired) + " retired, not " + std::to_string(wanted.retired) + "; ";
  const auto said = [](const std::optional<Stop>& stop) { return stop ? describe(*stop) : "none"; };
  if (wanted.stop != got.stop) text += "stop is " + said(got.stop) + ", not " + said(wanted.stop) + "; ";
  if (wanted.memory != got.memory) text += "memory differs";
  return text;
}

void check_text(Rig& rig, std::string_view text, const GuestState& state) {
  auto block = ir::parse(text);
  REQUIRE(block);
  REQUIRE(ir::verify(*block));
  const Result wanted = rig.evaluated(*block, state);
  for (const Stage& stage : stages) {
    INFO(stage.name << "\n" << text);
    const auto made = rig.compile(*block, stage.options);
    REQUIRE(made);
    CHECK(difference(wanted, rig.translated(*made, state)) == "");
    CHECK(rig.refuses(*made, state));
  }
}

}  // namespace

TEST_CASE("translated blocks of any IR do what the evaluator does, at every stage") {
  Rig rig;
  std::mt19937_64 random(11);
  ir::Scratch scratch;
  for (int n = 0; n < 3000; ++n) {
    ir::Block block = ir::RandomBlock(random, 1 + random() % (n < 1500 ? 4 : 40), u8(random() % 4)).take();
    const auto verified = ir::verify(block);
    INFO((verified ? "" : verified.error().message));
    REQUIRE(verified);
    if (random() % 2) ir::optimize(block, scratch);
    rig.faults_once = random() % 2;
    std::vector<GuestState> states;
    std::vector<Result> wanted;
    for (int i = 0; i < 4; ++i) {
      states.push_back(any_state(random));
      wanted.push_back(rig.evaluated(block, states.back()));
    }
    for (const Stage& stage : stages) {
      const auto made = rig.compile(block, stage.options);
      REQUIRE(made);
      for (std::size_t i = 0; i < states.size(); ++i) {
        const std::string text = difference(wanted[i], rig.translated(*made, states[i]));
        if (!text.empty()) FAIL(stage.name << ", block " << n << ": " << text << "\n" << ir::print(block));
      }
      REQUIRE(rig.refuses(*made, states[0]));
    }
  }
}

TEST_CASE("an access that faulted goes the slow way from then on if that is asked for, also where it need not") {
  Rig rig;
  for (const char* access : {"  %1 = load i64 %0\n  write_word %1 2\n0x10004 4\n  exit %0\n", "  store %0, %0\n0x10004 4\n  exit %0\n"}) {
    const auto block = ir::parse(std::string("0x10000 4\n  %0 = read_word i64 1\n") + access);
    REQUIRE(block);
    GuestState reaches, faults;
    reaches.words[1] = memory_at + 8;
    faults.words[1] = memory_at + memory_size;  // in the window, where nothing is mapped
    for (const Stage& stage : stages)
      for (const bool once : {false, true}) {
        INFO(stage.name << (once ? ", once\n" : "\n") << access);
        rig.faults_once = once;
        const auto made = rig.compile(*block, stage.options);
        REQUIRE(made);
        rig.faults = 0;
        for (const GuestState& state : {reaches, faults, reaches, faults, faults, reaches})
          CHECK(difference(rig.evaluated(*block, state), rig.translated(*made, state)) == "");
        CHECK(rig.faults == (once ? 1 : 3));
      }
  }
}

TEST_CASE("words that trade places, hold the same value, or are written twice go home right") {
  Rig rig;
  std::mt19937_64 random(12);
  const GuestState state = any_state(random);
  // A stop in the middle sees each as it is then.
  for (const char* end : {"  exit %5\n", "  trap breakpoint\n"}) {
    check_text(rig, std::string("0x10000 4\n  %0 = read_word i64 1\n  %1 = read_word i64 2\n  write_word %0 2\n  write_word %1 1\n  write_word %0 3\n"
                                "0x10004 4\n  %5 = constant i64 0x40000\n  %6 = add i64 %0, %1\n  write_word %6 1\n  write_word %6 1\n  write_word %1 2\n  write_word %5 4\n"
                                "0x10008 4\n").append(end), state);
  }
}

TEST_CASE("a comparison of narrow numbers, done in software, is not done again where it is used") {
  Rig rig;
  for (const u64 left : {u64{0}, u64{5}, u64{0x105}, ~u64{0}})
    for (const char* type : {"i8", "i16"}) {
      GuestState state;
      state.words[1] = left;
      state.words[2] = 0x70005;
      check_text(rig, std::string("0x10000 4\n  %0 = read_word i64 1\n  %1 = read_word i64 2\n  %2 = truncate ") + type + " %0\n  %3 = truncate " + type +
                          " %1\n  %4 = constant i64 0x40000\n  %5 = constant i64 0x50000\n  %6 = equal i1 %2, %3\n  branch %6, %4, %5\n", state);
    }
}

TEST_CASE("a block that needs more slots than there are is refused, and leaves nothing behind") {
  Rig rig;
  ir::Block block;
  ir::Builder builder(block);
  builder.begin(0x10000, 4);
  std::vector<ir::ValueId> values;
  values.push_back(builder.emit(ir::Opcode::read_word, ir::Type::i64, {}, 1));
  for (int n = 0; n < 900; ++n) {
    const ir::ValueId by = builder.constant(ir::Type::i64, u64(n) * 3 + 1);
    values.push_back(builder.emit(ir::Opcode::multiply, ir::Type::i64, {values.back(), by}));
  }
  ir::ValueId sum = values[0];
  for (const ir::ValueId value : values) sum = builder.emit(ir::Opcode::bit_xor, ir::Type::i64, {sum, value});
  builder.emit(ir::Opcode::write_word, ir::Type::none, {sum}, 2);
  builder.emit(ir::Opcode::exit, ir::Type::none, {builder.constant(ir::Type::i64, 0x40000)});
  REQUIRE(ir::verify(block));
  const auto counts = [&] {
    const Records& r = rig.cache().records();
    return std::array{r.translations.size(), r.sites.size(), r.displaced.size(), r.constants.size(), r.accesses.size(), r.links.size()};
  };
  const auto before = counts();
  CHECK(!rig.compile(block, {}));
  CHECK(counts() == before);
  // What is smaller still has room.
  std::mt19937_64 random(13);
  check_text(rig, "0x10000 4\n  %0 = read_word i64 1\n  write_word %0 2\n  %2 = constant i64 0x40000\n  exit %2\n", any_state(random));
}

}  // namespace diptych::jit
