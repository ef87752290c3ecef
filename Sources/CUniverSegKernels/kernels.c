#include "universeg_kernels.h"
