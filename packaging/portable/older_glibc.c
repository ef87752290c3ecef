// What the program and the libraries linked into it ask of a glibc newer than 2.34, or of a C++ library newer than GCC
// 11's, in terms of older ones. link.py wraps the names, so that the program runs where the newer ones are missing.
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

// glibc 2.35 gave these a new version that does not set errno; the values are the same.
double older_hypot(double x, double y);
__asm__(".symver older_hypot, hypot@GLIBC_2.2.5");
double __wrap_hypot(double x, double y) { return older_hypot(x, y); }

float older_hypotf(float x, float y);
__asm__(".symver older_hypotf, hypotf@GLIBC_2.2.5");
float __wrap_hypotf(float x, float y) { return older_hypotf(x, y); }

// New in glibc 2.36.
void __wrap_arc4random_buf(void *bytes, size_t count) {
    unsigned char *next = bytes;
    while (count > 0) {
        const ssize_t got = getrandom(next, count, 0);
        if (got < 0) continue; // Interrupted by a signal: nothing else can fail here.
        next += got;
        count -= (size_t)got;
    }
}

// std::condition_variable::wait(std::unique_lock<std::mutex> &): GCC 12 gave it a new version that may be cancelled.
void older_wait(void *condition, void *lock);
__asm__(".symver older_wait, _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE@GLIBCXX_3.4.11");
void __wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(void *condition, void *lock) {
    older_wait(condition, lock);
}
