// The machines whose code is translated: `baseline`, and the stages on the way to it.
#pragma once

#include "engine/jit/options.hpp"
#include "engine/machine/machine.hpp"

#include <memory>

namespace diptych {

/// An error where the host cannot run translated code or has no addresses left.
Result<std::unique_ptr<Machine>> make_baseline_machine(const jit::Stage& stage);

}  // namespace diptych
