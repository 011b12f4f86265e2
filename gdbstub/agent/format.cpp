#include "gdbstub/agent/format.hpp"

#include <array>
#include <cstdio>

namespace diptych::gdb::agent {
namespace {

constexpr std::string_view flags = "-+ 0#";
constexpr std::string_view digits = "0123456789";
constexpr std::size_t most_digits = 3;  // of a width: nobody wants a line longer than that

// One directive without its length modifiers, which C needs for itself: `%-08` and `x`.
struct Directive {
  std::string front;
  unsigned bytes = 4;
  char kind = 0;
};

std::string_view take_all_of(std::string_view& text, std::string_view which) {
  const std::string_view taken = text.substr(0, text.find_first_not_of(which));
  text.remove_prefix(taken.size());
  return taken;
}

// What follows the '%'.
std::optional<Directive> take_directive(std::string_view& text) {
  Directive result{.front = "%"};
  result.front += take_all_of(text, flags);
  const std::string_view width = take_all_of(text, digits);
  result.front += width;
  if (width.size() > most_digits) return std::nullopt;
  if (text.starts_with('.')) {
    result.front += '.';
    text.remove_prefix(1);
    const std::string_view precision = take_all_of(text, digits);
    if (precision.size() > most_digits) return std::nullopt;
    result.front += precision;
  }
  const std::string_view length = take_all_of(text, "hlLjztw");
  if (length == "hh")
    result.bytes = 1;
  else if (length == "h")
    result.bytes = 2;
  else if (!length.empty())
    result.bytes = 8;
  if (text.empty()) return std::nullopt;
  result.kind = text.front();
  text.remove_prefix(1);
  return result;
}

template <class T>
void append(std::string& to, const std::string& directive, T value) {
  std::array<char, 1200> line{};
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
  const int size = std::snprintf(line.data(), line.size(), directive.c_str(), value);
#pragma clang diagnostic pop
  if (size > 0) to.append(line.data(), std::min(static_cast<std::size_t>(size), line.size() - 1));
}

i64 narrowed(u64 value, unsigned bytes) {
  const unsigned above = 64 - bytes * 8;
  return static_cast<i64>(value << above) >> above;
}

}  // namespace

std::optional<std::string> format(std::string_view text, std::span<const u64> arguments,
                                  const std::function<std::string(u64 address)>& string_at) {
  std::string result;
  while (!text.empty()) {
    const std::string_view plain = text.substr(0, text.find('%'));
    result += plain;
    text.remove_prefix(plain.size());
    if (text.empty()) break;
    text.remove_prefix(1);
    const auto directive = take_directive(text);
    if (!directive) return std::nullopt;
    if (directive->kind == '%') {
      result += '%';
      continue;
    }
    if (arguments.empty()) return std::nullopt;
    const u64 value = arguments.front();
    arguments = arguments.subspan(1);
    switch (directive->kind) {
      case 'd':
      case 'i':
        append(result, directive->front + "lld", static_cast<long long>(narrowed(value, directive->bytes)));
        break;
      case 'u':
      case 'o':
      case 'x':
      case 'X': {
        const u64 mask = ~u64{0} >> (64 - directive->bytes * 8);
        append(result, directive->front + "ll" + directive->kind, static_cast<unsigned long long>(value & mask));
        break;
      }
      case 'c':
        append(result, directive->front + "c", static_cast<int>(value & 0xff));
        break;
      case 'p':
        append(result, directive->front + "#llx", static_cast<unsigned long long>(value));
        break;
      case 's':
        append(result, directive->front + "s", string_at(value).c_str());
        break;
      default:
        return std::nullopt;
    }
  }
  return result;
}

}  // namespace diptych::gdb::agent
