// What agent.c needs of the guest it is compiled for; each guest's folder has the system.h and entry.S
// that provide it.
#pragma once

#include <stdint.h>

#include "system.h"

// From entry.S.
_Noreturn void agent_enter(const void* frame);                   // signal return from this frame
_Noreturn void agent_jump(const void* state, uint64_t address);  // to instructions that load this state
void agent_signal(void);                                         // the handler: goes to agent_stopped

// From agent.c.
_Noreturn void agent_stopped(uint64_t signal, const uint8_t* information, const uint8_t* context);
_Noreturn void agent_main(void);
