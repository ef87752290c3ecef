// Coordinates as decimal strings (PS3.5 6.2, DS).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tomos::structures {

// `count` numbers with backslashes between, each of at most 16 characters. Throws where one is not finite or too large.
std::string decimals(const double *numbers, size_t count, int decimals);

// The numbers of a decimal string. Throws where one cannot be read or there are more than `limit`.
std::vector<double> numbers(const char *text, size_t length, size_t limit);

} // namespace tomos::structures
