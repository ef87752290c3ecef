// 3x3 convolutions, part of kernels.inc.h.
//
// Winograd F(4x4, 3x3): Lavin and Gray, "Fast algorithms for convolutional neural networks" (CVPR 2016). A 6x6 window
// of input becomes 36 values per channel, multiplied by 36 transformed 64x64 matrices, and 36 sums become 4x4
// outputs: 2.25 multiplications per output and channel pair instead of 9.

enum {
    UNIT_TILES = 12,                  // 4x4 tiles in a unit of work
    TILES = 24,                       // tiles that go through together: two units, where the range has them
    BLOCK_TILES = 6,                  // tiles in the GEMM's register block
    POINTS = 36,                      // values of a transformed tile
    ROW_PAD = 16,                     // keeps the 36 store streams off one cache set
};

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
            UNROLL
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

static const float zeros[C] __attribute__((aligned(64)));

// Six rows of a map that the windows of one row of tiles look at; what lies outside is a row of zeros.
typedef struct {
    const float *line[6];
    size_t step[6];  // floats from one pixel to the next
    int columns;
} window_rows;

static inline window_rows rows_around(const tomos_conv *c, const float *map, int top) {
    window_rows w = {.columns = c->columns};
    UNROLL
    for (int r = 0; r < 6; r++) {
        int y = top - 1 + r, inside = y >= 0 && y < c->rows;
        w.line[r] = inside ? map + (size_t)y * c->columns * C : zeros;
        w.step[r] = inside ? C : 0;
    }
    return w;
}

// t[.][x] = B^T d for column `column` of the map.
static inline __attribute__((always_inline)) void window_column(
    const window_rows *w, int column, int g, vec t[6][6], int x) {
    if (column < 0 || column >= w->columns) {
        UNROLL
        for (int r = 0; r < 6; r++) t[r][x] = splat(0);
        return;
    }
    vec d[6];
    UNROLL
    for (int r = 0; r < 6; r++) d[r] = load(w->line[r] + column * w->step[r] + g);
    input_column(d[0], d[1], d[2], d[3], d[4], d[5], &t[0][x], &t[1][x], &t[2][x], &t[3][x], &t[4][x], &t[5][x]);
}

// `count` windows side by side from column `left` on, 64 channels -> 36 rows each, `plane` floats apart; the next
// window's `stride` floats further. Neighbours share two columns, which are transformed once.
static void transform_input(const window_rows *w, int left, int count, float *values, int stride, size_t plane) {
    for (int g = 0; g < C; g += LANES) {
        vec t[6][6];
        float *to = values + g;
        window_column(w, left - 1, g, t, 0);
        window_column(w, left, g, t, 1);
        for (int n = 0, at = left + 1; n < count; n++, at += 4, to += stride) {
            UNROLL
            for (int x = 0; x < 4; x++) window_column(w, at + x, g, t, 2 + x);
            UNROLL
            for (int y = 0; y < 6; y++) {
                vec r[6], *q = t[y];
                input_column(q[0], q[1], q[2], q[3], q[4], q[5], r, r + 1, r + 2, r + 3, r + 4, r + 5);
                UNROLL
                for (int x = 0; x < 6; x++) store(to + (size_t)(6 * y + x) * plane, r[x]);
                q[0] = q[4];
                q[1] = q[5];
            }
        }
    }
}

// ---- matrix product

// `tiles` rows [tile][channels] become [tile][64] in place: rows * weights [channels][64]. One line of `next` a step is
// fetched to the second-level cache, which the weights of a layer of 128 channels do not fit.
static inline __attribute__((always_inline)) void multiply_tiles(
    float *rows, int tiles, int channels, const float *weights, const float *next) {
#if LANES * BLOCK_VECTORS < 64
    // Several passes over the outputs: the rows must outlive the first.
    float copy[BLOCK_TILES * 2 * C] __attribute__((aligned(64)));
    memcpy(copy, rows, sizeof(float) * tiles * channels);
    const float *from = copy;
#else
    const float *from = rows;
#endif
    for (int g = 0; g < C; g += BLOCK_FLOATS) {
        vec sums[BLOCK_TILES][BLOCK_VECTORS];
        for (int t = 0; t < tiles; t++)
            for (int v = 0; v < BLOCK_VECTORS; v++) sums[t][v] = splat(0);
        for (int k = 0; k < channels; k++) {
            vec w[BLOCK_VECTORS];
            if (g == 0) __builtin_prefetch(next + k * 16, 0, 2);
            for (int v = 0; v < BLOCK_VECTORS; v++) w[v] = load(weights + (size_t)k * C + g + v * LANES);
            for (int t = 0; t < tiles; t++) {
                vec x = splat(from[t * channels + k]);
                for (int v = 0; v < BLOCK_VECTORS; v++) sums[t][v] += x * w[v];
            }
        }
        for (int t = 0; t < tiles; t++)
            for (int v = 0; v < BLOCK_VECTORS; v++) store(rows + t * channels + g + v * LANES, sums[t][v]);
    }
}

static void multiply(float *rows, int channels, const float *weights, const float *next) {
    multiply_tiles(rows, BLOCK_TILES, channels, weights, next);
}

// What a number of tiles leaves over: maps of 4^n tiles leave four.
static void multiply_rest(float *rows, int tiles, int channels, const float *weights, const float *next) {
    if (tiles == 4) return multiply_tiles(rows, 4, channels, weights, next);
    for (int t = 0; t < tiles; t++) multiply_tiles(rows + (size_t)t * channels, 1, channels, weights, next);
}

// ---- convolution

static size_t plane_size(int channels) { return (size_t)TILES * channels + ROW_PAD; }
static size_t scratch_size(void) { return POINTS * plane_size(2 * C); }
static int conv_units(int rows, int columns) { return (rows * columns / 16 + UNIT_TILES - 1) / UNIT_TILES; }

// Tiles first ..< first + count into `values`, row of tiles by row of tiles.
static void gather(const tomos_conv *c, int first, int count, int channels, float *values) {
    const int across = c->columns / 4;
    for (int done = 0, run; done < count; done += run) {
        int row = (first + done) / across, column = (first + done) % across;
        run = across - column < count - done ? across - column : count - done;
        for (int half = 0; half < channels / C; half++) {
            window_rows w = rows_around(c, half ? c->input2 : c->input, 4 * row);
            transform_input(&w, 4 * column, run, values + (size_t)done * channels + half * C, channels,
                            plane_size(channels));
        }
    }
}

// 36 sums of one tile -> 4x4 outputs, with everything that follows the convolution. What there is to do is known when
// this is compiled, so that the innermost loop decides nothing.
static inline __attribute__((always_inline)) void scatter_as(
    const tomos_conv *c, int tile, int channels, const float *sums, int added, int activate, int stored, int summed) {
    int top = tile / (c->columns / 4) * 4, left = tile % (c->columns / 4) * 4;
    size_t plane = plane_size(channels);
    for (int g = 0; g < C; g += LANES) {
        vec bias = c->bias ? load(c->bias + g) : splat(0), t[24];
        UNROLL
        for (int x = 0; x < 6; x++) {
            const float *m = sums + (size_t)x * plane + g;
            output_column(load(m), load(m + 6 * plane), load(m + 12 * plane), load(m + 18 * plane), load(m + 24 * plane),
                          load(m + 30 * plane), t + x, t + 6 + x, t + 12 + x, t + 18 + x);
        }
        UNROLL
        for (int y = 0; y < 4; y++) {
            vec *q = t + 6 * y, o[4];
            output_column(q[0], q[1], q[2], q[3], q[4], q[5], o, o + 1, o + 2, o + 3);
            size_t at = ((size_t)(top + y) * c->columns + left) * C + g;
            UNROLL
            for (int x = 0; x < 4; x++, at += C) {
                vec value = o[x] + bias;
                if (added) value += load(c->addend + at);
                if (activate) value = leaky(value);
                if (stored) store(c->output + at, value);
                if (summed) store(c->sum + at, load(c->sum + at) + value);
            }
        }
    }
}

static void scatter(const tomos_conv *c, int first, int count, int channels, const float *sums) {
    const int kind = (c->addend != 0) << 3 | (c->activate != 0) << 2 | (c->output != 0) << 1 | (c->sum != 0);
    for (int t = 0; t < count; t++, first++, sums += channels) switch (kind) {
        case 10: scatter_as(c, first, channels, sums, 1, 0, 1, 0); break;  // z_i
        case 6: scatter_as(c, first, channels, sums, 0, 1, 1, 0); break;   // t'
        case 7: scatter_as(c, first, channels, sums, 0, 1, 1, 1); break;   // s_i' and its mean
        case 5: scatter_as(c, first, channels, sums, 0, 1, 0, 1); break;   // the mean alone
        default: scatter_as(c, first, channels, sums, c->addend != 0, c->activate, c->output != 0, c->sum != 0);
    }
}

static void conv(const tomos_conv *c, int begin, int end, float *scratch) {
    const int channels = c->input2 ? 2 * C : C, tiles = c->rows * c->columns / 16;
    const int last = end * UNIT_TILES < tiles ? end * UNIT_TILES : tiles;
    const size_t plane = plane_size(channels);
    for (int first = begin * UNIT_TILES; first < last; first += TILES) {
        const int count = last - first < TILES ? last - first : TILES, whole = count / BLOCK_TILES * BLOCK_TILES;
        gather(c, first, count, channels, scratch);
        for (int p = 0; p < POINTS; p++) {
            float *rows = scratch + p * plane;
            const float *weights = c->weights + (size_t)p * channels * C;
            // Each block fetches a fourth of the next point's weights; after the last point come the first's again.
            const float *next = p + 1 < POINTS ? weights + (size_t)channels * C : c->weights;
            for (int t = 0; t < whole; t += BLOCK_TILES, next += 16 * channels)
                multiply(rows + (size_t)t * channels, channels, weights, next);
            if (whole < count) multiply_rest(rows + (size_t)whole * channels, count - whole, channels, weights, next);
        }
        scatter(c, first, count, channels, scratch);
    }
}
