// A machine that is a process of its own: an agent, inside an emulator, that runs what it is handed.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>

namespace diptych {

/// The guest's user-mode emulation of QEMU as a machine, named "qemu". The emulator is looked for in PATH.
///
/// begin() starts the whole batch and returns; it runs beside the caller until outcomes are asked for.
/// Fast runs are as exact as precise ones but in one respect: a program that holds ecall and reads its own
/// code sees what was planted there. An input that does not end is ended, as `runaway`, after a tenth of
/// a second of the emulator's CPU time, or more if the budget is large. When the emulator dies, a new one goes
/// on where it was; an input that one dies of twice fails with an error of kind `lost`, and the others go on.
/// The emulator does not outlive the thread that made the machine, or that last had it restarted.
///
/// What it cannot run (`unsupported`): memory above 0xff000000000, executable memory beside the code, and,
/// told only by outcome(), code that wrote an ecall over itself.
Result<std::unique_ptr<Machine>> make_qemu_machine(Guest guest);

}  // namespace diptych
