// Frames a packet with the codec of a project that was added.
#include "gdbstub/protocol/frame.hpp"

int main() {
  std::string text;
  diptych::rsp::append_packet(text, "OK");
  return text == "$OK#9a" ? 0 : 1;
}
