// The agent: a program without libraries that runs, inside a guest, the blocks a host hands it.
// It never returns from anything: a run ends by a signal, whose handler goes on with the next run, on the
// stack below the signal's frame, all of which is forgotten when that run begins.
#include "oracle/agent/guest/agent.h"

#include "oracle/agent/protocol.h"

enum { protection_read = 1, protection_write = 2, map_shared = 1, map_fixed = 0x10 };
enum { futex_wait = 0, futex_wake = 1 };

static uint64_t window_mapped;
static uint32_t served;
static uint32_t current;

static struct agent_control* control(void) { return (struct agent_control*)AGENT_WINDOW_ADDRESS; }

static uint8_t* in_window(uint64_t offset) { return (uint8_t*)(AGENT_WINDOW_ADDRESS + offset); }

static struct agent_slot* slot(uint32_t index) {
  return (struct agent_slot*)in_window(AGENT_SLOTS_OFFSET + (uint64_t)index * AGENT_SLOT_SIZE);
}

static int failed(long result) { return result < 0 && result > -4096; }

static void map_window(uint64_t size) {
  if (size <= window_mapped) return;
  const long result = agent_system_call(agent_number_mmap, AGENT_WINDOW_ADDRESS + (long)window_mapped,
                                        (long)(size - window_mapped), protection_read | protection_write,
                                        map_shared | map_fixed, AGENT_WINDOW_DESCRIPTOR, (long)window_mapped);
  if (failed(result)) agent_system_call(agent_number_exit_group, 1, 0, 0, 0, 0, 0);
  window_mapped = size;
}

static void change_mappings(void) {
  for (uint32_t i = 0; i < control()->mapping_count; ++i) {
    const struct agent_mapping* m = &control()->mappings[i];
    long result = 0;
    if (m->kind == agent_unmap) {
      result = agent_system_call(agent_number_munmap, (long)m->address, (long)m->size, 0, 0, 0, 0);
    } else if (m->kind == agent_map) {
      result = agent_system_call(agent_number_mmap, (long)m->address, (long)m->size, m->protection,
                                 map_shared | map_fixed, AGENT_WINDOW_DESCRIPTOR, (long)m->offset);
    } else {
      // Only a page that stops being executable loses its translations.
      agent_system_call(agent_number_mprotect, (long)m->address, (long)m->size, protection_read, 0, 0, 0);
      result = agent_system_call(agent_number_mprotect, (long)m->address, (long)m->size, m->protection, 0, 0, 0);
    }
    if (failed(result)) control()->failure = (uint32_t)-result;
  }
  control()->mapping_count = 0;
}

// Words are moved eight at a time: the emulator keeps them in host registers in between.
static inline void copy_line(uint64_t* to, const uint64_t* from) {
  const uint64_t a = from[0], b = from[1], c = from[2], d = from[3];
  const uint64_t e = from[4], f = from[5], g = from[6], h = from[7];
  to[0] = a, to[1] = b, to[2] = c, to[3] = d;
  to[4] = e, to[5] = f, to[6] = g, to[7] = h;
}

static inline uint64_t difference(const uint64_t* one, const uint64_t* other) {
  return (one[0] ^ other[0]) | (one[1] ^ other[1]) | (one[2] ^ other[2]) | (one[3] ^ other[3]) | (one[4] ^ other[4]) |
         (one[5] ^ other[5]) | (one[6] ^ other[6]) | (one[7] ^ other[7]);
}

static void export_and_restore(const struct agent_area* area, uint64_t results) {
  uint64_t* live = (uint64_t*)area->address;
  uint64_t* result = (uint64_t*)in_window(results + area->result);
  const uint64_t* image = (const uint64_t*)in_window(area->image);
  const uint64_t words = area->size / 8;
  if (area->executable) {
    for (uint64_t i = 0; i < words; i += 8) {
      copy_line(result + i, live + i);
      if (difference(live + i, image + i)) copy_line(live + i, image + i);
    }
    return;
  }
  for (uint64_t i = 0; i < words; i += 8) {
    copy_line(result + i, live + i);
    copy_line(live + i, image + i);
  }
}

static void lay(const struct agent_slot* from) {
  const uint8_t* next = in_window(from->patches);
  for (uint64_t i = 0; i < from->patch_count; ++i) {
    const struct agent_patch* patch = (const struct agent_patch*)next;
    next += sizeof *patch;
    uint8_t* to = (uint8_t*)patch->address;
    uint64_t at = 0;
    for (; at + 8 <= patch->size; at += 8) *(volatile uint64_t*)(to + at) = *(const uint64_t*)(next + at);
    for (; at < patch->size; ++at) *(volatile uint8_t*)(to + at) = next[at];
    next += (patch->size + 7) / 8 * 8;
  }
}

static _Noreturn void start(void) {
  const struct agent_slot* s = slot(current);
  const uint8_t* frame = (const uint8_t*)s + AGENT_FRAME_OFFSET;
  lay(s);
  agent_forget_reservation();
  if (s->enter) agent_jump(frame + agent_state_in_frame, control()->entry);
  agent_enter(frame);
}

// Sleeps, never spins: the time this process uses is counted as the reference's.
static void await_request(void) {
  struct agent_control* c = control();
  while (__atomic_load_n(&c->request, __ATOMIC_SEQ_CST) == served) {
    __atomic_store_n(&c->agent_sleeps, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&c->request, __ATOMIC_SEQ_CST) == served)
      agent_system_call(agent_number_futex, (long)&c->request, futex_wait, (long)served, 0, 0, 0);
    __atomic_store_n(&c->agent_sleeps, 0, __ATOMIC_SEQ_CST);
  }
}

static void complete(void) {
  struct agent_control* c = control();
  __atomic_store_n(&c->done, served, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&c->host_sleeps, __ATOMIC_SEQ_CST))
    agent_system_call(agent_number_futex, (long)&c->done, futex_wake, 1, 0, 0, 0);
}

static _Noreturn void serve(void) {
  for (;;) {
    await_request();
    ++served;
    map_window(control()->window_size);
    change_mappings();
    current = 0;
    if (control()->inputs != 0 && control()->failure == 0) start();
    complete();
  }
}

// Whether it was the code under test that was interrupted: not the agent, nor the way from it into the code.
static int was_running(uint64_t pc) { return pc < AGENT_IMAGE_ADDRESS && pc - control()->entry >= AGENT_ENTRY_SIZE; }

_Noreturn void agent_stopped(uint64_t signal, const uint8_t* information, const uint8_t* context) {
  struct agent_control* c = control();
  struct agent_slot* s = slot(current);
  const uint64_t* state = (const uint64_t*)(context + agent_state_in_context);
  // A poke may come when the input it was meant for has ended by itself, or has yet to begin.
  if (signal == AGENT_SIGNAL_POKE &&
      (__atomic_load_n(&c->poke, __ATOMIC_SEQ_CST) != current + 1 || !was_running(agent_counter(state))))
    agent_enter(information);
  s->signal = signal;
  s->address = *(const uint64_t*)(information + agent_address_in_information);
  uint64_t* kept = (uint64_t*)((uint8_t*)s + AGENT_STATE_OFFSET);
  for (uint64_t i = 0; i < agent_state_lines; ++i) copy_line(kept + 8 * i, state + 8 * i);
  for (uint32_t i = 0; i < c->area_count; ++i) export_and_restore(&c->areas[i], s->results);
  ++current;
  __atomic_store_n(&c->finished, current, __ATOMIC_SEQ_CST);
  if (current < c->inputs) start();
  complete();
  serve();
}

_Noreturn void agent_main(void) {
  map_window(AGENT_FIRST_WINDOW_SIZE);
  agent_leave_start_stack();
  agent_take_stack();
  static const int signals[] = {AGENT_SIGNAL_ILLEGAL, AGENT_SIGNAL_TRAP, AGENT_SIGNAL_BUS, AGENT_SIGNAL_SEGMENT,
                                AGENT_SIGNAL_POKE};
  for (uint64_t i = 0; i < sizeof signals / sizeof *signals; ++i) agent_catch(signals[i]);
  serve();
}
