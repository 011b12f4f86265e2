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
  state_.mappings.emplace(address, rest);
}

void MemoryMap::note_code(u64 address, u64 size) {
  for (auto at = state_.mappings.lower_bound(address); at != state_.mappings.end() && at->first < address + size; ++at)
    if (allows(at->second.access, Access::execute)) return code_changed_({address, size});
}

void MemoryMap::forget(u64 address, u64 size) {
  split(address);
  split(address + size);
  note_code(address, size);
  state_.mappings.erase(state_.mappings.lower_bound(address), state_.mappings.lower_bound(address + size));
}

bool MemoryMap::map(u64 address, u64 size, Access access, Backing backing, u32 file, u64 offset) {
  forget(address, size);
  if (!window_.map(address, size, access)) {
    window_.unmap(address, size);
    return false;
  }
  // Neighbours that are alike become one, or a heap would be as many as brk calls.
  u64 start = address, end = address + size;
  auto alike = [&](const Mapping& other) { return other.access == access && other.backing == backing && other.file == 0 && file == 0; };
  if (auto after = state_.mappings.find(end); after != state_.mappings.end() && alike(after->second)) {
    end = after->second.end;
    state_.mappings.erase(after);
  }
  if (auto after = state_.mappings.lower_bound(start); after != state_.mappings.begin())
    if (auto before = std::prev(after); before->second.end == start && alike(before->second)) {
      start = before->first;
      state_.mappings.erase(before);
    }
  state_.mappings.emplace(start, Mapping{end, access, backing, file, offset});
  if (allows(access, Access::execute)) code_changed_({address, size});
  return true;
}

void MemoryMap::unmap(u64 address, u64 size) {
  forget(address, size);
  window_.unmap(address, size);
}

bool MemoryMap::protect(u64 address, u64 size, Access access) {
  if (!covers(address, size)) return false;
  split(address);
  split(address + size);
  note_code(address, size);
  for (auto at = state_.mappings.lower_bound(address); at != state_.mappings.end() && at->first < address + size; ++at) {
    // What no file backs stays out of reach, whatever is asked for.
    if (at->second.backing != Backing::beyond_file && !window_.protect(at->first, at->second.end - at->first, access)) return false;
    at->second.access = access;
  }
  if (allows(access, Access::execute)) code_changed_({address, size});
  return true;
}

bool MemoryMap::move(u64 from, u64 to, u64 size) {
  const Mapping old = *at(from);
  constexpr Access both = Access::read | Access::write;
  if (!map(to, size, both, old.backing, old.file, old.file != 0 ? old.offset + (from - begin_of(from)) : 0)) return false;
  if (!allows(old.access, Access::read) && !protect(from, size, Access::read)) return false;
  const u8* const source = window_.open(from, size, Access::read);
  u8* const target = window_.open(to, size, Access::write);
  if (!source || !target) return false;
  std::memcpy(target, source, size);
  if (old.access != both) protect(to, size, old.access);
  unmap(from, size);
  return true;
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
