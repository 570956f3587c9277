// One program of three translation units, each with the whole header; tests/cpp_standards.rs compiles them.
#ifndef UNITS_HPP
#define UNITS_HPP

// How many tests the account has, as exceptions' way tells it; below 0: a status.
int tests_with_exceptions();

// Likewise, of a unit that was compiled without exceptions; and what is wrong with the other results, or 0: nothing.
int tests_without_exceptions();
int wrong_without_exceptions();

#endif  // UNITS_HPP
