// Exact IEEE 754 arithmetic on bit patterns, in software: the meaning of the guests' floating-point
// instructions. Every function takes the environment, in which it reads the rules and accumulates flags.
#pragma once

#include "engine/floating/arithmetic.hpp"
#include "engine/floating/compare.hpp"
#include "engine/floating/convert.hpp"
