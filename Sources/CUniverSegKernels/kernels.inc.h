// The fast kernels, compiled once per instruction set: each kernels_*.c sets LANES (floats in a vector), BLOCK_VECTORS
// (vectors of outputs in the GEMM's register block) and KERNEL_NAME, and includes this file.
#include <string.h>

#include "kernels.h"

enum { C = TOMOS_CHANNELS, BLOCK_FLOATS = LANES * BLOCK_VECTORS };

typedef float vec __attribute__((ext_vector_type(LANES)));

static inline vec load(const float *p) { return *(const vec *)p; }
static inline void store(float *p, vec v) { *(vec *)p = v; }
static inline vec splat(float x) { return x - (vec){0}; }
// One instruction, where __builtin_elementwise_max takes three for the sake of NaN.
static inline vec larger(vec a, vec b) { return a > b ? a : b; }
static inline vec leaky(vec v) { return larger(v, v * splat(0.01f)); }

// Loops of a few known steps, written out at every level of optimisation: what they fill then stays in registers.
#define UNROLL _Pragma("clang loop unroll(full)")

#include "winograd.inc.h"
#include "maps.inc.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STRING_(a) #a
#define STRING(a) STRING_(a)

const tomos_kernels JOIN(tomos_kernels_, KERNEL_NAME) = {
    STRING(KERNEL_NAME), packed_size, pack, scratch_size, conv_units, conv, multiply, first, widen, max_pool, upsample, head, add,
};
