// Products of thin matrices; part of kernels.inc.h.

// Rows of a register block whose rows are so many vectors wide.
#if LANES == 16
#define BLOCK_ROWS(vectors) ((vectors) == 4 ? 6 : 12)
#else
#define BLOCK_ROWS(vectors) (WIDEST == 4 && (vectors) == 4 ? 6 : 6)
#endif
enum { ROW_GROUP = 12 };  // a multiple of every block's rows

// `count` rows become sums over taps and k of rows[row + tap * shift][k] * weights[tap][k][.], for the outputs of one
// block. Rows are `stride` floats apart.
INLINE void product_block(const float *rows, size_t stride, size_t shift, int taps, int used, const float *weights,
                          int outputs, float *to, int count, int vectors) {
    vec sums[12][WIDEST];
    UNROLL
    for (int t = 0; t < count; t++) {
        UNROLL
        for (int v = 0; v < vectors; v++) sums[t][v] = splat(0);
    }
    for (int tap = 0; tap < taps; tap++, rows += shift)
        for (int k = 0; k < used; k++, weights += outputs) {
            vec w[WIDEST];
            UNROLL
            for (int v = 0; v < vectors; v++) w[v] = load(weights + v * LANES);
            UNROLL
            for (int t = 0; t < count; t++) {
                vec x = splat(rows[(size_t)t * stride + k]);
                UNROLL
                for (int v = 0; v < vectors; v++) sums[t][v] += x * w[v];
            }
        }
    UNROLL
    for (int t = 0; t < count; t++) {
        UNROLL
        for (int v = 0; v < vectors; v++) store(to + (size_t)t * outputs + v * LANES, sums[t][v]);
    }
}

#define AT_LEAST_1(n) ((n) > 0 ? (n) : 1)
#define EACH_WIDTH(width, g, outputs, call)                              \
    for (int g = 0, width; g < (outputs); g += width * LANES) {          \
        int left = ((outputs) - g) / LANES;                              \
        width = left >= WIDEST ? WIDEST : left >= WIDEST / 2 ? WIDEST / 2 : WIDEST / 4; \
        call;                                                            \
    }

// All rows of one block's outputs.
INLINE void product_rows(const float *rows, size_t stride, size_t shift, int taps, int used, const float *weights,
                         int outputs, float *to, int count, int vectors) {
    for (int r = 0; r < count; r += BLOCK_ROWS(vectors))
        product_block(rows + r * stride, stride, shift, taps, used, weights, outputs, to + (size_t)r * outputs,
                      BLOCK_ROWS(vectors), vectors);
}

// The same for one width: where a row's length is known when this is compiled, so are the rows' places, and the loop takes
// half the time.
#define PRODUCT_OF_WIDTH(vectors)                                                                      \
    if (stride == 16 && used == 16)                                                                    \
        product_rows(rows, 16, shift, taps, 16, weights + g, outputs, to + g, count, vectors);         \
    else if (stride == 32 && used == 32)                                                               \
        product_rows(rows, 32, shift, taps, 32, weights + g, outputs, to + g, count, vectors);         \
    else if (stride == 64)                                                                             \
        product_rows(rows, 64, shift, taps, used, weights + g, outputs, to + g, count, vectors);       \
    else if (stride == 128)                                                                            \
        product_rows(rows, 128, shift, taps, used, weights + g, outputs, to + g, count, vectors);      \
    else                                                                                               \
        product_rows(rows, stride, shift, taps, used, weights + g, outputs, to + g, count, vectors);

// All outputs of `count` rows, a multiple of ROW_GROUP.
static void product(const float *rows, size_t stride, size_t shift, int taps, int used, const float *weights,
                    int outputs, float *to, int count) {
    EACH_WIDTH(width, g, outputs, {
        if (width == WIDEST) {
            PRODUCT_OF_WIDTH(WIDEST)
        } else if (WIDEST < 4 || width == WIDEST / 2) {
            PRODUCT_OF_WIDTH(WIDEST / 2)
        } else {
            PRODUCT_OF_WIDTH(AT_LEAST_1(WIDEST / 4))
        }
    })
}

// to[k][.] += sum over `count` rows of rows[row][k] * gradient[row][.], for `height` k and one block's outputs. What `to`
// held before is nothing where it is fresh.
INLINE void outer_block(const float *rows, size_t stride, const float *gradient, int outputs, int count, float *to,
                        int fresh, int height, int vectors) {
    vec sums[16][WIDEST];
    UNROLL
    for (int k = 0; k < height; k++) {
        UNROLL
        for (int v = 0; v < vectors; v++) sums[k][v] = fresh ? splat(0) : load(to + (size_t)k * outputs + v * LANES);
    }
    for (int r = 0; r < count; r++, rows += stride, gradient += outputs) {
        vec e[WIDEST];
        UNROLL
        for (int v = 0; v < vectors; v++) e[v] = load(gradient + v * LANES);
        UNROLL
        for (int k = 0; k < height; k++) {
            vec x = splat(rows[k]);
            UNROLL
            for (int v = 0; v < vectors; v++) sums[k][v] += x * e[v];
        }
    }
    UNROLL
    for (int k = 0; k < height; k++) {
        UNROLL
        for (int v = 0; v < vectors; v++) store(to + (size_t)k * outputs + v * LANES, sums[k][v]);
    }
}

#if LANES == 16
#define BLOCK_HEIGHT(vectors) ((vectors) == 4 ? 4 : (vectors) == 2 ? 8 : 16)
#else
#define BLOCK_HEIGHT(vectors) 4
#endif

INLINE void outer_rows(const float *rows, size_t stride, int inputs, const float *gradient, int outputs, int count,
                       float *to, int fresh, int vectors) {
    for (int k = 0; k < inputs; k += BLOCK_HEIGHT(vectors))
        outer_block(rows + k, stride, gradient, outputs, count, to + (size_t)k * outputs, fresh, BLOCK_HEIGHT(vectors),
                    vectors);
}

// The same for all k below `inputs`, a multiple of 16, and all outputs.
static void outer_product(const float *rows, size_t stride, int inputs, const float *gradient, int outputs, int count,
                          float *to, int fresh) {
    EACH_WIDTH(width, g, outputs, {
        const float *e = gradient + g;
        if (width == WIDEST)
            outer_rows(rows, stride, inputs, e, outputs, count, to + g, fresh, WIDEST);
        else if (WIDEST < 4 || width == WIDEST / 2)
            outer_rows(rows, stride, inputs, e, outputs, count, to + g, fresh, WIDEST / 2);
        else
            outer_rows(rows, stride, inputs, e, outputs, count, to + g, fresh, AT_LEAST_1(WIDEST / 4));
    })
}
