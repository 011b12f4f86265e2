// The programs that are measured: what `make bench` runs, and the size each has unless told otherwise.
#pragma once

#include <cstdint>
#include <string_view>

namespace diptych::bench {

enum class Kind : std::uint8_t { integer, floating };

struct Program {
  std::string_view name;   ///< its source is NAME.cpp in this folder
  Kind kind;
  std::uint64_t size;      ///< how often its work is repeated: about half a second natively
};

inline constexpr Program programs[] = {
    {"bytecode", Kind::integer, 1200},
    {"core_mix", Kind::integer, 73000},
    {"crc32", Kind::integer, 3900},
    {"fib", Kind::integer, 5900},
    {"hash_table", Kind::integer, 3800},
    {"huffman", Kind::integer, 1500},
    {"matrix", Kind::integer, 1700},
    {"pointers", Kind::integer, 1700},
    {"quicksort", Kind::integer, 580},
    {"sha256", Kind::integer, 37000},
    {"state_machine", Kind::integer, 4700},
    {"stream", Kind::integer, 49},
    {"strings", Kind::integer, 9500},
    {"virtual_calls", Kind::integer, 84000},
    {"factorize", Kind::floating, 15000},
    {"filter", Kind::floating, 41000},
    {"mandelbrot", Kind::floating, 1600},
    {"nbody", Kind::floating, 7600},
    {"statistics", Kind::floating, 38000},
};

/// Does not compile for a name that the suite lacks.
consteval std::uint64_t default_size(std::string_view name) {
  for (const Program& program : programs)
    if (program.name == name) return program.size;
  throw "not in the suite";
}

}  // namespace diptych::bench
