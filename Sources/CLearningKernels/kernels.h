#ifndef KERNELS_H
#define KERNELS_H
#include "learning_kernels.h"

// Products and sums become one instruction where the processor has it; said here, because a package that others use by
// version may set no compiler flags of its own.
#pragma clang fp contract(fast)

#if defined(__x86_64__)
extern const tomos_learning_kernels tomos_learning_avx512, tomos_learning_avx2;
#endif
extern const tomos_learning_kernels tomos_learning_generic;

#endif
