/* What the host and the agent inside the guest say to each other, and where in the memory they share.
   Plain C, for both sides, on every guest: all of it is fixed-width, little-endian words.

   The host fills in a request and increments `request`; the agent changes its mappings as told, runs
   every input of the batch, and sets `done` to that number. A run ends by a signal, whose frame the
   emulator or kernel writes on the alternate stack: so the state is stored whole, at native speed, and
   the code under test needs no register, stack or page of ours. It begins by the signal return of a frame
   that the host wrote, or, faster, through a page of instructions that the host put within a jump's reach
   of the code. */
#ifndef DIPTYCH_ORACLE_AGENT_PROTOCOL_H
#define DIPTYCH_ORACLE_AGENT_PROTOCOL_H

#include <stdint.h>

/* Guest addresses. What is below agent_image_address is free for the programs under test. */
#define AGENT_IMAGE_ADDRESS 0xff000000000
#define AGENT_WINDOW_ADDRESS 0xff100000000
#define AGENT_GUEST_TOP 0x100000000000

/* The file descriptor that the agent finds the shared memory at. */
#define AGENT_WINDOW_DESCRIPTOR 3

/* Offsets in the shared memory. The storage of the mapped areas is not part of the agent's window. */
#define AGENT_SLOTS_OFFSET 0x10000
#define AGENT_SLOT_SIZE 0x1040 /* no power of two: slots would share the same few lines of the caches */
#define AGENT_SLOT_COUNT 64
#define AGENT_STACK_OFFSET 0x1f0000
#define AGENT_STACK_SIZE 0x10000
#define AGENT_ARENA_OFFSET 0x200000
#define AGENT_FIRST_WINDOW_SIZE 0x1000000
#define AGENT_STORAGE_OFFSET 0x38000000
#define AGENT_SHARED_SIZE 0x40000000

/* Within a slot: the registers as a run left them, and the frame that begins it. */
#define AGENT_STATE_OFFSET 0x80
#define AGENT_FRAME_OFFSET 0x400

#define AGENT_ENTRY_SIZE 0x1000

#define AGENT_MAPPING_COUNT 512
#define AGENT_AREA_COUNT 256

/* Signals, by the numbers they have on every guest. */
#define AGENT_SIGNAL_ILLEGAL 4
#define AGENT_SIGNAL_TRAP 5
#define AGENT_SIGNAL_BUS 7
#define AGENT_SIGNAL_POKE 10
#define AGENT_SIGNAL_SEGMENT 11

enum {
  agent_map = 1, /* these bytes of the storage, at this address */
  agent_unmap = 2,
  agent_refresh = 3 /* the host changed bytes that hold code: drop what was translated from them */
};

struct agent_mapping {
  uint64_t address;
  uint64_t size;
  uint64_t offset; /* in the shared memory */
  uint32_t kind;
  uint32_t protection; /* PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4 */
};

/* Memory that a run may have changed: exported after each run, and restored for the next. Whole pages. */
struct agent_area {
  uint64_t address;
  uint64_t size;
  uint64_t image;      /* offset in the window of the bytes it is restored from */
  uint64_t result;     /* offset, from the slot's results, of the place it is exported to */
  uint64_t executable; /* restored only where it changed: each store costs the translations of a page */
};

/* Bytes to be laid over memory before a run; the bytes follow, padded to a multiple of 8. */
struct agent_patch {
  uint64_t address;
  uint64_t size;
};

struct agent_slot {
  uint64_t patches; /* offset in the window of `patch_count` patches */
  uint64_t patch_count;
  uint64_t results; /* offset in the window */
  uint64_t enter;   /* begin through the control's `entry`, not by signal return */
  uint64_t signal;  /* what ended the run */
  uint64_t address; /* si_addr */
};

struct agent_control {
  uint32_t request; /* written by the host, waited for by the agent */
  uint32_t agent_sleeps;
  uint32_t done; /* the last request that was completed */
  uint32_t host_sleeps;
  uint32_t finished; /* how many inputs of this request are */
  uint32_t inputs;
  uint32_t poke;    /* one more than the index of the input that AGENT_SIGNAL_POKE is to end */
  uint32_t failure; /* errno of a mapping that was refused */
  uint32_t mapping_count;
  uint32_t area_count;
  uint64_t entry;       /* of the page with the instructions that load a state and jump to the code */
  uint64_t window_size; /* grows when a batch needs more */
  struct agent_mapping mappings[AGENT_MAPPING_COUNT];
  struct agent_area areas[AGENT_AREA_COUNT];
};

#endif
