#ifndef KERNELS_H
#define KERNELS_H
#include "universeg_kernels.h"

#if defined(__x86_64__)
extern const tomos_kernels tomos_kernels_avx512, tomos_kernels_avx2;
#endif
extern const tomos_kernels tomos_kernels_generic, tomos_kernels_plain;

#endif
