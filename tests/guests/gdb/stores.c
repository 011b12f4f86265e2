/* Stores that a debugger steps over, line by line. The tests name these lines. */
int x, y;

int f(int n) { return n + 1; }

int main(void) {
  y = 7;
  x = 1;
  y = x;
  x = 2;
  y = f(x);
  x = y;
  return 0;
}
