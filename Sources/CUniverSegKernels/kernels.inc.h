// The fast kernels, compiled once per instruction set: each kernels_*.c sets LANES (floats in a vector), BLOCK_VECTORS
// (vectors of outputs in the GEMM's register block) and KERNEL_NAME, and includes this file.
#include <string.h>

#include "kernels.h"
#include "tomos_lanes.inc.h"

enum { C = TOMOS_CHANNELS, BLOCK_FLOATS = LANES * BLOCK_VECTORS };

#include "winograd.inc.h"
#include "maps.inc.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STRING_(a) #a
#define STRING(a) STRING_(a)

const tomos_kernels JOIN(tomos_kernels_, KERNEL_NAME) = {
    STRING(KERNEL_NAME), packed_size, pack, scratch_size, conv_units, conv, multiply, first, widen, max_pool, upsample, head, add,
};
