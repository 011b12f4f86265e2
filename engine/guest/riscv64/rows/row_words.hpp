// What every file of rows includes: the values a meaning is written with.
#pragma once

#include "engine/floating/formats.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"
#include "engine/meaning/value.hpp"

#include <array>
