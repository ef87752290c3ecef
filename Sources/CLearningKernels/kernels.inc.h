// The kernels, compiled once per instruction set: each kernels_*.c sets LANES (floats in a vector), WIDEST (vectors of
// outputs in a register block, a power of two), KERNEL_NAME, and includes this file.
#include <string.h>

#include "kernels.h"
#include "tomos_lanes.inc.h"

#define INLINE static inline __attribute__((always_inline))

// A vector of a source's activated values.
INLINE vec activated(const tomos_source *s, const float *at, int g) {
    vec v = load(at + g);
    return s->scale ? leaky(v * load(s->scale + g) + load(s->shift + g)) : v;
}

#include "products.inc.h"
#include "winograd.inc.h"
#include "maps.inc.h"
#include "resize.inc.h"
#include "loss.inc.h"
#include "orthogonal.inc.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STRING_(a) #a
#define STRING(a) STRING_(a)

const tomos_learning_kernels JOIN(tomos_learning_, KERNEL_NAME) = {
    STRING(KERNEL_NAME), packed_size, pack, pack_turned, scratch_size, convolve, weights_scratch_size, convolve_weights,
    normalize, normalize_back, pool, pool_back, enlarge, enlarge_back, mix, mix_weights, softmax,
    loss_sums, loss_gradient, orthogonal_room, make_orthogonal, update,
};
