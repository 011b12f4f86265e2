// Which NaN comes out when one goes in, or when there is no answer.
#pragma once

#include "engine/floating/environment.hpp"
#include "engine/floating/formats.hpp"

#include <concepts>

namespace diptych::floating {

template <Float F>
constexpr F default_nan(const Environment& environment) {
  return with_sign<F>(environment.nans == NanRule::first_operand, Format<F>::infinity | Format<F>::quiet);
}

template <Float F>
constexpr F quieted(F nan) {
  return F{nan.bits | Format<F>::quiet};
}

/// The answer to an operation that has none.
template <Float F>
constexpr F invalid(Environment& environment) {
  environment.raise(flag::invalid);
  return default_nan<F>(environment);
}

/// The answer to an operation at least one of whose operands, given in order of precedence, is a NaN.
template <Float F, std::same_as<F>... Others>
constexpr F propagate(Environment& environment, F first, Others... others) {
  const F operands[] = {first, others...};
  const F* chosen = nullptr;
  const F* signalling = nullptr;
  for (const F& operand : operands) {
    if (!chosen && is_nan(operand)) chosen = &operand;
    if (!signalling && is_signalling(operand)) signalling = &operand;
  }
  if (signalling) {
    environment.raise(flag::invalid);
    if (environment.nans == NanRule::signalling_first) chosen = signalling;
  }
  return environment.nans == NanRule::canonical ? default_nan<F>(environment) : quieted(*chosen);
}

}  // namespace diptych::floating
