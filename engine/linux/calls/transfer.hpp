// Guest memory handed to calls that read and write files.
#pragma once

#include "engine/linux/calls/call.hpp"

#include <sys/uio.h>

#include <expected>
#include <vector>

namespace diptych::linux_guest {

/// A descriptor's file, or nullptr.
inline const OpenFile* file_of(Process& process, u64 number) {
  const auto* file = process.files.find(static_cast<u32>(number));
  return file ? file->get() : nullptr;
}

/// Bytes of the host for a transfer: as much as permits the access from the first byte on. An error
/// number where not even that does.
std::expected<std::span<u8>, int> transfer_range(Process& process, u64 address, u64 size, Access access);

/// Whether a read or write of this file waits until there is something to do.
bool blocks(const OpenFile& file);

// As readv and writev: at the file's own position, or with `position` as preadv2 and pwritev2. A wait ends with a
// signal; what has been written by then is the result.
i64 read_ranges(Process& process, const OpenFile& file, std::span<const iovec> ranges, off_t position = -1, int flags = 0);
i64 write_ranges(Process& process, const OpenFile& file, std::vector<iovec> ranges, off_t position = -1, int flags = 0);

/// The same for an array of iovec.
std::expected<std::vector<iovec>, int> transfer_ranges(Process& process, u64 address, u64 count, Access access);

}  // namespace diptych::linux_guest
