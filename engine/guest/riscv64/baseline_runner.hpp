// The run loop of translated code: what to translate, where to go on, and when to stop.
#pragma once

#include "engine/guest/riscv64/translation_store.hpp"
#include "engine/ir/passes/passes.hpp"
#include "engine/jit/frame.hpp"
#include "engine/jit/options.hpp"
#include "engine/machine/program.hpp"
#include "engine/memory/window.hpp"
#include "engine/tier/code_cache.hpp"
#include "engine/tier/passed_stops.hpp"
#include "engine/tier/stop_points.hpp"

#include <memory>
#include <span>

namespace diptych::riscv64 {

class BaselineRunner {
  std::unique_ptr<jit::Frame> frame_;

 public:
  static Result<std::unique_ptr<BaselineRunner>> create(const jit::Options& options, std::size_t code_size);

  Hart& hart;

  /// Addresses below the window's size lie there unless they lie in an area beside it. Before any other use;
  /// the window stays where it is until the next one.
  void use(Window& window);

  /// Binds memory and forgets every translation. `code_end` is the address whose reaching is a stop.
  /// An area lies in the window where its host bytes are the window's.
  void bind(std::span<const Area> areas, u64 code_end);

  /// The window alone is the memory, and no address is an end of the code.
  void bind(Window& window);

  /// Forgets what was translated from these bytes: for changes made from outside.
  void code_changed(Range range);

  /// Runs until a stop, by the rules of Interpreter::run.
  Stop run(Budget budget);

  /// One instruction, by the rules of Interpreter::step. What was translated stays.
  Stop step(const PassedStops& passed);

  /// Runs stop before the instruction at any of these, by the rules of Interpreter::stop_at.
  void stop_at(const StopPoints* points);

  const CodeCache& cache() const { return *cache_; }

 private:
  BaselineRunner(const jit::Options& options, std::unique_ptr<jit::Frame> frame, std::unique_ptr<CodeCache> cache);

  void begin(std::span<const Area> areas, u64 code_end);
  bool stops_at(u64 pc) const { return points_ && points_->has(pc); }
  Stop run_translated();
  void look(bool looks);
  bool often_refused() const;
  void weigh(u64 instructions);
  std::optional<CodeCache::Index> translation_at(u64 pc);
  std::optional<CodeCache::Index> made_before(u64 pc);
  std::optional<CodeCache::Index> made_anew(u64 pc, std::size_t most);
  std::optional<CodeCache::Index> watched(CodeCache::Index made);
  jit::Compiler::Request request() const;
  bool watch(u64 begin, u64 end);
  bool lift(u64 pc, std::size_t most);
  void enter(CodeCache::Index index);
  bool evaluate();
  void use_variant();

  Window* window_ = nullptr;
  jit::Options options_;
  std::unique_ptr<CodeCache> cache_;
  ir::Block block_;
  ir::Scratch scratch_;
  // What was made of blocks from the store, good for one generation of the cache.
  struct Made {
    std::shared_ptr<const Translation> from;
    CodeCache::Index index;
  };
  static constexpr std::size_t most_made = 128;
  std::vector<Made> made_;
  u32 made_in_ = 0;
  bool shares_ = false;  // others have the same program before them
  // No translation holds a stop point but behind its last instruction: where there are none they cost nothing.
  const StopPoints* points_ = nullptr;
  bool passes_point_ = false;  // by a step
  // Where the host refuses accesses often because somebody looks on their pages, code looks by itself.
  bool looks_ = false;
  u64 weighed_ = 0;  // instructions since this was last thought over,
  u64 opened_ = 0;   // and what Window::opened said then
  u64 code_end_ = 0;
  u8 variant_ = 0;
  bool lifted_for_variant_ = false;
  bool trust_checks_ = true;
};

}  // namespace diptych::riscv64
