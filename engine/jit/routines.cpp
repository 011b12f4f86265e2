#include "engine/jit/routines.hpp"

#include <bit>
#include <memory>
#include <optional>

namespace diptych::jit {
namespace {

using namespace asmjit::x86;

template <class Member>
i32 distance(const Frame& frame, const Member& member) {
  const auto address = [](const auto& object) { return reinterpret_cast<std::intptr_t>(std::addressof(object)); };
  return i32(address(member) - address(frame.hart.state)) - host::state_bias;
}

template <class Each>
void each_register(u32 set, Each each) {
  for (; set != 0; set &= set - 1) each(u32(std::countr_zero(set)));
}

struct Emission {
  Assembler& a;
  const FrameLayout& layout;

  Mem member(i32 at) const { return ptr_64(host::state, at); }
  Mem member_32(i32 at) const { return dword_ptr(host::state, at); }

  void put_down_general() const {
    each_register(host::general_registers, [&](u32 r) { a.mov(member(layout.general + i32(r) * 8), gpq(r)); });
  }
  void take_up_general() const {
    each_register(host::general_registers, [&](u32 r) { a.mov(gpq(r), member(layout.general + i32(r) * 8)); });
  }
  void put_down_vectors() const {
    each_register(host::vector_registers, [&](u32 r) { a.vmovsd(member(layout.vector + i32(r) * 8), xmm(r)); });
  }
  void take_up_vectors() const {
    each_register(host::vector_registers, [&](u32 r) { a.vmovsd(xmm(r), member(layout.vector + i32(r) * 8)); });
  }

  void leave() const {
    a.mov(member(layout.left), host::left);
    a.add(rsp, 8);
    for (const Gp& saved : {r15, r14, r13, r12, rbx, rbp}) a.pop(saved);
    a.ret();
  }
  void take_number(i32 to) const { a.mov(member_32(to), eax); }
  u32 leave_because(Exit why, std::optional<i32> number = std::nullopt) const {
    const u32 here = a.position();
    if (number) take_number(*number);
    a.mov(member_32(layout.exit), u32(why));
    leave();
    return here;
  }

  u32 slow(bool vectors, u32 leave_site) const {
    const u32 here = a.position();
    take_number(layout.site);
    put_down_general();
    if (vectors) put_down_vectors();
    a.sub(rsp, 8);  // the call that came here has taken eight bytes: calls want sixteen
    a.lea(rdi, ptr_64(host::state, layout.frame));
    a.call(member(layout.slow));
    a.test(al, al);
    const u32 stays = a.jump_if(CondCode::kNZ);
    a.add(rsp, 16);
    a.jump_to(leave_site);
    a.bind_here(stays);
    a.add(rsp, 8);
    take_up_general();
    if (vectors) take_up_vectors();
    a.ret();
    return here;
  }

  // What may lie across the end of a page is left to C++.
  u32 look(Access access) const {
    constexpr u32 widest = 8;
    const u32 here = a.position();
    a.push(host::scratch);
    a.and_(eax, u32(page_size - 1));
    a.cmp(eax, u32(page_size) - widest);
    a.pop(host::scratch);
    const u32 across = a.jump_if(CondCode::kA);
    a.cmp(host::scratch, host::window_size);
    const u32 outside = a.jump_if(CondCode::kAE);
    a.shr(host::scratch, std::countr_zero(page_size));
    a.add(host::scratch, member(layout.pages));
    a.test(byte_ptr(host::scratch), Window::detour(access));
    a.ret();
    a.bind_here(across);
    a.bind_here(outside);
    a.or_(eax, 1);
    a.ret();
    return here;
  }
};

}  // namespace

FrameLayout::FrameLayout() {
  const auto sample = std::make_unique<Frame>();
  const Frame& f = *sample;
  left = distance(f, f.left);
  total = distance(f, f.total);
  window = distance(f, f.window);
  window_size = distance(f, f.window_size);
  pages = distance(f, f.pages);
  exit = distance(f, f.exit);
  link = distance(f, f.link);
  site = distance(f, f.site);
  raised = distance(f, f.raised);
  control = distance(f, f.control);
  guest_flags = distance(f, f.guest_flags);
  slow = distance(f, f.slow);
  general = distance(f, f.general);
  vector = distance(f, f.vector);
  slots = distance(f, f.slots);
  jump_cache = distance(f, f.jump_cache);
  frame = distance(f, f);
}

Routines Routines::emit(Assembler& a, const FrameLayout& layout) {
  const Emission emission{a, layout};
  Routines made;
  made.leave_link = emission.leave_because(Exit::link, layout.link);
  made.leave_lookup = emission.leave_because(Exit::lookup);
  made.leave_budget = emission.leave_because(Exit::budget, layout.link);
  const u32 after_slow = emission.leave_because(Exit::site);
  made.leave_site = a.position();
  emission.take_number(layout.site);
  emission.put_down_general();
  emission.put_down_vectors();
  a.jump_to(after_slow);
  // When C++ has looked at a site, the registers are down already, as they were.
  made.slow = emission.slow(false, after_slow);
  made.slow_vectors = emission.slow(true, after_slow);
  made.look_to_read = emission.look(Access::read);
  made.look_to_write = emission.look(Access::write);
  // Last, because a sanitizer that checks the call reads what stands before it.
  made.enter = a.position();
  for (const Gp& saved : {rbp, rbx, r12, r13, r14, r15}) a.push(saved);
  a.sub(rsp, 8);
  a.lea(host::state, ptr_64(rdi, -layout.frame));
  a.mov(host::window, emission.member(layout.window));
  a.mov(host::window_size, emission.member(layout.window_size));
  a.mov(host::left, emission.member(layout.left));
  a.jmp(rsi);
  return made;
}

}  // namespace diptych::jit
