// Files that system calls name: by a path, beneath a directory's descriptor, or by a descriptor itself.
#pragma once

#include "engine/linux/calls/call.hpp"
#include "engine/linux/special_files.hpp"

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace diptych::linux_guest {

template <class T>
using Answer = Grants::Answer<T>;

Answer<std::string> path_at(Process& process, u64 address);

Answer<HostFile> open_path(Process& process, int directory, u64 address, u64 flags, u64 mode = 0);

/// The directory that a path's last component lies in, for calls that make or remove it.
Answer<Grants::Place> place_at(Process& process, int directory, u64 address);

/// The file that a path names, for calls that look at it without reading it. With AT_EMPTY_PATH and no
/// path it is the descriptor itself.
Answer<HostFile> look_up(Process& process, int directory, u64 address, int flags);

/// The same for calls that only ask: files that exist without a grant are found as well.
Answer<HostFile> inspect(Process& process, int directory, u64 address, int flags);

/// A file that exists without a grant, if the path names one.
std::optional<SpecialFile> special_file_at(Process& process, int directory, u64 address, bool follow);

/// As look_up, for calls that change a file's metadata: no inherited descriptor names one.
Answer<HostFile> look_up_to_change(Process& process, int directory, u64 address, int flags);

/// The host's descriptor of a file that the guest opened itself; else an error number.
Answer<int> own_file(Process& process, u64 number);

/// A path of the host to an open file.
std::string name_of(const HostFile& file);

/// Whether a mode has bits with which a program gets another's rights.
constexpr bool has_set_id(u64 mode) { return (mode & (S_ISUID | S_ISGID)) != 0; }

}  // namespace diptych::linux_guest
