#include "engine/jit/host.hpp"

namespace diptych::jit {

Result<void> check_host() {
  __builtin_cpu_init();
  const bool sufficient = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                          __builtin_cpu_supports("fma") && __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("popcnt");
  if (sufficient) return {};
  return fail(ErrorKind::environment,
              "translated code needs a processor of the level x86-64-v3 (AVX2, BMI2, FMA, LZCNT), which this one is not");
}

}  // namespace diptych::jit
