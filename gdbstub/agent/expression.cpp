#include "gdbstub/agent/expression.hpp"

#include "gdbstub/agent/format.hpp"

#include <array>
#include <cstring>
#include <limits>

namespace diptych::gdb::agent {
namespace {

// The numbers gdb gives them. Tracing and floating-point ones are not among them: gdb uses none of those in
// conditions, and what is not here cannot be evaluated.
enum class Code : u8 {
  add = 0x02,
  subtract = 0x03,
  multiply = 0x04,
  divide_signed = 0x05,
  divide_unsigned = 0x06,
  remainder_signed = 0x07,
  remainder_unsigned = 0x08,
  shift_left = 0x09,
  shift_right_signed = 0x0a,
  shift_right_unsigned = 0x0b,
  logical_not = 0x0e,
  bits_and = 0x0f,
  bits_or = 0x10,
  bits_xor = 0x11,
  bits_not = 0x12,
  equal = 0x13,
  less_signed = 0x14,
  less_unsigned = 0x15,
  extend_sign = 0x16,
  load_8 = 0x17,
  load_16 = 0x18,
  load_32 = 0x19,
  load_64 = 0x1a,
  go_to_if = 0x20,
  go_to = 0x21,
  constant_8 = 0x22,
  constant_16 = 0x23,
  constant_32 = 0x24,
  constant_64 = 0x25,
  register_value = 0x26,
  end = 0x27,
  duplicate = 0x28,
  drop = 0x29,
  extend_zero = 0x2a,
  swap = 0x2b,
  pick = 0x32,
  rotate = 0x33,
  print = 0x34,
};

// An expression can jump back. One that takes longer than this is none that a person wrote.
constexpr int most_steps = 100'000;
constexpr std::size_t most_values = 256;
constexpr std::size_t longest_text = 4096;

constexpr i64 smallest = std::numeric_limits<i64>::min();

class Evaluation {
 public:
  Evaluation(std::span<const u8> code, Surroundings& surroundings) : code_(code), surroundings_(surroundings) {}

  std::optional<u64> run() {
    for (int steps = 0; good_ && steps < most_steps; ++steps) {
      const auto code = static_cast<Code>(take_operand(1));
      if (!good_) break;
      if (code == Code::end) return size_ == 0 ? 0 : values_[size_ - 1];
      perform(code);
    }
    return std::nullopt;
  }

 private:
  // Operands are big-endian, whatever the guest is.
  u64 take_operand(std::size_t bytes) {
    if (code_.size() - at_ < bytes) return fail();
    u64 value = 0;
    for (; bytes > 0; --bytes) value = value << 8 | code_[at_++];
    return value;
  }

  u64 fail() {
    good_ = false;
    return 0;
  }

  void push(u64 value) {
    if (size_ == most_values)
      good_ = false;
    else
      values_[size_++] = value;
  }

  u64 pop() { return size_ == 0 ? fail() : values_[--size_]; }

  template <class F>
  void combine(F f) {
    const u64 right = pop(), left = pop();
    push(f(left, right));
  }

  void load(std::size_t bytes) {
    std::array<u8, 8> read{};
    const u64 address = pop();
    if (!good_ || !surroundings_.read_memory(address, std::span(read).first(bytes))) {
      good_ = false;
      return;
    }
    u64 value = 0;
    std::memcpy(&value, read.data(), sizeof value);
    push(value);
  }

  void go_to(u64 place) {
    at_ = static_cast<std::size_t>(place);
    if (at_ >= code_.size()) good_ = false;
  }

  void divide(Code code) {
    const u64 right = pop(), left = pop();
    const i64 a = static_cast<i64>(left), b = static_cast<i64>(right);
    if (right == 0) {
      good_ = false;
    } else if (code == Code::divide_unsigned) {
      push(left / right);
    } else if (code == Code::remainder_unsigned) {
      push(left % right);
    } else if (a == smallest && b == -1) {
      push(code == Code::divide_signed ? left : 0);  // what wraps around
    } else {
      push(static_cast<u64>(code == Code::divide_signed ? a / b : a % b));
    }
  }

  // `bits` counts from the lowest.
  void extend(bool is_signed) {
    const u64 bits = take_operand(1);
    if (bits == 0 || bits > 64) {
      good_ = false;
      return;
    }
    const unsigned above = static_cast<unsigned>(64 - bits);
    const u64 high = pop() << above;
    push(is_signed ? static_cast<u64>(static_cast<i64>(high) >> above) : high >> above);
  }

  void pick() {
    const u64 depth = take_operand(1);
    if (depth >= size_)
      good_ = false;
    else
      push(values_[size_ - 1 - depth]);
  }

  // The top goes below the two that were under it.
  void rotate() {
    const u64 top = pop(), second = pop(), third = pop();
    push(top);
    push(third);
    push(second);
  }

  // The number of arguments, the length of the format with its closing zero, the format. Two values stand
  // above the arguments: a function and a channel of gdb's own, which are of no use here.
  void print() {
    const std::size_t count = take_operand(1);
    const std::size_t length = take_operand(2);
    if (!good_ || code_.size() - at_ < length || length == 0 || code_[at_ + length - 1] != 0 || count > size_) {
      good_ = false;
      return;
    }
    const std::string_view text(reinterpret_cast<const char*>(code_.data() + at_), length - 1);
    at_ += length;
    pop();
    pop();
    std::vector<u64> arguments(count);
    for (u64& argument : arguments) argument = pop();  // the first was pushed last
    if (!good_) return;
    const auto string_at = [this](u64 address) {
      std::string result;
      for (u8 byte = 0; result.size() < longest_text && surroundings_.read_memory(address + result.size(), {&byte, 1});)
        if (byte == 0)
          break;
        else
          result += static_cast<char>(byte);
      return result;
    };
    if (const auto formatted = format(text, arguments, string_at))
      surroundings_.print(*formatted);
    else
      good_ = false;
  }

  void perform(Code code) {
    switch (code) {
      case Code::add:
        return combine([](u64 a, u64 b) { return a + b; });
      case Code::subtract:
        return combine([](u64 a, u64 b) { return a - b; });
      case Code::multiply:
        return combine([](u64 a, u64 b) { return a * b; });
      case Code::divide_signed:
      case Code::divide_unsigned:
      case Code::remainder_signed:
      case Code::remainder_unsigned:
        return divide(code);
      case Code::shift_left:
        return combine([](u64 a, u64 b) { return b < 64 ? a << b : 0; });
      case Code::shift_right_signed:
        return combine([](u64 a, u64 b) { return static_cast<u64>(static_cast<i64>(a) >> (b < 64 ? b : 63)); });
      case Code::shift_right_unsigned:
        return combine([](u64 a, u64 b) { return b < 64 ? a >> b : 0; });
      case Code::logical_not:
        return push(pop() == 0);
      case Code::bits_and:
        return combine([](u64 a, u64 b) { return a & b; });
      case Code::bits_or:
        return combine([](u64 a, u64 b) { return a | b; });
      case Code::bits_xor:
        return combine([](u64 a, u64 b) { return a ^ b; });
      case Code::bits_not:
        return push(~pop());
      case Code::equal:
        return combine([](u64 a, u64 b) -> u64 { return a == b; });
      case Code::less_signed:
        return combine([](u64 a, u64 b) -> u64 { return static_cast<i64>(a) < static_cast<i64>(b); });
      case Code::less_unsigned:
        return combine([](u64 a, u64 b) -> u64 { return a < b; });
      case Code::extend_sign:
        return extend(true);
      case Code::extend_zero:
        return extend(false);
      case Code::load_8:
        return load(1);
      case Code::load_16:
        return load(2);
      case Code::load_32:
        return load(4);
      case Code::load_64:
        return load(8);
      case Code::go_to_if: {
        const u64 place = take_operand(2);
        if (pop() != 0) go_to(place);
        return;
      }
      case Code::go_to:
        return go_to(take_operand(2));
      case Code::constant_8:
        return push(take_operand(1));
      case Code::constant_16:
        return push(take_operand(2));
      case Code::constant_32:
        return push(take_operand(4));
      case Code::constant_64:
        return push(take_operand(8));
      case Code::register_value: {
        const auto value = surroundings_.read_register(take_operand(2));
        if (value)
          push(*value);
        else
          good_ = false;
        return;
      }
      case Code::duplicate: {
        const u64 value = pop();
        push(value);
        return push(value);
      }
      case Code::drop:
        pop();
        return;
      case Code::swap: {
        const u64 top = pop(), second = pop();
        push(top);
        return push(second);
      }
      case Code::pick:
        return pick();
      case Code::rotate:
        return rotate();
      case Code::print:
        return print();
      case Code::end:
        return;
    }
    good_ = false;
  }

  std::span<const u8> code_;
  Surroundings& surroundings_;
  std::size_t at_ = 0;
  std::array<u64, most_values> values_;
  std::size_t size_ = 0;
  bool good_ = true;
};

}  // namespace

std::optional<u64> evaluate(std::span<const u8> expression, Surroundings& surroundings) {
  return Evaluation(expression, surroundings).run();
}

}  // namespace diptych::gdb::agent
