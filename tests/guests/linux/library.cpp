// The C++ library at work: containers, streams, numbers, exceptions of several kinds.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

struct Noise {
  std::string name;
  ~Noise() { std::cout << "gone: " << name << "\n"; }
};

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
struct Square : Shape {
  double side;
  explicit Square(double s) : side(s) {}
  double area() const override { return side * side; }
};
struct Circle : Shape {
  double radius;
  explicit Circle(double r) : radius(r) {}
  double area() const override { return 3.14159265358979 * radius * radius; }
};

int deep(int n) {
  Noise noise{std::to_string(n)};
  if (n == 0) throw std::runtime_error("the bottom");
  return deep(n - 1) + 1;
}

int main() {
  std::map<std::string, std::vector<int>> groups;
  for (int i = 0; i < 2000; ++i) groups["group " + std::to_string(i % 13)].push_back(i * i % 1009);
  for (auto& [name, values] : groups) {
    std::sort(values.begin(), values.end());
    std::cout << name << ": " << values.size() << " from " << values.front() << " to " << values.back() << "\n";
  }
  std::unordered_map<int, double> roots;
  for (int i = 0; i < 100; ++i) roots[i] = std::sqrt(i);
  double sum = 0;
  for (int i = 0; i < 100; ++i) sum += roots.at(i);
  std::cout << std::setprecision(17) << sum << " " << std::fixed << std::setprecision(3) << sum << " " << std::scientific << sum << "\n";
  std::cout << std::defaultfloat << std::hex << std::showbase << 48879 << std::dec << " " << std::setw(8) << std::setfill('.') << 42 << "\n";
  std::istringstream words("12 x7 3.5e3 end");
  int number = 0;
  std::string word;
  double real = 0;
  words >> number >> word >> real;
  std::cout << number << word << real << "\n";

  std::vector<std::unique_ptr<Shape>> shapes;
  shapes.push_back(std::make_unique<Square>(3));
  shapes.push_back(std::make_unique<Circle>(2));
  for (const auto& shape : shapes) std::cout << shape->area() << (dynamic_cast<Square*>(shape.get()) ? " square\n" : " round\n");

  try {
    deep(4);
  } catch (const std::exception& error) {
    std::cout << "caught " << error.what() << "\n";
  }
  try {
    groups.at("no such group");
  } catch (const std::out_of_range&) {
    std::cout << "caught out_of_range\n";
  }
  try {
    try {
      throw 42;
    } catch (int value) {
      std::cout << "passing " << value << " on\n";
      throw;
    }
  } catch (...) {
    std::cout << "caught it\n";
  }
  try {
    std::vector<char> huge(~std::size_t{0} / 4);
    std::cout << huge.size();
  } catch (const std::bad_alloc&) {
    std::cout << "caught bad_alloc\n";
  } catch (const std::length_error&) {
    std::cout << "caught length_error\n";
  }
  std::cerr << "to standard error\n";
  return 3;
}
