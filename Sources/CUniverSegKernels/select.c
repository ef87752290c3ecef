#include <string.h>

#include "kernels.h"

static int runs_here(const char *name) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(name, "avx512") == 0)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    if (strcmp(name, "avx2") == 0) return avx2;
#endif
    return 1;
}

const tomos_kernels *tomos_kernels_named(const char *name) {
    // Fastest first.
    static const tomos_kernels *const all[] = {
#if defined(__x86_64__)
        &tomos_kernels_avx512,
        &tomos_kernels_avx2,
#endif
        &tomos_kernels_generic,
        &tomos_kernels_plain,
    };
    for (size_t n = 0; n < sizeof all / sizeof *all; n++)
        if ((name == NULL || strcmp(all[n]->name, name) == 0) && runs_here(all[n]->name)) return all[n];
    return NULL;
}
