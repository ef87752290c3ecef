// Vectors and rows of them; part of kernels.inc.h.

typedef int ivec __attribute__((ext_vector_type(LANES)));
typedef unsigned uvec __attribute__((ext_vector_type(LANES)));
typedef float loose_vec __attribute__((ext_vector_type(LANES), aligned(4)));
typedef double dvec __attribute__((ext_vector_type(LANES)));
typedef unsigned char bvec __attribute__((ext_vector_type(LANES), aligned(1)));

INLINE vec load_loose(const float *p) { return *(const loose_vec *)p; }
INLINE void store_loose(float *p, vec v) { *(loose_vec *)p = v; }
INLINE ivec isplat(int x) { return x - (ivec){0}; }

static const float ordinals[16] __attribute__((aligned(64))) = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// 0, 1, 2, ... in float and whole numbers.
INLINE vec lanes(void) { return load(ordinals); }
INLINE ivec ilanes(void) { return __builtin_convertvector(lanes(), ivec); }

// Of each four lanes of two vectors: the first or last two of both in turn, or those of one and then of the other.
#if LANES == 16
#define FOURS(a, b, m, n, o, p) \
    __builtin_shufflevector(a, b, m, n, o, p, m + 4, n + 4, o + 4, p + 4, m + 8, n + 8, o + 8, p + 8, m + 12, n + 12, \
                            o + 12, p + 12)
#elif LANES == 8
#define FOURS(a, b, m, n, o, p) __builtin_shufflevector(a, b, m, n, o, p, m + 4, n + 4, o + 4, p + 4)
#else
#define FOURS(a, b, m, n, o, p) __builtin_shufflevector(a, b, m, n, o, p)
#endif
#define MIXED_LOW(a, b) FOURS(a, b, 0, LANES, 1, LANES + 1)
#define MIXED_HIGH(a, b) FOURS(a, b, 2, LANES + 2, 3, LANES + 3)
#define PAIRED_LOW(a, b) FOURS(a, b, 0, 1, LANES, LANES + 1)
#define PAIRED_HIGH(a, b) FOURS(a, b, 2, 3, LANES + 2, LANES + 3)

// Four numbers, wherever they lie.
typedef float quad __attribute__((ext_vector_type(4)));

INLINE quad quad_at(const float *p) {
    quad q;
    memcpy(&q, p, sizeof q);
    return q;
}

#if LANES == 16
typedef float eight __attribute__((ext_vector_type(8)));
INLINE vec join_eights(eight a, eight b) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
INLINE eight join_quads(quad a, quad b) { return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7); }
#elif LANES == 8
INLINE vec join_quads(quad a, quad b) { return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7); }
#endif

// By reference: wider vectors than the processor's cannot be handed over otherwise.
INLINE double total(const dvec *v) {
    double sum = 0;
    UNROLL
    for (int l = 0; l < LANES; l++) sum += (*v)[l];
    return sum;
}

INLINE double total_of(vec v) {
    const dvec wide = __builtin_convertvector(v, dvec);
    return total(&wide);
}

INLINE int clamped(int n, int count) { return n < 0 ? 0 : n >= count ? count - 1 : n; }
