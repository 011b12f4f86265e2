// The registers of RV64GC at user level: where each lies in GuestState::words, and its names.
#pragma once

#include "engine/machine/guest.hpp"
#include "engine/machine/state.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace diptych::riscv64 {

constexpr std::size_t x_word = 0;  ///< x0 to x31; word 0 is always zero
constexpr std::size_t pc_word = 32;
constexpr std::size_t f_word = 33;  ///< f0 to f31, each 64 bits: a single is NaN-boxed
constexpr std::size_t fcsr_word = 65;
constexpr std::size_t state_words = 66;

/// The words that RISC-V uses, of a state whose other words are zero as in any other of it.
inline void copy_state(GuestState& to, const GuestState& from) {
  std::copy_n(from.words.begin(), state_words, to.words.begin());
}

enum class Extension : u8 { I, M, A, F, D, C, Zicsr, Zifencei, Zba, Zbb, Zbs };

constexpr std::array<std::string_view, 11> extension_names = {"I",     "M",        "A",   "F",   "D",  "C",
                                                              "Zicsr", "Zifencei", "Zba", "Zbb", "Zbs"};

constexpr ExtensionSet bit(Extension extension) { return ExtensionSet{1} << unsigned(extension); }

constexpr std::array<std::string_view, 32> x_names = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
    "a6",   "a7", "s2", "s3", "s4",  "s5",  "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
constexpr std::array<std::string_view, 32> x_plain = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10", "x11", "x12", "x13", "x14", "x15",
    "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31"};
constexpr std::array<std::string_view, 32> f_names = {
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};
constexpr std::array<std::string_view, 32> f_plain = {
    "f0",  "f1",  "f2",  "f3",  "f4",  "f5",  "f6",  "f7",  "f8",  "f9",  "f10", "f11", "f12", "f13", "f14", "f15",
    "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31"};

constexpr auto registers = [] {
  std::array<Register, 65> all{};  // x0 is left out: nobody reports or sets it
  std::size_t n = 0;
  all[n++] = {"pc", "pc", u16(pc_word), 64, RegisterClass::program_counter};
  for (std::size_t i = 1; i < 32; ++i)
    all[n++] = {x_names[i], x_plain[i], u16(x_word + i), 64, RegisterClass::general};
  for (std::size_t i = 0; i < 32; ++i)
    all[n++] = {f_names[i], f_plain[i], u16(f_word + i), 64, RegisterClass::floating};
  all[n++] = {"fcsr", "fcsr", u16(fcsr_word), 8, RegisterClass::control};
  return all;
}();

}  // namespace diptych::riscv64
