// What `monitor` does beyond the session's own commands.
#include "gdbstub/engine/engine_target.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "engine/ir/text.hpp"
#include "engine/jit/options.hpp"
#include "gdbstub/riscv64/lesson.hpp"
#include "listing/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace diptych::gdb {
namespace {

using namespace listing;

std::string_view first_word(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_first_of(" \t", begin) - begin);
}

std::optional<u64> number_in(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// As much code as a block can be.
constexpr std::size_t block_bytes = 256;

std::string translated(const Timeline& timeline, u64 pc, u8 rounding, std::string (*shown)(const Translated&)) {
  std::vector<u8> bytes(block_bytes);
  bytes.resize(timeline.read(pc, bytes));
  if (bytes.empty() || pc % 2 != 0) return fmt::format("There is no code at {:#x}.\n", pc);
  Result<Translator> translator = Translator::create();
  if (!translator) return translator.error().message + ".\n";
  const auto block = translator->translate({bytes, pc}, pc, rounding, jit::Options{});
  if (!block) return block.error().message + ".\n";
  return shown(*block);
}

std::string shown_as_ir(const Translated& block) {
  std::string text = "as lifted:\n" + ir::print(block.lifted);
  for (const Pass& pass : block.passes)
    if (pass.changed) text += fmt::format("after {}:\n{}", pass.name, ir::print(pass.block));
  return text;
}

std::string shown_as_host_code(const Translated& block) { return print_host(block, "  "); }

}  // namespace

std::string EngineTarget::status() const {
  const std::string outlook = inferior_->outlook();
  std::string text = fmt::format("{}\n{} instructions retired.{}{}\n", why_, tier().hart().retired, outlook.empty() ? "" : " ", outlook);
  if (timeline_.time() < seen_until_) text += fmt::format("In the past: at {} of {}.\n", timeline_.time(), seen_until_);
  return text;
}

std::string EngineTarget::mark_now() {
  marks_.push_back(timeline_.time());
  return fmt::format("Mark {} is here, at {}; `monitor go {}` leads back.\n", marks_.size(), timeline_.time(), marks_.size());
}

std::string EngineTarget::list_marks() const {
  std::string text;
  for (std::size_t i = 0; i < marks_.size(); ++i) text += fmt::format("mark {} at {}\n", i + 1, marks_[i]);
  return text.empty() ? "There are no marks; `monitor mark` sets one.\n" : text;
}

std::string EngineTarget::plan_to_go(std::string_view arguments) {
  if (!timeline_.goes_back()) return "Nothing is remembered (--history 0), so there is no way back.\n";
  std::string_view word = first_word(arguments);
  const bool is_time = word.starts_with('@');
  if (is_time) word.remove_prefix(1);
  const auto number = number_in(word);
  if (!number || (!is_time && (*number == 0 || *number > marks_.size())))
    return "`monitor go MARK` or `monitor go @TIME`: marks are listed by `monitor marks`, times are instructions since the beginning.\n";
  const u64 time = is_time ? *number : marks_[*number - 1];
  const u64 last = std::max(inferior_->execution().recorded_until(), timeline_.time());
  if (time < timeline_.beginning() || time > last)
    return fmt::format("{} is not within what is remembered: {} to {}.\n", time, timeline_.beginning(), last);
  plan_ = Plan{.kind = PlanKind::time, .time = time};
  return fmt::format("The next `continue` or `reverse-continue` goes to {}.\n", time);
}

std::string EngineTarget::plan_for_divergence() {
  if (!panel_) return "There is no reference; --beside NAME sets one beside the engine.\n";
  plan_ = Plan{.kind = PlanKind::divergence};
  const bool known = follower_ ? parted_before() : panel_->sight().diverged;
  return fmt::format("{}\n", known ? "The next `continue` or `reverse-continue` goes back to where they part first."
                                   : "The next `continue` goes to where they part, or to the end.");
}

std::string EngineTarget::catch_for_monitor(std::string_view arguments) {
  if (!inferior_->makes_calls()) return "A case makes no system calls.\n";
  constexpr u64 numbers = 1024;  // more than there are
  std::string_view word = first_word(arguments);
  if (word == "none") {
    catch_calls(std::nullopt);
    return "No system call halts it.\n";
  }
  // One more each time, as with gdb's catchpoints; among all there is no more.
  std::vector<u64> which = monitor_catches_.value_or(std::vector<u64>{});
  const bool all = word.empty() || (monitor_catches_ && which.empty());
  for (; !word.empty(); word = first_word(arguments)) {
    arguments.remove_prefix(std::size_t(word.data() + word.size() - arguments.data()));
    u64 number = number_in(word).value_or(0);
    if (word.find_first_not_of("0123456789") != word.npos)
      while (number < numbers && inferior_->call_name(number) != word) ++number;
    if (number >= numbers) return fmt::format("There is no system call \"{}\".\n", word);
    if (std::ranges::find(which, number) == which.end()) which.push_back(number);
  }
  if (all) which.clear();
  catch_calls(which);
  monitor_catches_ = which;
  if (all) return "Every system call halts it, before and after.\n";
  std::string names;
  for (const u64 number : which) names += (names.empty() ? "" : ", ") + told_call(number);
  return fmt::format("{} {} it, before and after.\n", names, which.size() == 1 ? "halts" : "halt");
}

std::string EngineTarget::difference() {
  if (!panel_) return "There is no reference; --beside NAME sets one beside the engine.\n";
  const Reference::Sight& sight = panel_->sight();
  if (!panel_->blind().empty()) return panel_->blind() + ".\n";
  if (sight.difference.empty() && sight.known.empty()) return fmt::format("{} agrees.\n", reference_->name());
  return told_difference();
}

std::string EngineTarget::statistics() const {
  const Execution& execution = inferior_->execution();
  std::string beside = reference_ ? reference_->statistics() : std::string();
  if (panel_ && panel_->uncompared() != 0)
    beside += fmt::format("{} instructions not compared: with a --history those behind what {} cannot execute would be\n", panel_->uncompared(), reference_->name());
  return beside + fmt::format("{} instructions retired on {}\ntime {} of {}\n{} moments remembered since {}, {:.1f} MiB of {:.1f}\n{} breakpoints, {} watchpoints\n",
                     tier().hart().retired, tier().name(), timeline_.time(), execution.recorded_until(), timeline_.moments(),
                     timeline_.beginning(), double(execution.kept()) / (1 << 20), double(history_bytes_) / (1 << 20),
                     stops_.addresses().size(), watchpoints_.size());
}

std::vector<MonitorCommand> EngineTarget::make_commands() {
  const auto at = [this](std::string_view arguments, std::string (*shown)(const Translated&)) {
    const std::string_view word = first_word(arguments);
    const auto address = word.empty() ? std::optional(program_counter(1)) : number_in(word);
    if (!address) return fmt::format("\"{}\" is no address.\n", word);
    const u8 rounding = u8(state().words[diptych::riscv64::fcsr_word] >> 5 & 7);
    return translated(timeline_, *address, rounding, shown);
  };
  std::vector<MonitorCommand> made = {
      {"diff", "what differs between engine and reference here", [this](std::string_view) { return difference(); }},
      {"run-to-divergence", "makes the next continue go to where engine and reference part first", [this](std::string_view) { return plan_for_divergence(); }},
      {"go", "MARK | @TIME: makes the next continue go there", [this](std::string_view arguments) { return plan_to_go(arguments); }},
      {"mark", "marks this moment", [this](std::string_view) { return mark_now(); }},
      {"marks", "lists them", [this](std::string_view) { return list_marks(); }},
      {"catch", "[CALL...] | none: halts before and after system calls, all or these, too", [this](std::string_view arguments) { return catch_for_monitor(arguments); }},
      {"lesson", "what gdb 13 lacks for this guest, in its own Python: python exec(gdb.execute(\"monitor lesson\", to_string=True))",
       [](std::string_view) { return std::string(riscv64::lesson_for_gdb); }},
      {"core", "FILE: writes a core file, which gdb opens beside the program's own", [this](std::string_view arguments) { return write_core(arguments); }},
      {"stage", "which stage of the engine parts from the others on this case", [this](std::string_view) { return inferior_->stages(); }},
      {"ir", "[ADDRESS]: the block there, or at the PC, as IR: lifted, and after each pass that changed it",
       [at](std::string_view arguments) { return at(arguments, shown_as_ir); }},
      {"host-code", "[ADDRESS]: the host code of the block", [at](std::string_view arguments) { return at(arguments, shown_as_host_code); }},
      {"tier", "what runs the guest", [this](std::string_view) { return fmt::format("{}; --tier chooses another\n", tier().name()); }},
      {"stats", "instructions, moments, bytes", [this](std::string_view) { return statistics(); }},
  };
  return made;
}

}  // namespace diptych::gdb
