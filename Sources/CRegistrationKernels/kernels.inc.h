// The kernels, compiled once per instruction set: each kernels_*.c sets LANES (floats in a vector), KERNEL_NAME, and
// includes this file.
#include <math.h>
#include <string.h>

#include "kernels.h"
#include "tomos_lanes.inc.h"

#define INLINE static inline __attribute__((always_inline))

#include "vectors.inc.h"
#include "smooth.inc.h"
#include "sample.inc.h"
#include "lattice.inc.h"
#include "fit.inc.h"
#include "places.inc.h"
#include "fields.inc.h"
#include "features.inc.h"
#include "search.inc.h"
#include "refine.inc.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STRING_(a) #a
#define STRING(a) STRING_(a)

const tomos_registration_kernels JOIN(tomos_registration_, KERNEL_NAME) = {
    STRING(KERNEL_NAME), smooth_scratch, smooth, pair, resample, compare, fit_scratch, fit, places,
    appearance_scratch, appearance, similarity_scratch, similarity, warp, displace, regrid, pool, search_scratch, search,
    reconcile, refine_scratch, refine,
};
