#include "perceptron.h"

// Products and sums become one instruction where the processor has it; a package that others use by version may set no
// compiler flags of its own.
#pragma clang fp contract(fast)

// Sixteen floats: one register of AVX-512, two of AVX, four of SSE or NEON. Unaligned, as Swift's arrays are.
typedef float lanes __attribute__((vector_size(64), aligned(4)));

enum { GROUPS = 4, ROWS = 4 };

#if defined(__x86_64__)
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EVERY_PROCESSOR
#endif

FOR_EVERY_PROCESSOR
void tomos_multiply64(const float *a, ptrdiff_t a_row, ptrdiff_t a_inner, const float *b, float *c, ptrdiff_t rows,
                      ptrdiff_t inner) {
    ptrdiff_t row = 0;
    // Four rows at a time: their sums stay in registers while b is read once.
    for (; row + ROWS <= rows; row += ROWS) {
        const float *from = a + row * a_row;
        lanes *to = (lanes *)(c + row * 64);
        lanes sums[ROWS * GROUPS];
#pragma clang loop unroll(full)
        for (int n = 0; n < ROWS * GROUPS; n++) sums[n] = to[n];
        for (ptrdiff_t k = 0; k < inner; k++) {
            const lanes *weights = (const lanes *)(b + k * 64);
#pragma clang loop unroll(full)
            for (int r = 0; r < ROWS; r++) {
                float factor = from[r * a_row + k * a_inner];
#pragma clang loop unroll(full)
                for (int g = 0; g < GROUPS; g++) sums[r * GROUPS + g] += factor * weights[g];
            }
        }
#pragma clang loop unroll(full)
        for (int n = 0; n < ROWS * GROUPS; n++) to[n] = sums[n];
    }
    for (; row < rows; row++) {
        lanes *to = (lanes *)(c + row * 64);
        for (ptrdiff_t k = 0; k < inner; k++) {
            const lanes *weights = (const lanes *)(b + k * 64);
            float factor = a[row * a_row + k * a_inner];
            for (int g = 0; g < GROUPS; g++) to[g] += factor * weights[g];
        }
    }
}
