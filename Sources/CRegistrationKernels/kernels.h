#ifndef KERNELS_H
#define KERNELS_H
#include "registration_kernels.h"

// Products and sums become one instruction where the processor has it; said here, because a package that others use by
// version may set no compiler flags of its own.
#pragma clang fp contract(fast)

#if defined(__x86_64__)
extern const tomos_registration_kernels tomos_registration_avx512, tomos_registration_avx2;
#endif
extern const tomos_registration_kernels tomos_registration_generic;

#endif
