#include "engine/linux/memory_map.hpp"

#include "engine/linux/layout.hpp"

#include <algorithm>
#include <cstring>

namespace diptych::linux_guest {

// Makes sure that no mapping crosses an address.
void MemoryMap::split(u64 address) {
  auto after = state_.mappings.upper_bound(address);
  if (after == state_.mappings.begin()) return;
  auto& [start, mapping] = *std::prev(after);
  if (start == address || mapping.end <= address) return;
  Mapping rest = mapping;
  if (rest.file != 0) rest.offset += address - start;
  mapping.end = address;
  // Where less than all is charged, nobody knows for which part.
  mapping.charge = std::min(mapping.charge, mapping.size(start));
  rest.charge -= mapping.charge;
  state_.mappings.emplace(address, rest);
}

namespace {

// Whether two that touch can be one, so that a call on both finds one mapping.
bool alike(u64 begin, const Mapping& first, const Mapping& second) {
  const auto all = [](u64 start, const Mapping& mapping) { return mapping.charge == mapping.size(start); };
  const auto none = [](const Mapping& mapping) { return mapping.charge == 0; };
  return first.access == second.access && first.backing == second.backing && first.file == second.file &&
         (first.file == 0 || second.offset == first.offset + first.size(begin)) &&
         ((all(begin, first) && all(first.end, second)) || (none(first) && none(second)));
}

}  // namespace

void MemoryMap::join(u64 address) {
  const auto second = state_.mappings.find(address);
  if (second == state_.mappings.end() || second == state_.mappings.begin()) return;
  const auto first = std::prev(second);
  if (first->second.end != address || !alike(first->first, first->second, second->second)) return;
  first->second.end = second->second.end;
  first->second.charge += second->second.charge;
  state_.mappings.erase(second);
}

// Every border in a range, its ends included.
void MemoryMap::join_all(u64 address, u64 size) {
  auto at = state_.mappings.lower_bound(address);
  while (at != state_.mappings.end() && at->first <= address + size) {
    const u64 border = at->first;
    join(border);
    at = state_.mappings.upper_bound(border);
  }
}

u64 MemoryMap::charged_in(u64 address, u64 size) const {
  u64 charged = 0;
  auto at = state_.mappings.upper_bound(address);
  if (at != state_.mappings.begin()) --at;
  for (; at != state_.mappings.end() && at->first < address + size; ++at) {
    if (at->second.end <= address) continue;
    // As split would have it.
    const u64 before = at->first < address ? std::min(at->second.charge, address - at->first) : 0;
    const u64 begin = std::max(at->first, address), end = std::min(at->second.end, address + size);
    charged += std::min(at->second.charge - before, end - begin);
  }
  return charged;
}

bool MemoryMap::affordable(u64 more, u64 less) {
  if (more <= less || state_.charged - less + more <= limit_) return true;
  if (refused_) refused_();
  return false;
}

void MemoryMap::charge(u64 more, u64 less) {
  state_.charged += more - less;
  most_charged_ = std::max(most_charged_, state_.charged);
}

void MemoryMap::note_code(u64 address, u64 size) {
  for (auto at = state_.mappings.lower_bound(address); at != state_.mappings.end() && at->first < address + size; ++at)
    if (allows(at->second.access, Access::execute)) return code_changed_({address, size});
}

void MemoryMap::forget(u64 address, u64 size) {
  split(address);
  split(address + size);
  note_code(address, size);
  charge(0, charged_in(address, size));
  state_.mappings.erase(state_.mappings.lower_bound(address), state_.mappings.lower_bound(address + size));
}

bool MemoryMap::map(u64 address, u64 size, Access access, Backing backing, u32 file, u64 offset, u64 filled) {
  const u64 charged = allows(access, Access::write) ? size : filled, less = charged_in(address, size);
  if (!affordable(charged, less) || !host_mappings_.take()) return false;
  forget(address, size);
  if (!window_.map(address, size, access)) {
    window_.unmap(address, size);
    return false;
  }
  charge(charged, 0);
  state_.mappings.emplace(address, Mapping{address + size, access, backing, file, offset, charged});
  // Neighbours that are alike become one, or a heap would be as many as brk calls.
  join(address + size);
  join(address);
  if (allows(access, Access::execute)) code_changed_({address, size});
  return true;
}

bool MemoryMap::unmap(u64 address, u64 size) {
  const auto cut = [&](u64 border) { return at(border) && begin_of(border) != border; };
  if ((cut(address) || cut(address + size)) && !host_mappings_.take()) return false;
  forget(address, size);
  window_.unmap(address, size);
  return true;
}

bool MemoryMap::protect(u64 address, u64 size, Access access) {
  if (!covers(address, size)) return false;
  const u64 less = charged_in(address, size), more = allows(access, Access::write) ? size : less;
  if (!affordable(more, less) || !host_mappings_.take()) return false;
  split(address);
  split(address + size);
  note_code(address, size);
  bool done = true;
  for (auto at = state_.mappings.lower_bound(address); done && at != state_.mappings.end() && at->first < address + size; ++at) {
    // What no file backs stays out of reach, whatever is asked for.
    done = at->second.backing == Backing::beyond_file || window_.protect(at->first, at->second.end - at->first, access).has_value();
    if (!done) break;
    at->second.access = access;
    if (!allows(access, Access::write)) continue;
    const u64 whole = at->second.size(at->first);
    charge(whole, at->second.charge);
    at->second.charge = whole;
  }
  // There and back again is one mapping again.
  join_all(address, size);
  if (done && allows(access, Access::execute)) code_changed_({address, size});
  return done;
}

bool MemoryMap::move(u64 from, u64 to, u64 size) {
  const Mapping old = *at(from);
  constexpr Access both = Access::read | Access::write;
  // The same bytes are not charged twice while there are two of them.
  const u64 charged = charged_in(from, size);
  charge(0, charged);
  const bool mapped = map(to, size, both, old.backing, old.file, old.file != 0 ? old.offset + (from - begin_of(from)) : 0);
  state_.charged += charged;
  if (!mapped) return false;
  if (!allows(old.access, Access::read) && !protect(from, size, Access::read)) return false;
  const u8* const source = window_.open(from, size, Access::read);
  u8* const target = window_.open(to, size, Access::write);
  if (!source || !target) return false;
  std::memcpy(target, source, size);
  if (old.access != both) protect(to, size, old.access);
  return unmap(from, size);
}

void MemoryMap::clear(u64 address, u64 size) {
  const u64 end = address + size;
  split(address);
  split(end);
  for (auto at = state_.mappings.lower_bound(address); at != state_.mappings.end() && at->first < end; ++at) {
    if (at->second.backing != Backing::zeros) continue;
    note_code(at->first, at->second.end - at->first);
    // Mapped anew, pages are zero and cost nothing until they are touched.
    (void)window_.map(at->first, at->second.end - at->first, at->second.access);
  }
  join_all(address, size);
}

bool MemoryMap::covers(u64 address, u64 size) const {
  const u64 end = address + size;
  while (address < end) {
    const auto mapping = at(address);
    if (!mapping) return false;
    address = mapping->end;
  }
  return true;
}

bool MemoryMap::free(u64 address, u64 size) const {
  const auto after = state_.mappings.lower_bound(address);
  if (after != state_.mappings.end() && after->first < address + size) return false;
  return after == state_.mappings.begin() || std::prev(after)->second.end <= address;
}

std::optional<Mapping> MemoryMap::at(u64 address) const {
  const auto after = state_.mappings.upper_bound(address);
  if (after == state_.mappings.begin()) return std::nullopt;
  const Mapping& mapping = std::prev(after)->second;
  return address < mapping.end ? std::optional(mapping) : std::nullopt;
}

u64 MemoryMap::begin_of(u64 address) const { return std::prev(state_.mappings.upper_bound(address))->first; }

std::optional<u64> MemoryMap::room(u64 size, u64 hint) const {
  if (hint >= lowest_mapping && hint < address_limit && address_limit - hint >= size && free(hint, size)) return hint;
  u64 top = mappings_top;
  for (auto at = state_.mappings.rbegin(); at != state_.mappings.rend(); ++at) {
    if (at->second.end <= top && top - at->second.end >= size) return top - size;
    top = std::min(top, at->first);
  }
  if (top >= lowest_mapping && top - lowest_mapping >= size) return top - size;
  return std::nullopt;
}

u64 MemoryMap::move_break(u64 wanted) {
  if (wanted < state_.heap_begin || wanted - state_.heap_begin > largest_heap) return state_.heap_end;
  const u64 had = page_ceiling(state_.heap_end), wants = page_ceiling(wanted);
  if (wants > had) {
    if (!free(had, wants - had) || !map(had, wants - had, Access::read | Access::write)) return state_.heap_end;
  } else if (wants < had) {
    unmap(wants, had - wants);
  }
  return state_.heap_end = wanted;
}

}  // namespace diptych::linux_guest
