// What gdb 13 does not know of this guest, in gdb's own Python: given to it by `--exec gdb`, or by
//     python exec(gdb.execute("monitor lesson", to_string=True))
#pragma once

#include <string_view>

namespace diptych::gdb::riscv64 {

// Its RISC-V has no numbers of system calls, so it refuses `catch syscall` before anybody is asked.
inline constexpr std::string_view lesson_for_gdb = R"(
class CatchSyscall(gdb.Command):
    """Halt before and after system calls of the guest.
Usage: catch syscall [NAME | NUMBER]...
Without arguments, all of them. Each time more are caught; "catch syscall none" is the end of it."""

    def __init__(self):
        super().__init__("catch syscall", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, arguments, from_tty):
        gdb.execute("monitor catch " + arguments)

CatchSyscall()
)";

}  // namespace diptych::gdb::riscv64
