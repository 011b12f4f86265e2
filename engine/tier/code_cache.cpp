#include "engine/tier/code_cache.hpp"

#include <algorithm>
#include <utility>

namespace diptych {
namespace {

// More than the code of any block: sixty-four guest instructions, each some hundred bytes.
constexpr std::size_t room_for_a_block = 256 * 1024;

}  // namespace

Result<std::unique_ptr<CodeCache>> CodeCache::create(jit::Frame& frame, std::size_t size) {
  if (auto able = jit::check_host(); !able) return std::unexpected(std::move(able).error());
  auto memory = CodeMemory::create(std::max(size, 2 * room_for_a_block));
  if (!memory) return std::unexpected(std::move(memory).error());
  return std::unique_ptr<CodeCache>(new CodeCache(frame, std::move(*memory)));
}

CodeCache::CodeCache(jit::Frame& frame, CodeMemory memory)
    : frame_(frame),
      memory_(std::move(memory)),
      a_(memory_),
      routines_(jit::Routines::emit(a_, layout_)),
      compiler_(a_, layout_, routines_, records_),
      enter_(reinterpret_cast<void (*)(jit::Frame*, const u8*)>(reinterpret_cast<u64>(a_.address(routines_.enter)))),
      first_(a_.position()) {}

std::optional<CodeCache::Index> CodeCache::find(u64 pc, u8 variant) const {
  std::optional<Index> found;
  by_pc_.any_at(pc, [&](Index index) {
    if (serves(index, variant)) found = index;
    return found.has_value();
  });
  return found;
}

std::optional<CodeCache::Index> CodeCache::add(const ir::Block& block, const jit::Compiler::Request& request, bool uses_variant) {
  if (!a_.has_room(room_for_a_block)) clear();
  const std::optional<Index> made = compiler_.compile(block, request);
  if (!made) return std::nullopt;
  records_.translations[*made].uses_variant |= uses_variant;
  by_pc_.add(block.pc(), *made);
  longest_ = std::max(longest_, block.end() - block.pc());
  return made;
}

void CodeCache::link(u32 number, Index to) {
  jit::Link& link = records_.links[number];
  jit::Translation& target = records_.translations[to];
  if (link.to != jit::Link::none) forget(number);
  a_.direct(link.displacement, target.code);
  link.to = to;
  link.next = std::exchange(target.incoming, number);
  if (target.uses_variant) linked_by_variant_.push_back(number);
}

void CodeCache::unlink(u32 number) {
  jit::Link& link = records_.links[number];
  a_.direct(link.displacement, link.stub);
  link.to = jit::Link::none;
}

// Takes a link out of the list of those to where it goes.
void CodeCache::forget(u32 number) {
  const jit::Link& link = records_.links[number];
  u32* at = &records_.translations[link.to].incoming;
  while (*at != number) at = &records_.links[*at].next;
  *at = link.next;
}

void CodeCache::remember(Index index) {
  const u64 pc = records_.translations[index].pc;
  const u32 place = u32(jit::Frame::jump_cache_index(pc));
  jit::JumpCacheEntry& entry = frame_.jump_cache[place];
  // Addresses that share a place may take turns there for ever.
  if (!entry.code) remembered_.push_back(place);
  entry = {pc, a_.address(records_.translations[index].code)};
}

void CodeCache::forget_jumps() {
  for (u32 place : remembered_) frame_.jump_cache[place] = {};
  remembered_.clear();
}

void CodeCache::invalidate(Range range) {
  // Who debugs lets stop points come and go all the time: looked at is only what begins where it may matter.
  const u64 before = longest_ == 0 ? 0 : longest_ - 1;
  const bool any = by_pc_.remove_if(range.address - before, range.size + before, [&](Index index) {
    jit::Translation& one = records_.translations[index];
    const bool overlaps = one.pc - range.address < range.size || range.address - one.pc < one.end - one.pc;
    if (overlaps) {
      for (u32 link = std::exchange(one.incoming, jit::Link::none); link != jit::Link::none; link = records_.links[link].next)
        unlink(link);
    }
    return overlaps;
  });
  if (any) forget_jumps();
}

void CodeCache::change_variant() {
  for (u32 number : linked_by_variant_) {
    if (records_.links[number].to == jit::Link::none) continue;  // changed code was there
    forget(number);
    unlink(number);
  }
  linked_by_variant_.clear();
  forget_jumps();
}

void CodeCache::clear() {
  ++generation_;
  by_pc_.clear();
  longest_ = 0;
  linked_by_variant_.clear();
  forget_jumps();
  records_.clear();
  a_.rewind(first_);
}

u64 CodeCache::redirect(u64 host_pc, bool for_good) {
  const u64 base = reinterpret_cast<u64>(memory_.executable());
  const u32 position = u32(host_pc - base);
  const auto at = std::ranges::lower_bound(records_.accesses, position, {}, &jit::HostAccess::position);
  if (at == records_.accesses.end() || at->position != position) return 0;
  if (for_good && at->check != 0) a_.jump_always(at->check);
  return base + at->stub;
}

}  // namespace diptych
