#include "engine/guest/accesses.hpp"

#include <cstring>

namespace diptych {
namespace {

bool stop(Hart& hart, Stop why) {
  hart.stop = why;
  return false;
}

bool aligned(Hart& hart, u64 address, u64 size, Access access) {
  return (address & (size - 1)) == 0 || stop(hart, {StopKind::misaligned, access, address});
}

u64 sign_extended(u64 value, u64 size) {
  const u64 above = 64 - size * 8;
  return static_cast<u64>(static_cast<i64>(value << above) >> above);
}

}  // namespace

bool load_reserved(Hart& hart, u64 address, u64 size, u64& value) {
  if (!aligned(hart, address, size, Access::read) || !load(hart, address, size, value)) return false;
  hart.reservation = Reservation{address, sign_extended(value, size)};
  return true;
}

bool store_conditional(Hart& hart, u64 address, u64 size, u64 value, u64& failed) {
  if (!aligned(hart, address, size, Access::write)) return false;
  failed = 1;
  if (!hart.reservation || hart.reservation->address != address) {
    hart.reservation.reset();
    return true;
  }
  const u8* host = hart.memory.reach(address, size, Access::write);
  if (!host) return stop(hart, {StopKind::fault, Access::write, address});
  u64 held = 0;
  std::memcpy(&held, host, size);
  const bool kept = sign_extended(held, size) == hart.reservation->value;
  hart.reservation.reset();
  if (!kept) return true;
  failed = 0;
  return store(hart, address, size, value);
}

bool load_update(Hart& hart, u64 address, u64 size, u64& value) {
  if (!aligned(hart, address, size, Access::write)) return false;
  const u8* host = hart.memory.reach(address, size, Access::read | Access::write);
  if (!host) return stop(hart, {StopKind::fault, Access::write, address});
  value = 0;
  std::memcpy(&value, host, size);
  return true;
}

}  // namespace diptych
