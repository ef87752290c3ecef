#include "peak.h"

#include <string.h>
#include <time.h>

enum { STEPS = 100000 };

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The sum leaves through this, so that no chain can be dropped.
static volatile float sink;

#define DEFINE_CHAINS(NAME, LANES, CHAINS, ...)                                                                    \
    __attribute__((noinline, ##__VA_ARGS__)) static void NAME(float start, float factor, float addend) {    \
        typedef float vec __attribute__((vector_size(4 * LANES)));                                          \
        vec x[CHAINS], f = factor - (vec){0}, a = addend - (vec){0}, total = {0};                           \
        for (int c = 0; c < CHAINS; c++) x[c] = start + (float)c - (vec){0};                                \
        for (int n = 0; n < STEPS; n++) {                                                                   \
            _Pragma("clang loop unroll(full)") for (int c = 0; c < CHAINS; c++) x[c] = x[c] * f + a;        \
        }                                                                                                   \
        for (int c = 0; c < CHAINS; c++) total += x[c];                                                     \
        sink = total[0];                                                                                    \
    }

#if defined(__x86_64__)
DEFINE_CHAINS(chains512, 16, 12, target("avx512f,fma"))
DEFINE_CHAINS(chains256, 8, 12, target("avx2,fma"))
#endif
DEFINE_CHAINS(chains128, 4, 12)

double peak_multiply_adds(const char *kernels, int rounds) {
    void (*chains)(float, float, float) = chains128;
    int width = 4 * 12;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(kernels, "avx512") == 0) {
        if (!__builtin_cpu_supports("avx512f")) return 0;
        chains = chains512;
        width = 16 * 12;
    } else if (strcmp(kernels, "avx2") == 0) {
        if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
        chains = chains256;
        width = 8 * 12;
    }
#endif
    double best = 0;
    for (int r = 0; r < rounds; r++) {
        double start = seconds();
        chains(1, 0.999999f, 1e-6f);
        double rate = (double)width * STEPS / (seconds() - start);
        if (rate > best) best = rate;
    }
    return best;
}
