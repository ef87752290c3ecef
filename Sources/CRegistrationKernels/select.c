#include <string.h>

#include "kernels.h"
#include "tomos_processor.h"

const tomos_registration_kernels *tomos_registration_kernels_named(const char *name) {
    // Fastest first.
    static const tomos_registration_kernels *const all[] = {
#if defined(__x86_64__)
        &tomos_registration_avx512,
        &tomos_registration_avx2,
#endif
        &tomos_registration_generic,
    };
    for (size_t n = 0; n < sizeof all / sizeof *all; n++)
        if ((name == NULL || strcmp(all[n]->name, name) == 0) && tomos_processor_runs(all[n]->name)) return all[n];
    return NULL;
}
