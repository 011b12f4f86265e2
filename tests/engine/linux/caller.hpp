// A process that makes whatever system call is asked of it, by an ecall of its own.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/process_execution.hpp"

#include <fcntl.h>

#include <array>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diptych::linux_test {

/// Belongs to the current directory, which is all that is granted to it.
class Caller {
 public:
  static constexpr u64 code = 0x100000;
  /// A call that would wait, made with `interrupt` readable.
  static constexpr i64 left = -1000;
  /// The call or a signal ended the process.
  static constexpr i64 ended = -1001;

  static Result<Caller> start(const std::string& program, std::string_view tier, int interrupt = -1, bool record = true) {
    using namespace linux_guest;
    auto made = make_tier(tier);
    if (!made) return std::unexpected(std::move(made).error());
    const std::vector<std::string> here{"."};
    auto granted = Grants::directories(here);
    if (!granted) return std::unexpected(std::move(granted).error());
    auto started = ProcessExecution::start({.process = {.program = program, .arguments = {"caller"}, .environment = {},
                                                        .grants = std::make_shared<Grants>(std::move(*granted)), .tier = std::move(*made),
                                                        // Lines are made, as --strace shows them, and nobody reads them.
                                                        .trace = [](std::string_view) {}},
                                            .record = record, .most_recorded = 1 << 20, .interrupt = interrupt});
    if (!started) return std::unexpected(std::move(started).error());
    Caller caller(std::move(*started));
    caller.process().map.map(code, page_size, Access::read | Access::write | Access::execute);
    caller.put(code, u32{0x00000073});  // ecall
    return caller;
  }

  /// What a0 is afterwards.
  i64 call(u64 number, std::initializer_list<u64> arguments) {
    std::array<u64, 6> all{};
    std::ranges::copy(arguments, all.begin());
    return call(number, all);
  }
  i64 call(u64 number, const std::array<u64, 6>& arguments) {
    auto& words = process().tier().hart().state.words;
    std::ranges::copy(arguments, words.begin() + riscv64::x_word + 10);
    words[riscv64::x_word + 17] = number;
    words[riscv64::pc_word] = code;
    const u64 before = execution_->time();
    const Event event = execution_->step();
    if (event.kind == EventKind::exited || event.kind == EventKind::killed) return ended;
    return execution_->time() == before ? left : static_cast<i64>(words[riscv64::x_word + 10]);
  }

  template <class T>
  void put(u64 address, const T& value) {
    u8 bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    (void)process().window.fill(address, bytes);
  }
  void put_text(u64 address, std::string_view text) {
    std::vector<u8> bytes(text.begin(), text.end());
    bytes.push_back(0);
    (void)process().window.fill(address, bytes);
  }
  template <class T>
  T get(u64 address) {
    T value{};
    u8 bytes[sizeof(T)]{};
    process().window.look(address, bytes);
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  }

  linux_guest::Process& process() { return execution_->process(); }
  linux_guest::ProcessExecution& execution() { return *execution_; }

 private:
  explicit Caller(std::unique_ptr<linux_guest::ProcessExecution> execution) : execution_(std::move(execution)) {}

  std::unique_ptr<linux_guest::ProcessExecution> execution_;
};

}  // namespace diptych::linux_test
