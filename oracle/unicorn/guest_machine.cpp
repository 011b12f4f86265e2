#include "oracle/unicorn/guest_machine.hpp"

#include <algorithm>
#include <cstring>

namespace diptych::unicorn {
namespace {

bool same_place(const AreaPlan& a, const AreaPlan& b) {
  return a.first_page == b.first_page && a.pages_size == b.pages_size && a.access == b.access;
}

}  // namespace

GuestMachine::GuestMachine(const GuestTraits& traits) : traits_(traits) {
  for (std::size_t i = 0; i < filler_.size(); ++i) filler_[i] = traits.filler[i % traits.filler.size()];
}

Result<std::unique_ptr<GuestMachine>> GuestMachine::open(const GuestTraits& traits) {
  std::unique_ptr<GuestMachine> machine(new GuestMachine(traits));
  if (auto renewed = machine->renew_worn(); !renewed) return std::unexpected(std::move(renewed).error());
  return machine;
}

Result<void> GuestMachine::renew_worn() {
  if (precise_ && precise_->emulator().is_worn()) precise_.reset();
  if (fast_ && !fast_->is_worn()) return {};
  watchdog_.reset();
  auto opened = Emulator::open(traits_);
  if (!opened) return std::unexpected(std::move(opened).error());
  fast_ = *std::move(opened);
  layout_.clear();
  watchdog_ = std::make_unique<Watchdog>([engine = fast_->engine()] { uc_emu_stop(engine); });
  return {};
}

Result<void> GuestMachine::prepare(const Program& program) {
  if (auto renewed = renew_worn(); !renewed) return renewed;
  initial_.prepare(program);
  if (auto laid_out = lay_out(); !laid_out) {
    layout_.clear();
    return laid_out;
  }
  plant_terminator(program);
  const std::span<const AreaPlan> plans = initial_.areas();
  areas_.clear();
  for (std::size_t i = 0; i < plans.size(); ++i) {
    std::memcpy(mappings_[i].host(), image(i).data(), image(i).size());
    areas_.push_back({plans[i].address, plans[i].size, plans[i].access,
                      mappings_[i].host() + (plans[i].address - plans[i].first_page)});
  }
  laid_.assign(plans.size(), false);
  ++version_;
  view_writable(areas_, outcome_.memory);
  return {};
}

// Mapping is dear, so the memory of one program serves the next if it lies at the same place.
Result<void> GuestMachine::lay_out() {
  const std::span<const AreaPlan> plans = initial_.areas();
  if (std::ranges::equal(layout_, plans, same_place)) return {};
  const std::vector<Mapping> before = std::move(mappings_);
  mappings_.clear();
  for (const AreaPlan& plan : plans) {
    Mapping mapping = {.address = plan.first_page,
                       .size = plan.pages_size,
                       .protection = protection_of(plan.access),
                       .runs_code = allows(plan.access, Access::execute)};
    for (const Mapping& old : before) {
      mapping.pages = old.pages;
      if (mapping == old) break;
      mapping.pages.reset();
    }
    // One page more than is asked for: the guard behind it.
    if (!mapping.pages) mapping.pages = HostPages::allocate(plan.pages_size + page_size);
    if (!mapping.pages) return fail(ErrorKind::environment, "there is no memory left for the guest's memory");
    mappings_.push_back(mapping);
  }
  // A page that traps follows all executable pages. An instruction that runs on across their end must be
  // translated rather than faulted on: such a fault comes before what precedes the instruction was
  // executed. And code that fills its last page has its terminator there.
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const u64 behind = plans[i].first_page + plans[i].pages_size;
    const bool taken = std::ranges::any_of(plans, [&](const AreaPlan& plan) { return plan.first_page == behind; });
    if (i == 0) guarded_ = !taken;
    if (taken || !allows(plans[i].access, Access::execute)) continue;
    mappings_.push_back({.address = behind,
                         .size = page_size,
                         .protection = UC_PROT_EXEC,
                         .pages = mappings_[i].pages,
                         .offset = mappings_[i].size});
    std::ranges::copy(filler_, mappings_.back().host());
    std::ranges::copy(traits_.terminator, mappings_.back().host());
  }
  // The precise run checks each fetch itself, and for the same reason none may fail before it has.
  precise_mappings_ = mappings_;
  for (Mapping& mapping : precise_mappings_) mapping.protection |= UC_PROT_EXEC;
  if (auto mapped = fast_->map(mappings_); !mapped) return mapped;
  layout_.assign(plans.begin(), plans.end());
  return {};
}

void GuestMachine::plant_terminator(const Program& program) {
  const AreaPlan& plan = initial_.areas()[0];
  const std::span<const u8> pages = initial_.pages(0);
  const std::size_t begin = std::size_t(plan.address - plan.first_page);
  const std::size_t end = begin + program.code.size();
  code_end_ = program.code_end();
  code_image_.assign(pages.begin(), pages.end());
  std::copy_n(filler_.begin(), begin, code_image_.begin());
  std::copy_n(filler_.begin() + std::ptrdiff_t(end % page_size), pages.size() - end,
              code_image_.begin() + std::ptrdiff_t(end));
  const bool fills_last_page = end == pages.size();
  const bool has_room = fills_last_page ? guarded_ : pages.size() - end >= traits_.terminator.size();
  if (has_room && !fills_last_page) std::ranges::copy(traits_.terminator, code_image_.begin() + std::ptrdiff_t(end));
  // Unicorn lets what is executable be read. Only a precise run notices.
  const bool all_readable = std::ranges::all_of(initial_.areas(), [](const AreaPlan& area) {
    return !allows(area.access, Access::execute) || allows(area.access, Access::read);
  });
  fast_is_sound_ = has_room && all_readable && !traits_.tail_may_branch(program.code);
}

std::span<const u8> GuestMachine::image(std::size_t area) const {
  return area == 0 ? std::span<const u8>(code_image_) : initial_.pages(area);
}

Result<const Outcome*> GuestMachine::run(const Input& input, Budget budget, Precision precision) {
  if (precision == Precision::fast && fast_is_sound_ && run_fast(input)) return &outcome_;
  if (auto ran = run_precisely(input, budget); !ran) return std::unexpected(std::move(ran).error());
  return &outcome_;
}

void GuestMachine::restore(const Input& input) {
  for (std::size_t i = 0; i < areas_.size(); ++i) {
    const bool writable = allows(areas_[i].access, Access::write);
    if (laid_[i] && allows(areas_[i].access, Access::execute)) ++version_;
    if (writable || laid_[i]) std::memcpy(mappings_[i].host(), image(i).data(), image(i).size());
    laid_[i] = false;
  }
  if (input.memory.empty()) return;
  lay(input.memory, areas_);
  for (const Bytes& bytes : input.memory)
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      if (!areas_[i].contains(bytes.address)) continue;
      laid_[i] = true;
      if (allows(areas_[i].access, Access::execute)) ++version_;
    }
}

bool GuestMachine::run_fast(const Input& input) {
  restore(input);
  fast_->ready(version_, input.state);
  watchdog_->enter();
  const uc_err error = fast_->start(input.state.words[program_counter_word(traits_.guest)]);
  watchdog_->leave();
  if (error != traits_.terminator_error || fast_->program_counter() != code_end_) return false;
  if (!slack_is_untouched()) return false;
  outcome_.stop = {};
  outcome_.retired.reset();
  fast_->read(outcome_.state);
  return true;
}

// What lies beside writable code in its pages, the terminator included, can be written by the guest.
bool GuestMachine::slack_is_untouched() const {
  const Area& code = areas_[0];
  if (!allows(code.access, Access::write)) return true;
  const u8* const host = mappings_[0].host();
  const std::size_t before = std::size_t(code.host - host);
  const std::size_t after = before + code.size;
  return std::memcmp(host, code_image_.data(), before) == 0 &&
         std::memcmp(host + after, code_image_.data() + after, code_image_.size() - after) == 0;
}

Result<void> GuestMachine::run_precisely(const Input& input, Budget budget) {
  if (!precise_) {
    auto opened = PreciseRunner::open(traits_);
    if (!opened) return std::unexpected(std::move(opened).error());
    precise_ = *std::move(opened);
  }
  restore(input);
  if (auto mapped = precise_->emulator().map(precise_mappings_); !mapped) return mapped;
  precise_->emulator().ready(version_, input.state);
  return precise_->run({.areas = areas_,
                        .code_pages_address = mappings_[0].address,
                        .code_pages = {mappings_[0].host(), mappings_[0].size},
                        .code_end = code_end_,
                        .budget = budget.instructions},
                       input.state, outcome_);
}

}  // namespace diptych::unicorn
