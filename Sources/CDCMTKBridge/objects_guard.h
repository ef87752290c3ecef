// Failures of the files on objects that hold labels: exceptions inside, text and a failed value at the C border.
#pragma once

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "bridge_file.h"

namespace tomos::objects {

// What a person is told.
struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string &otherwise) {
    if (!holds) { throw Refusal(otherwise); }
}

inline void require(const OFCondition &condition, const std::string &doing) {
    if (condition.bad()) { throw Refusal(doing + ": " + condition.text()); }
}

inline void say(const char *what, char *error, size_t capacity) {
    if (error == nullptr || capacity == 0) { return; }
    const size_t count = std::min(std::strlen(what), capacity - 1);
    std::memcpy(error, what, count);
    error[count] = 0;
}

// Runs `body` and turns whatever it throws into `failure`: nothing may unwind into Swift.
template <typename Result, typename Body>
Result guarded(Result failure, char *error, size_t capacity, Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        say("there is not enough memory", error, capacity);
    } catch (const std::exception &exception) {
        say(exception.what(), error, capacity);
    } catch (...) {
        say("unknown error in DCMTK", error, capacity);
    }
    return failure;
}

} // namespace tomos::objects
