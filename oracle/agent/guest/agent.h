// What agent.c needs of the guest it is compiled for; each guest's folder has the system.h and entry.S
// that provide it.
#pragma once

#include <stdint.h>

#include "system.h"

// From entry.S.
_Noreturn void agent_enter(void* frame);  // signal return from this frame
void agent_signal(void);                  // the handler: calls agent_stopped on the agent's own stack

// From agent.c.
_Noreturn void agent_stopped(uint64_t signal, uint64_t information, uint64_t context);
_Noreturn void agent_main(void);
