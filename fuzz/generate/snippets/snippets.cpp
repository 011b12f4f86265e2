#include "fuzz/generate/snippets/snippets.hpp"

#include "fuzz/generate/weighted.hpp"

namespace diptych::fuzz {
namespace {

using Append = void (*)(Composer&);

// What needs more choices to fall together weighs more.
constexpr auto value_snippets = weighted<Append>({
    {6, overlapping_accesses}, {6, known_bits_compared}, {4, same_operands}, {4, host_immediates}, {2, far_address},
    {1, half_boxed}, {2, conversion_limits}, {1, lone_sign_bit}, {1, reserved_neighbour},
});

constexpr auto pressure_snippets = weighted<Append>({{3, live_integers}, {2, live_floats}});

}  // namespace

void append_value_snippet(Composer& composer) { value_snippets.pick(composer.random())(composer); }
void append_pressure_snippet(Composer& composer) { pressure_snippets.pick(composer.random())(composer); }

}  // namespace diptych::fuzz
