// Vectors of LANES floats, which is to be defined before. Included once per instruction set, by each kernels.inc.h.

typedef float vec __attribute__((ext_vector_type(LANES)));

static inline vec load(const float *p) { return *(const vec *)p; }
static inline void store(float *p, vec v) { *(vec *)p = v; }
static inline vec splat(float x) { return x - (vec){0}; }
// One instruction, where __builtin_elementwise_max takes three for the sake of NaN.
static inline vec larger(vec a, vec b) { return a > b ? a : b; }
static inline vec leaky(vec v) { return larger(v, v * splat(0.01f)); }

// Loops of a few known steps, written out at every level of optimisation: what they fill then stays in registers.
#define UNROLL _Pragma("clang loop unroll(full)")
