// What the program and the libraries linked into it ask of a glibc newer than 2.34, or of a C++ library newer than GCC
// 11's, in terms of older functions. link.py wraps the names, so that the program runs where the newer ones are missing.
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <sys/random.h>

extern "C" {

// glibc 2.35 gave these a new version that does not set errno. The absolute value of a complex number is made by the same
// code, and its name is as it was.
double __wrap_hypot(double x, double y) { return __builtin_cabs(__builtin_complex(x, y)); }
float __wrap_hypotf(float x, float y) { return __builtin_cabsf(__builtin_complex(x, y)); }

// New in glibc 2.36.
void __wrap_arc4random_buf(void *bytes, size_t count) {
    auto *next = static_cast<unsigned char *>(bytes);
    while (count > 0) {
        const ssize_t got = getrandom(next, count, 0);
        if (got < 0) continue; // Interrupted by a signal: nothing else can fail here.
        next += got;
        count -= static_cast<size_t>(got);
    }
}

// std::condition_variable::wait, which GCC 12 gave a new version that may be cancelled.
void __wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(
    std::condition_variable *condition, std::unique_lock<std::mutex> *lock) {
    pthread_cond_wait(condition->native_handle(), lock->mutex()->native_handle());
}
}
