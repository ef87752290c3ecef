#include "structures_numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace tomos::structures {

namespace {

constexpr size_t longest = 16;

// No patient is larger, and ten times as much has five digits before the point.
constexpr double farthest = 1e6;

constexpr int64_t powers[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

void append(double number, int decimals, std::string &out) {
    if (!(std::abs(number) <= farthest)) {
        throw std::runtime_error("a point is not a finite number or lies more than a kilometre away");
    }
    // A sign, seven digits and a point leave seven.
    const int kept = std::abs(number) >= 1e5 ? std::min(decimals, 7) : decimals;
    int64_t scaled = std::llround(std::abs(number) * static_cast<double>(powers[kept]));
    if (number < 0 && scaled != 0) { out += '-'; }
    char room[longest + 4];
    const int64_t whole = scaled / powers[kept];
    int64_t part = scaled % powers[kept];
    const auto end = std::to_chars(room, room + sizeof room, whole).ptr;
    out.append(room, end);
    if (part == 0) { return; }
    int digits = kept;
    while (part % 10 == 0) {
        part /= 10;
        digits -= 1;
    }
    for (int place = digits; place > 0; --place) {
        room[place] = static_cast<char>('0' + part % 10);
        part /= 10;
    }
    room[0] = '.';
    out.append(room, static_cast<size_t>(digits + 1));
}

} // namespace

std::string decimals(const double *numbers, size_t count, int decimals) {
    const int kept = std::clamp(decimals, 3, 9);
    std::string out;
    out.reserve(10 * count);
    for (size_t n = 0; n < count; ++n) {
        if (n > 0) { out += '\\'; }
        append(numbers[n], kept, out);
    }
    return out;
}

std::vector<double> numbers(const char *text, size_t length, size_t limit) {
    std::vector<double> values;
    const char *at = text, *const end = text + length;
    const auto skip = [&] {
        while (at < end && (*at == ' ' || *at == '\0')) { ++at; }
    };
    skip();
    if (at == end) { return values; }
    while (true) {
        skip();
        if (at < end && *at == '+') { ++at; }
        double value = 0;
        const auto read = std::from_chars(at, end, value);
        if (read.ec != std::errc() || !std::isfinite(value)) {
            throw std::runtime_error("a coordinate is not a number");
        }
        if (values.size() == limit) {
            throw std::runtime_error("the file has more points than any real structure set");
        }
        values.push_back(value);
        at = read.ptr;
        skip();
        if (at == end) { return values; }
        if (*at != '\\') { throw std::runtime_error("a coordinate is not a number"); }
        ++at;
    }
}

} // namespace tomos::structures
