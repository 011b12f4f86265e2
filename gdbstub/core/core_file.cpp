#include "gdbstub/core/core_file.hpp"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>

namespace diptych::gdb {
namespace {

constexpr u64 page = 4096;
constexpr std::size_t portion = 64 << 10;

template <class T>
  requires std::is_trivially_copyable_v<T>
void append(std::vector<u8>& to, const T& value) {
  const auto* bytes = reinterpret_cast<const u8*>(&value);
  to.insert(to.end(), bytes, bytes + sizeof value);
}

void append_text(std::vector<u8>& to, std::string_view text) { to.insert(to.end(), text.begin(), text.end()); }

void pad(std::vector<u8>& bytes, std::size_t multiple) { bytes.resize((bytes.size() + multiple - 1) / multiple * multiple); }

std::vector<u8> in_notes(std::span<const CoreNote> notes) {
  std::vector<u8> bytes;
  for (const CoreNote& note : notes) {
    append(bytes, Elf64_Nhdr{.n_namesz = u32(note.owner.size() + 1), .n_descsz = u32(note.bytes.size()), .n_type = note.type});
    append_text(bytes, note.owner);
    bytes.push_back(0);
    pad(bytes, 4);
    bytes.insert(bytes.end(), note.bytes.begin(), note.bytes.end());
    pad(bytes, 4);
  }
  return bytes;
}

u32 flags_of(Access access) {
  return (allows(access, Access::read) ? PF_R : 0u) | (allows(access, Access::write) ? PF_W : 0u) | (allows(access, Access::execute) ? PF_X : 0u);
}

Result<void> write_at(int file, std::span<const u8> bytes, u64 offset) {
  while (!bytes.empty()) {
    const ssize_t size = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail(ErrorKind::environment, std::strerror(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    offset += static_cast<u64>(size);
  }
  return {};
}

bool is_zero(std::span<const u8> bytes) {
  return std::ranges::all_of(bytes, [](u8 byte) { return byte == 0; });
}

// The file has been made as long as it becomes: what is not written is zero.
Result<void> write_memory(int file, const Core& core, const Elf64_Phdr& header) {
  std::vector<u8> bytes(portion);
  for (u64 done = 0; done < header.p_filesz; done += portion) {
    const auto part = std::span(bytes).first(std::min<u64>(portion, header.p_filesz - done));
    std::ranges::fill(part.subspan(core.read(header.p_vaddr + done, part)), u8{0});
    for (std::size_t at = 0; at < part.size(); at += page) {
      const auto one = part.subspan(at, std::min<std::size_t>(page, part.size() - at));
      if (is_zero(one)) continue;
      if (auto written = write_at(file, one, header.p_offset + done + at); !written) return written;
    }
  }
  return {};
}

}  // namespace

// elf_prpsinfo of 64-bit Linux.
CoreNote process_note(const ProcessInfo& process) {
  std::string line;
  for (const std::string& argument : process.arguments) line += (line.empty() ? "" : " ") + argument;
  line.resize(80);
  line.back() = 0;
  std::string name = process.name;
  name.resize(16);
  std::vector<u8> bytes;
  append_text(bytes, std::string_view("\0R\0\0\0\0\0\0", 8));  // state, its letter, zombie, nice
  append(bytes, u64{0});                                  // flags
  append(bytes, u64{0});                                  // user and group
  for (const u32 number : {u32(process.id), u32{0}, u32(process.id), u32(process.id)}) append(bytes, number);  // process, parent, group, session
  append_text(bytes, name);
  append_text(bytes, line);
  return {.type = NT_PRPSINFO, .bytes = std::move(bytes)};
}

CoreNote mapped_files_note(std::span<const MappingInfo> mappings) {
  std::vector<u8> bytes;
  std::string names;
  u64 count = 0;
  for (const MappingInfo& one : mappings) {
    if (!one.name.starts_with('/')) continue;
    ++count;
    for (const u64 value : {one.begin, one.end, one.offset / page}) append(bytes, value);
    names.append(one.name.c_str(), one.name.size() + 1);
  }
  std::vector<u8> all;
  append(all, count);
  append(all, page);
  all.insert(all.end(), bytes.begin(), bytes.end());
  append_text(all, names);
  return {.type = NT_FILE, .bytes = std::move(all)};
}

Result<void> write_core(int file, const Core& core) {
  const std::vector<u8> notes = in_notes(core.notes);
  std::vector<Elf64_Phdr> headers;
  const u64 header_count = core.mappings.size() + 1;
  if (header_count >= PN_XNUM) return fail(ErrorKind::unsupported, "there are more mappings than the headers of a core file can count");
  u64 offset = sizeof(Elf64_Ehdr) + header_count * sizeof(Elf64_Phdr);
  headers.push_back({.p_type = PT_NOTE, .p_flags = 0, .p_offset = offset, .p_vaddr = 0, .p_paddr = 0, .p_filesz = notes.size(), .p_memsz = 0, .p_align = 4});
  offset += notes.size();
  for (const MappingInfo& one : core.mappings) {
    offset = (offset + page - 1) / page * page;
    const u64 size = one.end - one.begin;
    headers.push_back({.p_type = PT_LOAD, .p_flags = flags_of(one.access), .p_offset = offset, .p_vaddr = one.begin, .p_paddr = 0,
                       .p_filesz = one.access == Access::none ? 0 : size, .p_memsz = size, .p_align = page});
    offset += headers.back().p_filesz;
  }
  if (ftruncate(file, static_cast<off_t>(offset)) != 0) return fail(ErrorKind::environment, std::strerror(errno));

  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_CORE;
  header.e_machine = core.machine;
  header.e_version = EV_CURRENT;
  header.e_phoff = sizeof header;
  header.e_flags = core.flags;
  header.e_ehsize = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<u16>(header_count);
  std::vector<u8> front;
  append(front, header);
  for (const Elf64_Phdr& one : headers) append(front, one);
  front.insert(front.end(), notes.begin(), notes.end());
  if (auto written = write_at(file, front, 0); !written) return written;
  for (const Elf64_Phdr& one : headers)
    if (one.p_type == PT_LOAD)
      if (auto written = write_memory(file, core, one); !written) return written;
  return {};
}

}  // namespace diptych::gdb
