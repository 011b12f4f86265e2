// diptych-bench-looked-on: runs a program by the tier `baseline` as `diptych run` does, with one breakpoint or one
// watchpoint set that it as good as never meets, so that it can be measured what they cost where they are not.
#include "engine/linux/elf.hpp"
#include "engine/linux/layout.hpp"
#include "engine/linux/process.hpp"
#include "engine/tier/tier.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <unistd.h>

namespace diptych::bench {
namespace {

constexpr int unusable = 2;

int complain(std::string_view sentence) {
  fmt::print(stderr, "diptych-bench-looked-on: {}\n", sentence);
  return unusable;
}

// Goes on by itself from where it is intercepted.
class GoingOn final : public Tier {
 public:
  explicit GoingOn(std::unique_ptr<Tier> tier) : tier_(std::move(tier)) {}

  std::string_view name() const override { return tier_->name(); }
  Hart& hart() override { return tier_->hart(); }
  u64 program_counter() override { return tier_->program_counter(); }
  void bind(Window& window) override { tier_->bind(window); }
  void bind(Window& window, std::span<const Area> areas, u64 code_end) override { tier_->bind(window, areas, code_end); }
  Stop run(Budget budget) override {
    const u64 end = hart().retired + budget.instructions;
    while (true) {
      const Stop stop = tier_->run({end - hart().retired});
      if (stop.kind != StopKind::intercepted) return stop;
      ++met_;
      if (const Stop after = tier_->step(); after.kind != StopKind::budget) return after;
    }
  }
  Stop step(const PassedStops& passed) override { return tier_->step(passed); }
  void code_changed(Range range) override { tier_->code_changed(range); }
  void stop_at(const StopPoints* points) override { tier_->stop_at(points); }

  u64 met() const { return met_; }

 private:
  std::unique_ptr<Tier> tier_;
  u64 met_ = 0;
};

int run(std::span<char* const> arguments) {
  if (arguments.size() < 3) return complain("it is called with breakpoint or watchpoint, a program and its arguments");
  const std::string_view what = arguments[1];
  const std::vector<std::string> guest(arguments.begin() + 2, arguments.end());
  if (what != "breakpoint" && what != "watchpoint") return complain(fmt::format("it sets no {}", what));

  std::ifstream file(guest.front(), std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  const auto elf = linux_guest::parse_elf({reinterpret_cast<const u8*>(bytes.data()), bytes.size()}, linux_guest::address_limit);
  if (!elf) return complain(elf.error().message);
  auto tier = make_tier("baseline");
  if (!tier) return complain(tier.error().message);
  const auto going_on = std::make_shared<GoingOn>(std::move(*tier));
  const std::vector<std::string> here = {"."};
  auto grants = linux_guest::Grants::directories(here);
  if (!grants) return complain(grants.error().message);
  linux_guest::ProcessOptions options;
  options.program = guest.front();
  options.arguments = guest;
  options.grants = std::make_shared<linux_guest::Grants>(std::move(*grants));
  options.tier = going_on;
  auto process = linux_guest::Process::start(std::move(options));
  if (!process) return complain(process.error().message);

  StopPoints points;
  if (what == "breakpoint") {
    // Where it begins, and never comes again.
    points.insert(elf->entry);
    going_on->stop_at(&points);
  } else {
    // The last of its data, in a page with whatever else lies there.
    constexpr u64 size = 8;
    if (!going_on->hart().memory.watch_accesses({elf->highest() - size, size}, Access::write))
      return complain("the watchpoint cannot be set");
  }
  const linux_guest::Ending ending = (*process)->run();
  const nlohmann::json tiers = {{{"tier", "baseline"}, {"instructions", going_on->hart().retired}, {"met", going_on->met()}}};
  fmt::print(stderr, "{}\n", nlohmann::json({{"tiers", tiers}}).dump());
  return ending.signal != 0 ? 128 + ending.signal : ending.status;
}

}  // namespace
}  // namespace diptych::bench

int main(int argc, char** argv) { return diptych::bench::run({argv, static_cast<std::size_t>(argc)}); }
