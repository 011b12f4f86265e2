// Why a system call is refused although the host might do it: answers beyond the host's error numbers.
#pragma once

#include <cerrno>
#include <string_view>

namespace diptych::linux_guest {

constexpr int not_granted = 600;     ///< the path leads out of what is granted
constexpr int inherited_only = 601;  ///< the descriptor was open before the program began
constexpr int no_set_id = 602;
constexpr int owner_stays = 603;
constexpr int no_devices = 604;

struct Refusal {
  int answer = 0;
  int error = 0;         ///< what the guest is told
  std::string_view why;  ///< what --strace adds
};

constexpr Refusal refusals[] = {
    {not_granted, EACCES, "outside of what --root and --dir grant"},
    {inherited_only, EPERM, "an inherited descriptor can be read, written and sought, nothing else"},
    {no_set_id, EPERM, "set-id bits cannot be set, nor set-id files written"},
    {owner_stays, EPERM, "owners cannot be changed"},
    {no_devices, EPERM, "devices cannot be made"},
};

/// The refusal behind a system call's result; nullptr where it is none.
constexpr const Refusal* refusal_of(long result) {
  for (const Refusal& refusal : refusals)
    if (result == -refusal.answer) return &refusal;
  return nullptr;
}

}  // namespace diptych::linux_guest
