#include "gdbstub/beside/known_reason.hpp"

#include <fmt/format.h>

namespace diptych::gdb {

std::string known_reason(const Explanation& why, std::string_view reference, Guest guest) {
  switch (why.verdict) {
    case Verdict::quirk: return fmt::format("This is known of {}: {}.", reference, quirk_names(why, {}, reference, guest));
    case Verdict::beyond: return fmt::format("{} cannot say: {}.", reference, why.beyond);
    default: return "The manual leaves this open.";
  }
}

}  // namespace diptych::gdb
