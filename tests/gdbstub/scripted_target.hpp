// A target of the tests' own: registers and memory that do as they are told, and halts that are written down
// beforehand. It remembers what it was asked to do.
#pragma once

#include "gdbstub/riscv64/description.hpp"
#include "gdbstub/target.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace diptych::gdb {

class ScriptedTarget final : public Target {
 public:
  static constexpr u64 memory_address = 0x1000;
  static constexpr std::size_t registers = 71;

  // The script: what the next calls of advance() say. Nothing: it goes on; without a script it halts at once.
  std::deque<std::optional<Halt>> script;
  std::vector<ThreadInfo> all_threads = {{.number = 1, .name = "main"}};
  ProcessInfo info = {.id = 42,
                      .triple = "riscv64-unknown-linux-gnu",
                      .program = "/bin/sample",
                      .arguments = {"sample", "<one & two>"},
                      .name = "sample",
                      .directory = "/home"};
  std::vector<OpenFileInfo> open = {{.number = 0, .name = "pipe:[1]"}, {.number = 4, .name = "/home/<f>"}};
  std::vector<u8> vector = {6, 0, 0, 0};
  std::vector<u8> memory;
  std::vector<MappingInfo> memory_map = {{.begin = memory_address,
                                          .end = memory_address + memory.size(),
                                          .access = Access::read | Access::write,
                                          .name = "/bin/sample",
                                          .offset = 0x200}};
  std::optional<SignalInformation> information;
  std::map<std::string, std::vector<u8>, std::less<>> files;
  std::vector<MonitorCommand> own_commands;
  std::string notice;
  bool back = false;
  bool makes_calls = true;
  bool can_watch = true;
  bool can_allocate = true, full = false;
  std::string restart_error;

  // What it was asked to do.
  std::vector<Resume> resumed;
  std::vector<std::string> breakpoints;  // "software 1000", "watch rw 2000 8", in the order of their coming
  std::vector<Signal> passed;
  std::optional<std::vector<u64>> caught;
  std::vector<Launch> launched;

  explicit ScriptedTarget(std::size_t size = 0x40000) : memory(size) {
    for (u32 thread = 1; thread <= 2; ++thread) set_program_counter(thread, memory_address);
  }

  u64& register_of(u32 thread, std::size_t number) { return values_[thread][number]; }

  const Description& description() const override { return description_; }
  std::vector<ThreadInfo> threads() const override { return all_threads; }
  ProcessInfo process() const override { return info; }

  void read_register(u32 thread, std::size_t number, std::span<u8> bytes) const override {
    const auto found = values_.find(thread);
    const u64 value = found == values_.end() ? 0 : found->second.at(number);
    std::memcpy(bytes.data(), &value, bytes.size());
  }
  bool write_register(u32 thread, std::size_t number, std::span<const u8> bytes) override {
    u64 value = 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    values_[thread].at(number) = value;
    return true;
  }
  std::size_t read_memory(u32, u64 address, std::span<u8> bytes) const override {
    if (address < memory_address || address - memory_address >= memory.size()) return 0;
    const std::size_t size = std::min<u64>(bytes.size(), memory_address + memory.size() - address);
    std::memcpy(bytes.data(), memory.data() + (address - memory_address), size);
    return size;
  }
  bool write_memory(u32, u64 address, std::span<const u8> bytes) override {
    if (address < memory_address || address - memory_address >= memory.size()) return false;
    if (bytes.size() > memory_address + memory.size() - address) return false;
    std::memcpy(memory.data() + (address - memory_address), bytes.data(), bytes.size());
    return true;
  }
  u64 program_counter(u32 thread) const override {
    u64 value = 0;
    read_register(thread, riscv64::pc_number, {reinterpret_cast<u8*>(&value), sizeof value});
    return value;
  }
  void set_program_counter(u32 thread, u64 address) override { values_[thread][riscv64::pc_number] = address; }

  bool insert_breakpoint(BreakpointKind kind, u64 address) override {
    if (address % 2 != 0) return false;
    return insert(name_of(kind, address));
  }
  void remove_breakpoint(BreakpointKind kind, u64 address) override { std::erase(breakpoints, name_of(kind, address)); }
  bool insert_watchpoint(Access access, u64 address, u64 size) override {
    return can_watch && insert(name_of(access, address, size));
  }
  void remove_watchpoint(Access access, u64 address, u64 size) override {
    std::erase(breakpoints, name_of(access, address, size));
  }
  void remove_all_breakpoints() override { breakpoints.clear(); }

  void resume(Resume how) override {
    if (resumed.size() < most_kept) resumed.push_back(how);
  }
  std::optional<Halt> advance(u64) override {
    if (script.empty()) return Halt{};
    const auto halt = script.front();
    script.pop_front();
    return halt;
  }
  Halt interrupt() override { return {.signal = Signal::interrupt}; }
  bool goes_back() const override { return back; }

  void pass_signals(std::span<const Signal> signals) override { passed.assign(signals.begin(), signals.end()); }
  bool catch_calls(std::optional<std::vector<u64>> which) override {
    caught = std::move(which);
    return makes_calls;
  }
  std::vector<u8> auxiliary_vector() const override { return vector; }
  std::vector<MappingInfo> mappings() const override { return memory_map; }
  std::vector<OpenFileInfo> open_files() const override { return open; }
  std::optional<SignalInformation> signal_information() const override { return information; }
  bool set_signal_information(const SignalInformation& changed) override {
    information = changed;
    return true;
  }
  std::optional<std::vector<u8>> open_file(std::string_view path) const override {
    const auto found = files.find(path);
    if (found == files.end()) return std::nullopt;
    return found->second;
  }
  bool allocates() const override { return can_allocate; }
  std::optional<u64> allocate(u64 size, Access) override {
    if (full) return std::nullopt;
    return 0x100000 + size;
  }
  bool release(u64 address) override { return can_allocate && address >= 0x100000; }
  std::string status() const override { return "As scripted.\n"; }
  std::span<const MonitorCommand> commands() const override { return own_commands; }
  std::string take_notice() override { return std::exchange(notice, {}); }
  Result<void> restart(const Launch& launch) override {
    if (!restart_error.empty()) return fail(ErrorKind::unsupported, restart_error);
    if (launched.size() < most_kept) launched.push_back(launch);
    return {};
  }

 private:
  static constexpr std::size_t most_kept = 65536;

  static std::string name_of(BreakpointKind kind, u64 address) {
    return (kind == BreakpointKind::software ? "software " : "hardware ") + in_hex(address);
  }
  static std::string name_of(Access access, u64 address, u64 size) {
    std::string name = "watch ";
    if (allows(access, Access::read)) name += 'r';
    if (allows(access, Access::write)) name += 'w';
    return name + ' ' + in_hex(address) + ' ' + in_hex(size);
  }
  static std::string in_hex(u64 value) {
    char text[20];
    std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(value));
    return text;
  }
  bool insert(std::string name) {
    if (std::ranges::find(breakpoints, name) != breakpoints.end()) return true;
    if (breakpoints.size() == 1000) return false;
    breakpoints.push_back(std::move(name));
    return true;
  }

  const Description description_ = riscv64::describe("GNU/Linux");
  std::map<u32, std::array<u64, registers>> values_;
};

}  // namespace diptych::gdb
