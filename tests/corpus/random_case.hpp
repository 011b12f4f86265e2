// Cases nobody would write, in the form flatten() leaves alone.
#pragma once

#include "corpus/case.hpp"

#include <random>

namespace diptych::tests {

class RandomCase {
 public:
  explicit RandomCase(u64 seed) : random_(seed) {}

  u64 below(u64 bound) { return std::uniform_int_distribution<u64>(0, bound - 1)(random_); }
  bool chance(u64 of) { return below(of) == 0; }

  Case make() {
    Case some;
    some.why = text(below(3));
    for (u64 i = below(3); i > 0; --i) some.notes.push_back(line());
    Program& program = some.program;
    program.code_address = (u64{1} << (12 + below(40))) + 2 * below(5000);
    for (u64 i = 1 + below(chance(10) ? 300 : 20); i > 0; --i) program.code.push_back(u8(random_()));
    if (chance(3)) program.code_access = Access(u8(Access::execute) | u8(below(4)));
    u64 address = (program.code_end() | (page_size - 1)) + 1;
    for (u64 i = below(4); i > 0; --i) {
      address += page_size * below(3);
      const u64 size = page_size * (1 + below(3));
      program.memory.push_back({address, size, Access(1 + below(7))});
      for (u64 j = below(4); j > 0; --j) bytes_in(program.memory.back(), program.contents, 70);
      address += size;
    }
    for (const Register& reg : registers_of(program.guest))
      if (chance(3)) some.input.state.words[reg.word] = value(reg);
    some.input.state.words[program_counter_word(program.guest)] = program.code_address + 2 * below(4);
    if (chance(3))
      for (u64 i = 1 + below(3); i > 0; --i) some.earlier.push_back(earlier(some));
    some.budget.instructions = value64();
    if (!chance(3)) some.expect = expectation(program);
    return flatten(some);
  }

 private:
  u64 value64() {
    const u64 value = random_();
    return chance(4) ? value : value >> below(64);
  }

  u64 value(const Register& reg) { return value64() & (~u64{0} >> (64 - reg.bits)); }

  void bytes_in(const Region& region, std::vector<Bytes>& into, u64 longest) {
    Bytes some{region.address + below(region.size), {}};
    for (u64 room = std::min(longest, region.address + region.size - some.address), i = 1 + below(room); i > 0; --i)
      some.bytes.push_back(chance(2) ? u8(random_()) : u8(0));
    into.push_back(some);
  }

  Input earlier(const Case& some) {
    Input input;
    input.state = some.input.state;
    for (const Register& reg : registers_of(some.guest()))
      if (chance(4)) input.state.words[reg.word] = value(reg);
    input.state.words[program_counter_word(some.guest())] = some.program.code_address + 2 * below(4);
    for (const Region& region : some.program.memory)
      for (u64 i = below(3); i > 0; --i) bytes_in(region, input.memory, 40);
    return input;
  }

  std::string line() {
    static constexpr const char* pieces[] = {"#", "\\", " ", "\t", "\"", "why", "é", "→", "x", "0x1f", "  ", "\\#"};
    std::string result;
    for (u64 i = below(8); i > 0; --i) result += pieces[below(std::size(pieces))];
    return result;
  }

  std::string text(u64 lines) {
    std::string result;
    for (u64 i = 0; i < lines; ++i) result += (i == 0 ? "" : "\n") + line();
    return result;
  }

  Expectation expectation(const Program& program) {
    Expectation expect;
    if (chance(2)) {
      Stop stop{.kind = StopKind(below(8)), .access = Access::none, .address = 0};
      if (stop.kind == StopKind::fault || stop.kind == StopKind::misaligned) {
        stop.access = Access(u64{1} << below(3));
        stop.address = random_();
      }
      expect.stop = stop;
    }
    for (const Register& reg : registers_of(program.guest))
      if (chance(8)) expect.registers.push_back({reg.word, value(reg)});
    for (const Region& region : program.memory)
      for (u64 i = below(3); i > 0; --i) bytes_in(region, expect.memory, 40);
    if (chance(2)) expect.retired = value64();
    return expect;
  }

  std::mt19937_64 random_;
};

}  // namespace diptych::tests
