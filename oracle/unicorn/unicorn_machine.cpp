#include "oracle/unicorn/unicorn_machine.hpp"

#include "oracle/unicorn/guest_machine.hpp"

#include <fmt/format.h>

#include <map>

namespace diptych {
namespace {

std::string unicorn_version() {
  const unsigned version = uc_version(nullptr, nullptr);
  return fmt::format("{}.{}.{}", version >> 24, version >> 16 & 0xff, version >> 8 & 0xff);
}

class UnicornMachine final : public Machine {
 public:
  UnicornMachine() {
    description_.name = "unicorn";
    description_.version = unicorn_version();
    for (Guest guest : {Guest::riscv64, Guest::aarch64, Guest::x86_64})
      if (const unicorn::GuestTraits* traits = unicorn::traits_of(guest))
        description_.guests.push_back({guest, traits->extensions});
    description_.counts_retired = true;
    description_.exact_budget = true;
    description_.hides_code_end = true;
  }

  const Description& describe() const override { return description_; }

  Result<void> prepare(const Program& program) override {
    current_ = nullptr;
    inputs_ = {};
    const unicorn::GuestTraits* traits = unicorn::traits_of(program.guest);
    if (!traits) return fail(ErrorKind::unsupported, fmt::format("unicorn does not run {}", name_of(program.guest)));
    std::unique_ptr<unicorn::GuestMachine>& machine = machines_[program.guest];
    if (!machine) {
      auto opened = unicorn::GuestMachine::open(*traits);
      if (!opened) return std::unexpected(std::move(opened).error());
      machine = *std::move(opened);
    }
    if (auto prepared = machine->prepare(program); !prepared) return prepared;
    current_ = machine.get();
    return {};
  }

  Result<void> begin(std::span<const Input> inputs, Budget budget) override {
    if (!current_) return fail(ErrorKind::bad_input, "unicorn was given inputs before a program");
    inputs_ = inputs;
    budget_ = budget;
    return {};
  }

  Result<const Outcome*> outcome(std::size_t index, Precision precision) override {
    if (index >= inputs_.size())
      return fail(ErrorKind::bad_input, fmt::format("unicorn has no input {} in a batch of {}", index, inputs_.size()));
    return current_->run(inputs_[index], budget_, precision);
  }

  // A fast run heeds no budget and reads beside the code; one that stops anywhere but at the end is repeated precisely.
  bool exact_when_fast(const Stop& stop) const override { return stop.kind == StopKind::end; }

 private:
  Description description_;
  std::map<Guest, std::unique_ptr<unicorn::GuestMachine>> machines_;
  unicorn::GuestMachine* current_ = nullptr;
  std::span<const Input> inputs_;
  Budget budget_;
};

}  // namespace

Result<std::unique_ptr<Machine>> make_unicorn_machine() { return std::make_unique<UnicornMachine>(); }

}  // namespace diptych
