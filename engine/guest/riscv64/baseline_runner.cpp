#include "engine/guest/riscv64/baseline_runner.hpp"

#include "engine/guest/accesses.hpp"
#include "engine/guest/riscv64/compile_request.hpp"
#include "engine/guest/riscv64/evaluate.hpp"
#include "engine/guest/riscv64/fetch.hpp"
#include "engine/guest/riscv64/lift.hpp"
#include "engine/jit/slow_path.hpp"
#include "engine/memory/host_fault.hpp"

#include <immintrin.h>

#include <algorithm>

namespace diptych::riscv64 {
namespace {

// The host's control word for a rounding mode: every exception masked, no flag raised. A mode the host does
// not have rounds to the nearest; what depends on it is done in software.
constexpr u32 control_for(u8 rounding) {
  constexpr std::array<u32, 4> host_modes = {_MM_ROUND_NEAREST, _MM_ROUND_TOWARD_ZERO, _MM_ROUND_DOWN, _MM_ROUND_UP};
  return _MM_MASK_MASK | (rounding < host_modes.size() ? host_modes[rounding] : u32{_MM_ROUND_NEAREST});
}

// An access to a page that somebody looks on costs some ten microseconds where the host refuses it, and some ten
// nanoseconds in code that looks, which costs every other access a nanosecond. So many of them within so many
// instructions are worth the change, and fewer in the same proportion the change back. A program that begins
// touches a page now and then a hundred times: that is no reason yet.
constexpr u64 refusals_worth = 512, short_while = 32'000'000, long_while = 64'000'000;

}  // namespace

Result<std::unique_ptr<BaselineRunner>> BaselineRunner::create(const jit::Options& options, std::size_t code_size) {
  auto frame = std::make_unique<jit::Frame>();
  auto cache = CodeCache::create(*frame, code_size);
  if (!cache) return std::unexpected(std::move(cache).error());
  return std::unique_ptr<BaselineRunner>(new BaselineRunner(options, std::move(frame), std::move(*cache)));
}

BaselineRunner::BaselineRunner(const jit::Options& options, std::unique_ptr<jit::Frame> frame, std::unique_ptr<CodeCache> cache)
    : frame_(std::move(frame)), hart(frame_->hart), options_(options), cache_(std::move(cache)) {
  frame_->status_word = fcsr_word;
  frame_->guest_flags = jit::flags_of_host();
  frame_->owner = this;
  frame_->slow = [](jit::Frame& frame) {
    const auto& runner = *static_cast<BaselineRunner*>(frame.owner);
    const jit::Records& records = runner.cache_->records();
    const jit::Site& site = records.sites[frame.site];
    if (runner.looks_) return jit::do_slowly(frame, records, site);
    const ir::Opcode opcode = site.instruction.opcode;
    if (runner.often_refused() && (opcode == ir::Opcode::load || opcode == ir::Opcode::store)) {
      // Left, so that what runs can change.
      frame.step = true;
      return false;
    }
    const bool done = jit::do_slowly(frame, records, site);
    runner.window_->take_back();
    return done;
  };
}

void BaselineRunner::use(Window& window) {
  window_ = &window;
  frame_->window = window.base();
  frame_->window_size = window.size();
  frame_->pages = window.rights_table();
}

void BaselineRunner::bind(Window& window) {
  use(window);
  hart.memory.bind(window);
  shares_ = false;
  begin({}, ~u64{0});
}

void BaselineRunner::bind(std::span<const Area> areas, u64 code_end) {
  hart.memory.bind(*window_, areas);
  shares_ = true;
  begin(areas, code_end);
}

void BaselineRunner::begin(std::span<const Area> areas, u64 code_end) {
  hart.code_written.reset();
  code_end_ = code_end;
  look(false);
  // Addresses beyond the window may be accessible, be it those of an area that begins in it: then every one
  // is compared with its size.
  trust_checks_ = std::ranges::all_of(areas, [&](const Area& area) {
    return area.address < window_->size() && area.size <= window_->size() - area.address;
  });
}

void BaselineRunner::code_changed(Range range) { cache_->invalidate(range); }

void BaselineRunner::look(bool looks) {
  looks_ = looks;
  cache_->clear();
  made_.clear();
  weighed_ = 0;
  opened_ = window_->opened();
}

bool BaselineRunner::often_refused() const { return window_->opened() - opened_ >= refusals_worth; }

void BaselineRunner::weigh(u64 instructions) {
  weighed_ += instructions;
  if (weighed_ < (looks_ ? long_while : short_while)) return;
  if (looks_ && (window_->opened() - opened_) / (long_while / short_while) < refusals_worth) return look(false);
  weighed_ = 0;
  opened_ = window_->opened();
}

void BaselineRunner::stop_at(const StopPoints* points) {
  if (points == points_) return;
  points_ = points;
  cache_->clear();
}

bool BaselineRunner::lift(u64 pc, std::size_t most) {
  u64 unreachable = 0;
  std::optional<Decoded> decoded = fetch(hart.memory, pc, unreachable);
  if (!decoded) {
    hart.stop = {StopKind::fault, Access::execute, unreachable};
    return false;
  }
  Lifter lifter(block_, pc, variant_, scratch_);
  // What cannot be fetched further on is no part of the block: it stops when it is reached.
  for (std::size_t count = 1;; ++count) {
    if (!lifter.add(*decoded)) break;
    if (count < most && lifter.pc() != code_end_ && !stops_at(lifter.pc())) decoded = fetch(hart.memory, lifter.pc(), unreachable);
    else decoded.reset();
    if (!decoded) {
      lifter.finish();
      break;
    }
  }
  lifted_for_variant_ = lifter.uses_variant();
  return true;
}

// What lies beside the window is written by C++ only, which sees that it is code.
bool BaselineRunner::watch(u64 begin, u64 end) {
  for (u64 page = begin & ~(page_size - 1); page < end; page += page_size)
    if (window_->mapped(page) && !window_->watched(page) && !window_->watch(page, page_size)) return false;
  return true;
}

jit::Compiler::Request BaselineRunner::request() const {
  jit::Compiler::Request made = compile_request(options_, variant_);
  made.trust_checks = trust_checks_;
  made.looks = looks_;
  return made;
}

std::optional<CodeCache::Index> BaselineRunner::watched(CodeCache::Index made) {
  const jit::Translation& one = (*cache_)[made];
  if (watch(one.pc, one.end)) return made;
  // The host gives no more mappings: code that could change unseen is not run.
  hart.stop = {StopKind::fault, Access::execute, one.pc};
  cache_->invalidate({one.pc, 1});
  return std::nullopt;
}

std::optional<CodeCache::Index> BaselineRunner::translation_at(u64 pc) {
  if (const auto known = cache_->find(pc, variant_)) return known;
  // Others know of no stop points.
  if (shares_ && (!points_ || points_->empty()))
    if (const auto made = made_before(pc)) return made;
  return made_anew(pc, Lifter::most_instructions);
}

// Of a block that the stages share; what was made of the same one before is good again.
std::optional<CodeCache::Index> BaselineRunner::made_before(u64 pc) {
  u64 unreachable = 0;
  std::shared_ptr<const Translation> from =
      TranslationStore::shared().translate(hart.memory, pc, variant_, code_end_, form_after(ir::baseline_passes), unreachable);
  if (!from) return std::nullopt;
  if (made_in_ != cache_->generation()) made_.clear();
  made_in_ = cache_->generation();
  for (const Made& made : made_)
    if (made.from == from && cache_->serves(made.index, variant_)) {
      cache_->revive(made.index);
      return watched(made.index);
    }
  const auto index = cache_->add(from->after(ir::baseline_passes), request(), from->uses_variant());
  if (!index) return std::nullopt;
  if (made_in_ != cache_->generation()) made_.clear();
  made_in_ = cache_->generation();
  if (made_.size() == most_made) made_.erase(made_.begin());
  made_.push_back({std::move(from), *index});
  return watched(*index);
}

std::optional<CodeCache::Index> BaselineRunner::made_anew(u64 pc, std::size_t most) {
  for (; most != 0; most /= 2) {
    if (!lift(pc, most)) return std::nullopt;
    if (const auto made = cache_->add(block_, request(), lifted_for_variant_)) return watched(*made);
  }
  hart.stop = {.kind = StopKind::illegal};  // unreachable: one instruction always has room
  return std::nullopt;
}

// Evaluates one instruction by itself.
bool BaselineRunner::evaluate() {
  u64 unreachable = 0;
  const std::optional<Decoded> decoded = fetch(hart.memory, hart.state.words[pc_word], unreachable);
  if (!decoded) {
    hart.stop = {StopKind::fault, Access::execute, unreachable};
    return false;
  }
  const Evaluate evaluate = decoded->row ? evaluations()[index_of(*decoded->row)] : evaluate_illegal;
  const bool retired = evaluate(hart, *decoded);
  if (hart.code_written) {
    code_changed(*hart.code_written);
    hart.code_written.reset();
  }
  frame_->left = frame_->total - hart.retired;
  return retired;
}

Stop BaselineRunner::step(const PassedStops& passed) {
  const u64 from = hart.state.words[pc_word];
  if (from == code_end_) return hart.stop = {.kind = StopKind::end};
  if (!passed.stop_point && stops_at(from)) return hart.stop = {StopKind::intercepted, Access::none, from};
  const PassingAccesses passing(hart.memory, passed);
  if (options_.cut) {
    passes_point_ = true;
    run({1});
    passes_point_ = false;
    if (stops_at(from)) cache_->invalidate({from, 2});  // no translation begins at a stop point
  } else if (evaluate()) {
    hart.stop = {.kind = StopKind::budget};
  }
  return told_apart(hart);
}

void BaselineRunner::use_variant() {
  const u8 variant = variant_of(hart.state);
  if (variant == variant_) return;
  variant_ = variant;
  cache_->change_variant();
}

void BaselineRunner::enter(CodeCache::Index index) {
  const u32 host_control = _mm_getcsr();
  _mm_setcsr(control_for(variant_));
  cache_->enter(index);
  jit::collect_flags(*frame_);
  _mm_setcsr(host_control);
}

Stop BaselineRunner::run(Budget budget) {
  jit::Frame& frame = *frame_;
  frame.left = budget.instructions;
  frame.total = hart.retired + budget.instructions;
  frame.raised = 0;
  // A program that is compared runs on many inputs, which mostly fault where the first one did, and a fault
  // costs as much as a hundred accesses made slowly. Elsewhere a page that is watched may fault once only.
  const FaultScope faults(
      cache_->begin(), cache_->end(),
      [](void* self, u64 host_pc) {
        const BaselineRunner& runner = *static_cast<BaselineRunner*>(self);
        return runner.cache_->redirect(host_pc, runner.shares_);
      },
      this);
  const u64 before = hart.retired;
  hart.stop = run_translated();
  weigh(hart.retired - before);
  return told_apart(hart);
}

Stop BaselineRunner::run_translated() {
  jit::Frame& frame = *frame_;
  u64& pc = hart.state.words[pc_word];
  std::optional<u32> link;  // the jump that led here, to be linked
  bool remember = false;
  while (true) {
    if (pc == code_end_) return {.kind = StopKind::end};
    if (frame.left == 0) return {.kind = StopKind::budget};
    if (!passes_point_ && stops_at(pc)) return {StopKind::intercepted, Access::none, pc};
    use_variant();
    for (u64 page : hart.memory.stale_pages()) cache_->invalidate({page, page_size});
    hart.memory.clear_stale_pages();
    if (!looks_ && often_refused()) {
      look(true);
      link.reset();
      remember = false;
    }
    const u32 generation = cache_->generation();
    std::optional<CodeCache::Index> here = translation_at(pc);
    if (here && options_.cut && (*cache_)[*here].instructions > frame.left) here = made_anew(pc, frame.left);
    if (!here) return hart.stop;
    if (options_.link && generation == cache_->generation()) {
      if (link) cache_->link(*link, *here);
      if (remember) cache_->remember(*here);
    }
    link.reset();
    remember = false;
    if ((*cache_)[*here].instructions > frame.left) {
      while (frame.left != 0 && pc != code_end_ && !stops_at(pc))
        if (!evaluate()) return hart.stop;
      continue;
    }
    if (!looks_) window_->take_back();
    enter(*here);
    switch (frame.exit) {
      case jit::Exit::link:
        pc = cache_->records().links[frame.link].target;
        link = frame.link;
        break;
      case jit::Exit::lookup: remember = true; break;
      case jit::Exit::budget: pc = (*cache_)[frame.link].pc; break;
      case jit::Exit::site: {
        const jit::Site& site = cache_->records().sites[frame.site];
        const jit::Translation& within = (*cache_)[site.translation];
        jit::restore_state(frame, cache_->records(), site);
        pc = site.pc;
        frame.left += within.instructions - site.guest;
        hart.retired = frame.total - frame.left;
        if (const auto& i = site.instruction; i.opcode == ir::Opcode::trap || i.opcode == ir::Opcode::trap_if)
          return {.kind = StopKind(i.immediate)};
        if (!frame.step) return hart.stop;
        frame.step = false;
        if (!evaluate()) return hart.stop;
        break;
      }
    }
    hart.retired = frame.total - frame.left;
  }
}

}  // namespace diptych::riscv64
