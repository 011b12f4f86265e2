// Bodies that attract each other, in double: multiplications, a division and a root for each pair.
#include "tests/guests/bench/guest.hpp"

#include <array>
#include <bit>
#include <cmath>

using namespace diptych::bench;

namespace {

struct Vector {
  double x = 0, y = 0, z = 0;

  Vector operator-(Vector other) const { return {x - other.x, y - other.y, z - other.z}; }
  Vector operator+(Vector other) const { return {x + other.x, y + other.y, z + other.z}; }
  Vector operator*(double factor) const { return {x * factor, y * factor, z * factor}; }
  double square() const { return x * x + y * y + z * z; }
};

struct Body {
  Vector place, speed;
  double mass = 0;
};

using System = std::array<Body, 6>;

void advance(System& system, double time) {
  for (std::size_t i = 0; i < system.size(); ++i)
    for (std::size_t j = i + 1; j < system.size(); ++j) {
      const Vector apart = system[j].place - system[i].place;
      const double square = apart.square() + 0.01;
      const double pull = time / (square * std::sqrt(square));
      system[i].speed = system[i].speed + apart * (pull * system[j].mass);
      system[j].speed = system[j].speed - apart * (pull * system[i].mass);
    }
  for (Body& body : system) body.place = body.place + body.speed * time;
}

double energy(const System& system) {
  double sum = 0;
  for (std::size_t i = 0; i < system.size(); ++i) {
    sum += 0.5 * system[i].mass * system[i].speed.square();
    for (std::size_t j = i + 1; j < system.size(); ++j)
      sum -= system[i].mass * system[j].mass / std::sqrt((system[j].place - system[i].place).square() + 0.01);
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  System system;
  system[0].mass = 40;
  for (std::size_t i = 1; i < system.size(); ++i) {
    const double distance = 1.5 * double(i);
    system[i] = {{distance, 0.1 * double(i), 0}, {0, std::sqrt(40 / distance), 0.2}, 0.02 * double(i)};
  }
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("nbody"));
  for (u64 i = 0; i < size; ++i) {
    for (int step = 0; step < 1000; ++step) advance(system, 0x1p-10);
    sum.add(std::bit_cast<u64>(energy(system)));
  }
  std::printf("%.15g\n", energy(system));
  sum.print("nbody");
}
