// The fast kernels, compiled once per instruction set: each kernels_*.c sets LANES (floats in a vector), BLOCK_VECTORS
// (vectors of outputs in the GEMM's register block) and KERNEL_NAME, and includes this file.
//
// 3x3 convolutions are Winograd F(4x4, 3x3): Lavin and Gray, "Fast algorithms for convolutional neural networks"
// (CVPR 2016). A 6x6 window of input becomes 36 values per channel, multiplied by 36 transformed 64x64 matrices, and
// 36 sums become 4x4 outputs: 2.25 multiplications per output and channel pair instead of 9.
#include <string.h>

#include "kernels.h"

enum {
    C = TOMOS_CHANNELS,
    TILES = 12,                       // 4x4 tiles in a unit of work
    BLOCK_TILES = 6,                  // tiles in the GEMM's register block
    POINTS = 36,                      // values of a transformed tile
    ROW_PAD = 16,                     // keeps the 36 store streams off one cache set
    BLOCK_FLOATS = LANES * BLOCK_VECTORS,
};

typedef float vec __attribute__((vector_size(4 * LANES)));

static inline vec load(const float *p) { return *(const vec *)p; }
static inline void store(float *p, vec v) { *(vec *)p = v; }
static inline vec splat(float x) { return x - (vec){0}; }
static inline vec larger(vec a, vec b) { return __builtin_elementwise_max(a, b); }
static inline vec leaky(vec v) { return larger(v, v * splat(0.01f)); }

static const float zeros[C] __attribute__((aligned(64)));

// ---- weights

static size_t packed_size(int channels) { return (size_t)POINTS * channels * C; }

// U = G g G^T in double, packed [36][channels][64].
static void pack(const float *weights, int stride, int first, int channels, float *packed) {
    static const double G[6][3] = {
        {1.0 / 4, 0, 0}, {-1.0 / 6, -1.0 / 6, -1.0 / 6}, {-1.0 / 6, 1.0 / 6, -1.0 / 6},
        {1.0 / 24, 1.0 / 12, 1.0 / 6}, {1.0 / 24, -1.0 / 12, 1.0 / 6}, {0, 0, 1},
    };
    for (int o = 0; o < C; o++)
        for (int i = 0; i < channels; i++) {
            const float *g = weights + ((size_t)o * stride + first + i) * 9;
            double rows[6][3];
            for (int a = 0; a < 6; a++)
                for (int x = 0; x < 3; x++) rows[a][x] = G[a][0] * g[x] + G[a][1] * g[3 + x] + G[a][2] * g[6 + x];
            for (int a = 0; a < 6; a++)
                for (int b = 0; b < 6; b++)
                    packed[((size_t)(a * 6 + b) * channels + i) * C + o] =
                        (float)(rows[a][0] * G[b][0] + rows[a][1] * G[b][1] + rows[a][2] * G[b][2]);
        }
}

// ---- transforms

// r = B^T d for one column of a 6x6 tile.
static inline __attribute__((always_inline)) void input_column(
    vec d0, vec d1, vec d2, vec d3, vec d4, vec d5, vec *r0, vec *r1, vec *r2, vec *r3, vec *r4, vec *r5) {
    vec four = splat(4), five = splat(5), two = splat(2);
    vec even = d4 - four * d2, odd = d3 - four * d1;
    vec outer = d4 - d2, inner = d3 - d1;
    *r0 = four * d0 + (d4 - five * d2);
    *r1 = even + odd;
    *r2 = even - odd;
    *r3 = outer + two * inner;
    *r4 = outer - two * inner;
    *r5 = four * d1 + (d5 - five * d3);
}

// o = A^T m for one column.
static inline __attribute__((always_inline)) void output_column(
    vec m0, vec m1, vec m2, vec m3, vec m4, vec m5, vec *o0, vec *o1, vec *o2, vec *o3) {
    vec a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4;
    *o0 = m0 + (a + c);
    *o1 = b + splat(2) * d;
    *o2 = a + splat(4) * c;
    *o3 = m5 + (b + splat(8) * d);
}

// 64 channels of one 6x6 window -> 36 rows, `plane` floats apart.
static void transform_input(const float *const *window, float *values, size_t plane) {
    for (int g = 0; g < C; g += LANES) {
        vec t[POINTS];
        for (int x = 0; x < 6; x++)
            input_column(load(window[x] + g), load(window[6 + x] + g), load(window[12 + x] + g), load(window[18 + x] + g),
                         load(window[24 + x] + g), load(window[30 + x] + g), t + x, t + 6 + x, t + 12 + x, t + 18 + x,
                         t + 24 + x, t + 30 + x);
        for (int y = 0; y < 6; y++) {
            vec *q = t + 6 * y, r[6];
            input_column(q[0], q[1], q[2], q[3], q[4], q[5], r, r + 1, r + 2, r + 3, r + 4, r + 5);
            for (int x = 0; x < 6; x++) store(values + (size_t)(6 * y + x) * plane + g, r[x]);
        }
    }
}

// ---- matrix product

// Six tiles' rows [tile][channels] become [tile][64] in place: rows * weights [channels][64].
static inline __attribute__((always_inline)) void multiply(float *rows, int channels, const float *weights) {
#if LANES * BLOCK_VECTORS < 64
    // Several passes over the outputs: the rows must outlive the first.
    float copy[BLOCK_TILES * 2 * C] __attribute__((aligned(64)));
    memcpy(copy, rows, sizeof(float) * BLOCK_TILES * channels);
    const float *from = copy;
#else
    const float *from = rows;
#endif
    for (int g = 0; g < C; g += BLOCK_FLOATS) {
        vec sums[BLOCK_TILES][BLOCK_VECTORS];
        for (int t = 0; t < BLOCK_TILES; t++)
            for (int v = 0; v < BLOCK_VECTORS; v++) sums[t][v] = splat(0);
        for (int k = 0; k < channels; k++) {
            vec w[BLOCK_VECTORS];
            for (int v = 0; v < BLOCK_VECTORS; v++) w[v] = load(weights + (size_t)k * C + g + v * LANES);
            for (int t = 0; t < BLOCK_TILES; t++) {
                vec x = splat(from[t * channels + k]);
                for (int v = 0; v < BLOCK_VECTORS; v++) sums[t][v] += x * w[v];
            }
        }
        for (int t = 0; t < BLOCK_TILES; t++)
            for (int v = 0; v < BLOCK_VECTORS; v++) store(rows + t * channels + g + v * LANES, sums[t][v]);
    }
}

static void multiply_alone(float *rows, int channels, const float *weights) { multiply(rows, channels, weights); }

// ---- convolution

static size_t plane_size(int channels) { return (size_t)TILES * channels + ROW_PAD; }
static size_t scratch_size(void) { return POINTS * (size_t)(TILES * 2 * C + ROW_PAD); }
static int conv_units(int rows, int columns) { return (rows * columns / 16 + TILES - 1) / TILES; }

static void gather(const tomos_conv *c, int tile, int channels, float *values) {
    int top = tile / (c->columns / 4) * 4 - 1, left = tile % (c->columns / 4) * 4 - 1;
    for (int half = 0; half < channels / C; half++) {
        const float *map = half ? c->input2 : c->input;
        const float *window[POINTS];
        for (int p = 0; p < POINTS; p++) {
            int y = top + p / 6, x = left + p % 6;
            int inside = y >= 0 && y < c->rows && x >= 0 && x < c->columns;
            window[p] = inside ? map + ((size_t)y * c->columns + x) * C : zeros;
        }
        transform_input(window, values + half * C, plane_size(channels));
    }
}

// 36 sums of one tile -> 4x4 outputs, with everything that follows the convolution.
static void scatter(const tomos_conv *c, int tile, int channels, const float *sums) {
    int top = tile / (c->columns / 4) * 4, left = tile % (c->columns / 4) * 4;
    size_t plane = plane_size(channels);
    for (int g = 0; g < C; g += LANES) {
        vec bias = c->bias ? load(c->bias + g) : splat(0), t[24];
        for (int x = 0; x < 6; x++) {
            const float *m = sums + (size_t)x * plane + g;
            output_column(load(m), load(m + 6 * plane), load(m + 12 * plane), load(m + 18 * plane), load(m + 24 * plane),
                          load(m + 30 * plane), t + x, t + 6 + x, t + 12 + x, t + 18 + x);
        }
        for (int y = 0; y < 4; y++) {
            vec *q = t + 6 * y, o[4];
            output_column(q[0], q[1], q[2], q[3], q[4], q[5], o, o + 1, o + 2, o + 3);
            size_t at = ((size_t)(top + y) * c->columns + left) * C + g;
            for (int x = 0; x < 4; x++, at += C) {
                vec value = o[x] + bias;
                if (c->addend) value += load(c->addend + at);
                if (c->activate) value = leaky(value);
                if (c->output) store(c->output + at, value);
                if (c->sum) store(c->sum + at, load(c->sum + at) + value);
            }
        }
    }
}

static void conv(const tomos_conv *c, int begin, int end, float *scratch) {
    const int channels = c->input2 ? 2 * C : C, tiles = c->rows * c->columns / 16;
    const size_t plane = plane_size(channels);
    for (int unit = begin; unit < end; unit++) {
        int first = unit * TILES, count = tiles - first < TILES ? tiles - first : TILES;
        int blocks = (count + BLOCK_TILES - 1) / BLOCK_TILES;
        for (int t = 0; t < count; t++) gather(c, first + t, channels, scratch + (size_t)t * channels);
        for (int p = 0; p < POINTS; p++) {
            float *rows = scratch + p * plane;
            if (count < blocks * BLOCK_TILES)
                memset(rows + (size_t)count * channels, 0, sizeof(float) * (blocks * BLOCK_TILES - count) * channels);
            for (int b = 0; b < blocks; b++)
                multiply(rows + (size_t)b * BLOCK_TILES * channels, channels, c->weights + (size_t)p * channels * C);
        }
        for (int t = 0; t < count; t++) scatter(c, first + t, channels, scratch + (size_t)t * channels);
    }
}

// ---- first block

// sums[4][BLOCK_VECTORS] += the 5x5 kernel at the four pixels of a 2x2 block whose 6x6 window is inside the image.
static inline __attribute__((always_inline)) void first_inside(
    const float *window, int columns, const float *weights, vec sums[4][BLOCK_VECTORS]) {
    for (int tap = 0; tap < 25; tap++) {
        const float *at = window + tap / 5 * columns + tap % 5;
        vec pixels[4] = {splat(at[0]), splat(at[1]), splat(at[columns]), splat(at[columns + 1])};
        for (int v = 0; v < BLOCK_VECTORS; v++) {
            vec w = load(weights + tap * C + v * LANES);
            for (int q = 0; q < 4; q++) sums[q][v] += pixels[q] * w;
        }
    }
}

// The same for one pixel anywhere.
static void first_border(const tomos_first *f, const float *plane, int p, int y, int x, int g, vec *sums) {
    int border = (y == 0 ? 0 : y == f->rows - 1 ? 2 : 1) * 3 + (x == 0 ? 0 : x == f->columns - 1 ? 2 : 1);
    const float *weights = f->composed + (size_t)(border * 2 + p) * 25 * C + g;
    for (int tap = 0; tap < 25; tap++) {
        int yy = y + tap / 5 - 2, xx = x + tap % 5 - 2;
        if (yy < 0 || yy >= f->rows || xx < 0 || xx >= f->columns) continue;
        vec value = splat(plane[(size_t)yy * f->columns + xx]);
        for (int v = 0; v < BLOCK_VECTORS; v++) sums[v] += value * load(weights + tap * C + v * LANES);
    }
}

// One 2x2 block of one support: adds its activations to the mean's sums, stores the pooled one.
static inline __attribute__((always_inline)) void first_block(const tomos_first *f, int support, int y, int x) {
    const size_t plane = (size_t)f->rows * f->columns, line = (size_t)f->columns * C;
    const float *planes[2] = {f->images + support * plane, f->labels + support * plane};
    const int used = f->labelled[support] ? 2 : 1;
    const int inside = y > 0 && y < f->rows / 2 - 1 && x > 0 && x < f->columns / 2 - 1;
    const size_t at = (size_t)2 * y * line + (size_t)2 * x * C, small = ((size_t)y * (f->columns / 2) + x) * C;
    float *pooled = f->pooled + support * (plane / 4) * C + small;
    for (int g = 0; g < C; g += BLOCK_FLOATS) {
        vec sums[4][BLOCK_VECTORS];
        const size_t corners[4] = {at + g, at + g + C, at + g + line, at + g + line + C};
        for (int q = 0; q < 4; q++)
            for (int v = 0; v < BLOCK_VECTORS; v++) sums[q][v] = load(f->target + corners[q] + v * LANES);
        for (int p = 0; p < used; p++) {
            if (inside)
                first_inside(planes[p] + (size_t)(2 * y - 2) * f->columns + 2 * x - 2, f->columns,
                             f->composed + (size_t)(4 * 2 + p) * 25 * C + g, sums);
            else
                for (int q = 0; q < 4; q++) first_border(f, planes[p], p, 2 * y + q / 2, 2 * x + q % 2, g, sums[q]);
        }
        for (int v = 0; v < BLOCK_VECTORS; v++) {
            for (int q = 0; q < 4; q++) {
                sums[q][v] = leaky(sums[q][v]);
                float *mean = f->mean + corners[q] + v * LANES;
                store(mean, support ? load(mean) + sums[q][v] : sums[q][v]);
            }
            vec largest = larger(larger(sums[0][v], sums[1][v]), larger(sums[2][v], sums[3][v]));
            store(pooled + g + v * LANES, largest);
            float *mean = f->pooled_mean + small + g + v * LANES;
            store(mean, support ? load(mean) + largest : largest);
        }
    }
}

static void scale(float *values, size_t count, float factor) {
    for (size_t n = 0; n < count; n += LANES) store(values + n, load(values + n) * splat(factor));
}

static void first(const tomos_first *f, int begin, int end) {
    const size_t line = (size_t)f->columns * C;
    for (int y = begin; y < end; y++) {
        for (int s = 0; s < f->supports; s++)
            for (int x = 0; x < f->columns / 2; x++) first_block(f, s, y, x);
        scale(f->mean + 2 * y * line, 2 * line, 1 / (float)f->supports);
        scale(f->pooled_mean + y * line / 2, line / 2, 1 / (float)f->supports);
    }
}

// ---- the small ones

static void widen(const float *planes, int count, int rows, int columns, const float *weights, const float *bias,
                  float *output, int begin, int end) {
    for (int y = begin; y < end; y++)
        for (int x = 0; x < columns; x++)
            for (int g = 0; g < C; g += LANES) {
                vec sum = bias ? load(bias + g) : splat(0);
                for (int p = 0; p < count; p++)
                    for (int tap = 0; tap < 9; tap++) {
                        int yy = y + tap / 3 - 1, xx = x + tap % 3 - 1;
                        if (yy < 0 || yy >= rows || xx < 0 || xx >= columns) continue;
                        sum += splat(planes[((size_t)p * rows + yy) * columns + xx]) * load(weights + (p * 9 + tap) * C + g);
                    }
                store(output + ((size_t)y * columns + x) * C + g, sum);
            }
}

static void max_pool(const float *input, int rows, int columns, float *output, float *sum, int begin, int end) {
    (void)rows;
    const size_t line = (size_t)columns * C;
    for (int y = begin; y < end; y++)
        for (int x = 0; x < columns / 2; x++) {
            const float *from = input + 2 * y * line + (size_t)2 * x * C;
            const size_t at = (size_t)y * line / 2 + (size_t)x * C;
            for (int g = 0; g < C; g += LANES) {
                vec largest = larger(larger(load(from + g), load(from + C + g)),
                                     larger(load(from + line + g), load(from + line + C + g)));
                store(output + at + g, largest);
                if (sum) store(sum + at + g, load(sum + at + g) + largest);
            }
        }
}

static void upsample(const float *input, int rows, int columns, float *output, int begin, int end) {
    for (int y = begin; y < end; y++) {
        float fy = (float)y * (float)(rows - 1) / (float)(2 * rows - 1);
        int y0 = (int)fy, y1 = y0 + 1 < rows ? y0 + 1 : y0;
        float wy = fy - (float)y0;
        for (int x = 0; x < 2 * columns; x++) {
            float fx = (float)x * (float)(columns - 1) / (float)(2 * columns - 1);
            int x0 = (int)fx, x1 = x0 + 1 < columns ? x0 + 1 : x0;
            float wx = fx - (float)x0;
            const float *a = input + ((size_t)y0 * columns + x0) * C, *b = input + ((size_t)y0 * columns + x1) * C;
            const float *c = input + ((size_t)y1 * columns + x0) * C, *d = input + ((size_t)y1 * columns + x1) * C;
            vec wa = splat((1 - wy) * (1 - wx)), wb = splat((1 - wy) * wx), wc = splat(wy * (1 - wx)), wd = splat(wy * wx);
            float *out = output + ((size_t)y * 2 * columns + x) * C;
            for (int g = 0; g < C; g += LANES)
                store(out + g, wa * load(a + g) + wb * load(b + g) + (wc * load(c + g) + wd * load(d + g)));
        }
    }
}

static void head(const float *input, const float *weights, float bias, float *output, size_t begin, size_t end) {
    for (size_t p = begin; p < end; p++) {
        vec sum = splat(0);
        for (int g = 0; g < C; g += LANES) sum += load(input + p * C + g) * load(weights + g);
        float total = bias;
        for (int l = 0; l < LANES; l++) total += sum[l];
        output[p] = total;
    }
}

static void add(const float *const *addends, int count, float factor, float *output, size_t begin, size_t end) {
    for (size_t n = begin; n < end; n += LANES) {
        vec sum = load(addends[0] + n);
        for (int a = 1; a < count; a++) sum += load(addends[a] + n);
        store(output + n, sum * splat(factor));
    }
}

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STRING_(a) #a
#define STRING(a) STRING_(a)

const tomos_kernels JOIN(tomos_kernels_, KERNEL_NAME) = {
    STRING(KERNEL_NAME), packed_size, pack, scratch_size, conv_units, conv, multiply_alone, first, widen, max_pool, upsample, head, add,
};
