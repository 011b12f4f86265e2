// What the figures were measured on and with.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace diptych::bench {

/// The processor, the system, the load before, the versions of compiler and qemu; what cannot be told is left out.
nlohmann::json describe_host();

}  // namespace diptych::bench
