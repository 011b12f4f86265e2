// What the machines of a session can be compared on: blocks are made for that.
#pragma once

#include "engine/machine/machine.hpp"
#include "fuzz/generate/generate.hpp"

#include <memory>
#include <span>

namespace diptych::fuzz {

/// The first subject is held against every other machine, so blocks use what it and at least one of them have. Each
/// machine that has less than that gets blocks of its own.
Extensions shared_extensions(std::span<const std::unique_ptr<Machine>> subjects,
                             std::span<const std::unique_ptr<Machine>> oracles, Guest guest);

}  // namespace diptych::fuzz
