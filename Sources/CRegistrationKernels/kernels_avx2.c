#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define KERNEL_NAME avx2
#include "kernels.inc.h"
#pragma clang attribute pop
#else
typedef int translation_unit_is_not_empty;
#endif
