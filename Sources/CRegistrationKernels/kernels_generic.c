// 128-bit vectors: NEON on arm64, SSE2 on x86-64, whatever the compiler makes of them elsewhere.
#define LANES 4
#define KERNEL_NAME generic
#include "kernels.inc.h"
