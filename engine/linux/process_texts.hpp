// What /proc/self tells of a process as text.
#pragma once

#include <string>

namespace diptych::linux_guest {

class Process;

std::string command_line_text(const Process& process);
std::string maps_text(const Process& process);
std::string status_text(const Process& process);

}  // namespace diptych::linux_guest
