// An interpreter of a small stack machine: unpredictable indirect jumps, and memory that is a stack.
#include "tests/guests/bench/guest.hpp"

#include <vector>

using namespace diptych::bench;

namespace {

enum Operation : u8 { push, load, store, add, multiply, modulo, less, jump_if_zero, jump, stop };

struct Step {
  Operation operation;
  i64 operand;
};

// for (i = 0; i < 20000; i = i + 1) if (i % 3 < 1) sum = (sum * 31 + i) % 1000003 else sum = sum + i
// Variable 0 is i, variable 1 is sum.
const std::vector<Step> program = {
    {load, 0},     {push, 20000}, {less, 0},     {jump_if_zero, 29},                 // 0: while i < 20000
    {load, 0},     {push, 3},     {modulo, 0},   {push, 1},          {less, 0},      // 4: i % 3 < 1
    {jump_if_zero, 20},                                                              // 9
    {load, 1},     {push, 31},    {multiply, 0}, {load, 0},          {add, 0},       // 10
    {push, 1000003}, {modulo, 0}, {store, 1},    {jump, 24},         {stop, 0},      // 15
    {load, 1},     {load, 0},     {add, 0},      {store, 1},                         // 20: else
    {load, 0},     {push, 1},     {add, 0},      {store, 0},         {jump, 0},      // 24: next
    {stop, 0},                                                                       // 29
};

i64 interpret(i64 first, u64& steps) {
  i64 stack[16];
  i64 variables[2] = {0, first};
  i64* top = stack;
  for (const Step* step = program.data();; ++steps) {
    const i64 operand = step->operand;
    switch ((step++)->operation) {
      case push: *top++ = operand; break;
      case load: *top++ = variables[operand]; break;
      case store: variables[operand] = *--top; break;
      case add: --top, top[-1] += *top; break;
      case multiply: --top, top[-1] *= *top; break;
      case modulo: --top, top[-1] %= *top; break;
      case less: --top, top[-1] = top[-1] < *top; break;
      case jump_if_zero:
        if (*--top == 0) step = program.data() + operand;
        break;
      case jump: step = program.data() + operand; break;
      case stop: return variables[1];
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  Checksum sum;
  u64 steps = 0;
  const u64 size = size_from(argc, argv, default_size("bytecode"));
  for (u64 i = 0; i < size; ++i) sum.add(u64(interpret(i64(i), steps)));
  sum.add(steps);
  sum.print("bytecode");
}
