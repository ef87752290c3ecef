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

const tomos_learning_kernels *tomos_learning_kernels_named(const char *name) {
    // Fastest first.
    static const tomos_learning_kernels *const all[] = {
#if defined(__x86_64__)
        &tomos_learning_avx512,
        &tomos_learning_avx2,
#endif
        &tomos_learning_generic,
    };
    for (size_t n = 0; n < sizeof all / sizeof *all; n++)
        if ((name == NULL || strcmp(all[n]->name, name) == 0) && runs_here(all[n]->name)) return all[n];
    return NULL;
}
