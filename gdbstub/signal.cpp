#include "gdbstub/signal.hpp"

#include <array>

namespace diptych::gdb {
namespace {

// The protocol's number of each of Linux's first 31.
constexpr std::array<u8, 32> classic = {0,  1,  2,  3,  4,  5,  6,  10, 8,  9,  30, 11, 31, 13, 14, 15,
                                        143, 20, 19, 17, 18, 21, 22, 16, 24, 25, 26, 27, 28, 23, 32, 12};

// Real-time signals: Linux's 33 to 63 follow each other here too; 32 and 64 came later.
constexpr int first_real_time = 33, last_real_time = 63;
constexpr int protocol_first_real_time = 45, protocol_32 = 77, protocol_64 = 78;

}  // namespace

Signal signal_of_linux(int number) {
  if (number >= 0 && number < static_cast<int>(classic.size())) return Signal{classic[static_cast<unsigned>(number)]};
  if (number >= first_real_time && number <= last_real_time)
    return Signal(number - first_real_time + protocol_first_real_time);
  if (number == 32) return Signal{protocol_32};
  if (number == 64) return Signal{protocol_64};
  return Signal::unknown;
}

int linux_number_of(Signal signal) {
  if (signal == Signal::unknown) return 0;
  for (int number = 1; number <= 64; ++number)
    if (signal_of_linux(number) == signal) return number;
  return 0;
}

}  // namespace diptych::gdb
