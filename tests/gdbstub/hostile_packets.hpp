// Packets nobody sane sends, made from those that somebody does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace diptych::gdb {

// Of every packet there is at least one, fitting the sample case or the scripted target.
constexpr std::string_view sane_packets[] = {
    "?", "!", "g", "p8", "p20", "P8=0000020000000000", "m10000,10", "m20000,40", "m1000,100", "M20000,4:01020304",
    "M1000,4:01020304", "X20010,4:abcd", "X1010,4:abcd", "x1000,100", "x0,0", "c", "c10000", "s", "s10004", "C05",
    "C0b;10000", "S02", "bs", "bc", "vCont?", "vCont;c", "vCont;s:p1.1;c", "vCont;r10000,1000a:1", "vCont;C0b:1",
    "vCont;t", "vCont;t:p1.-1", "vCont;s:p2a.2", "Z0,10008,2", "Z0,1000,2;X3,220027",
    "Z0,1000,2;X7,26000a22011327X3,220127;cmds:1,X10,220022003400000568656c6c0027", "Z1,1000,2;X5,2100002727", "z0,10008,2",
    "z0,1000,2", "Z1,1000a,4", "Z2,20000,8", "Z3,1000,1", "Z4,2000,10", "z2,20000,8", "Hg0", "Hg2", "Hcp1.-1", "T1", "D",
    "D;1", "k", "R00", "vKill;1", "vKill;2a", "vRun;;", "vRun;2f62;61;62", "vAttach;2a", "qC", "qfThreadInfo",
    "qsThreadInfo", "qThreadExtraInfo,p1.1", "qAttached:1", "qOffsets", "qSymbol::", "qGetTLSAddr:1,10,0",
    "qSupported:multiprocess+;swbreak+;hwbreak+", "qSupported:error-message+", "qXfer:features:read:target.xml:0,1000",
    "qXfer:threads:read::0,1000", "qXfer:memory-map:read::0,1000", "qXfer:auxv:read::0,1000",
    "qXfer:exec-file:read:2a:0,1000", "qXfer:osdata:read::0,1000", "qXfer:osdata:read:processes:0,1000",
    "qXfer:osdata:read:threads:0,1000", "qXfer:siginfo:read::0,80", "qXfer:siginfo:write::0:abc", "qRcmd,68656c70",
    "qRcmd,737461747573", "qCRC:20000,2000", "qCRC:1000,40000", "qSearch:memory:20000;2000;ptych",
    "qSearch:memory:1000;40000;\x01\x02", "QStartNoAckMode", "QNonStop:1", "QNonStop:0", "vStopped", "vCtrlC",
    "vMustReplyEmpty", "vFile:setfs:0", "vFile:open:2f70726f632f34322f6d617073,0,0", "vFile:open:2f62,0,0",
    "vFile:pread:3,100,0", "vFile:pread:4,10,8", "vFile:fstat:3", "vFile:close:3", "vFile:pwrite:3,0,a",
    "vFile:readlink:2f70726f632f34322f657865", "vFile:unlink:2f62", "QPassSignals:e;14", "QProgramSignals:e",
    "QCatchSyscalls:1;40", "QCatchSyscalls:0", "QDisableRandomization:1", "QStartupWithShell:0",
    "QEnvironmentHexEncoded:413d62", "QEnvironmentUnset:41", "QEnvironmentReset", "qHostInfo", "qProcessInfo",
    "qRegisterInfo0", "qRegisterInfo2b", "qMemoryRegionInfo:1000", "qMemoryRegionInfo:0", "jThreadsInfo",
    "qThreadStopInfo1", "QEnableErrorStrings", "QThreadSuffixSupported", "QListThreadsInStopReply",
    "QSaveRegisterState;thread:1;", "QRestoreRegisterState:1", "g;thread:1;", "pa;thread:0002;", "_M1000,rwx", "_m101000"};

constexpr std::string_view nasty_pieces[] = {"-1", "ffffffffffffffff", "7fffffff", "80000000", "fffffffffffffffffffffff",
                                             ",",  ";",                ":",        "=",        "0",
                                             "",   "p",                "}",        "*",        "%n",
                                             "\xff"};

inline std::string mutated_packet(std::mt19937_64& random) {
  std::string packet(sane_packets[random() % std::size(sane_packets)]);
  for (std::size_t changes = random() % 4; changes > 0; --changes) {
    const std::size_t at = random() % (packet.size() + 1);
    switch (random() % 5) {
      case 0:
        packet.insert(at, nasty_pieces[random() % std::size(nasty_pieces)]);
        break;
      case 1:
        packet.erase(at, 1 + random() % 3);
        break;
      case 2:
        packet.insert(at, 1, static_cast<char>(random()));
        break;
      case 3:
        packet += packet.substr(packet.size() - at);
        break;
      default:
        packet.replace(at, 2, sane_packets[random() % std::size(sane_packets)]);
        break;
    }
  }
  // What would frame it is not data.
  std::erase_if(packet, [](char c) { return c == '#' || c == '$'; });
  return packet;
}

}  // namespace diptych::gdb
