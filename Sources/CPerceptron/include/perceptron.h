// The matrix product of a small dense layer. Float32; keeps no state, so any number of threads may call it at once.
#ifndef PERCEPTRON_H
#define PERCEPTRON_H
#include <stddef.h>

/// c[row][64] += sum over k of a(row, k) * b[k][64], for `rows` rows and `inner` products.
///
/// a(row, k) is a[row * a_row + k * a_inner], so that a transposed matrix needs no copy. The order of the sums is
/// fixed; their rounding depends on the processor, which may fuse a multiplication with an addition.
void tomos_multiply64(const float *a, ptrdiff_t a_row, ptrdiff_t a_inner, const float *b, float *c, ptrdiff_t rows,
                      ptrdiff_t inner);

#endif
