// Convolutions of 3x3 in the plane and 1 or 3 taps along the depth; part of kernels.inc.h.
//
// Winograd F(4x4, 3x3) in the plane: Lavin and Gray, "Fast algorithms for convolutional neural networks" (CVPR 2016). A
// 6x6 window becomes 36 values per channel (V = B^T d B), multiplied by 36 transformed matrices (U = G g G^T), and 36
// sums become 4x4 outputs (A^T m A). Along the depth the products are added up before they are transformed back. The
// gradient of the weights is G^T (V x (A dy A^T)) G: the transposed of the same steps.

enum { POINTS = 36, ROW_PAD = 16, TILE = 4 };

// ---- blocks of work

// Tiles and slices that go through together.
typedef struct {
    int tiles, slices;        // in a block
    int across, all;          // tiles in a row, in a slice
    int halo;                 // slices before and after that are looked at
    int inputs, outputs;      // floats of a row
    size_t rows;              // of products: tiles * slices, up to a multiple of ROW_GROUP
    size_t input_plane, output_plane;
} block_plan;

static int parts(int count, int most) { return (count + most - 1) / most; }
static int at_most(int a, int b) { return a < b ? a : b; }
static int at_least(int a, int b) { return a > b ? a : b; }
// The largest part when so many are divided evenly into parts of at most `most`.
static int even_part(int count, int most) { return parts(count, parts(count, at_least(most, 1))); }

static int channels_of(const tomos_convolution *c) { return c->sources[0].channels + c->sources[1].channels; }
static int outputs_of(const tomos_convolution *c) { return c->output_channels[0] + c->output_channels[1]; }

static block_plan plan_blocks(const tomos_convolution *c) {
    // What a block takes is to stay in the second-level cache.
    enum { ROOM = 200000 };
    block_plan b = {.across = parts(c->columns, TILE), .halo = c->taps / 2, .inputs = channels_of(c), .outputs = outputs_of(c)};
    b.all = b.across * parts(c->rows, TILE);
    int rows = at_least(ROOM / (POINTS * (b.inputs + b.outputs)), ROW_GROUP);
    if (b.halo) {
        b.slices = even_part(c->depth, 10);
        b.tiles = even_part(b.all, rows / (b.slices + 2));
    } else {
        b.tiles = even_part(b.all, rows);
        b.slices = even_part(c->depth, rows / b.tiles);
    }
    b.rows = (size_t)parts(b.tiles * b.slices, ROW_GROUP) * ROW_GROUP;
    b.input_plane = (b.rows + 2 * (size_t)b.halo * b.tiles) * b.inputs + ROW_PAD;
    b.output_plane = b.rows * b.outputs + ROW_PAD;
    return b;
}

// ---- weights

static const float G[6][3] = {
    {1.0f / 4, 0, 0}, {-1.0f / 6, -1.0f / 6, -1.0f / 6}, {-1.0f / 6, 1.0f / 6, -1.0f / 6},
    {1.0f / 24, 1.0f / 12, 1.0f / 6}, {1.0f / 24, -1.0f / 12, 1.0f / 6}, {0, 0, 1},
};

static size_t packed_size(int taps, int used, int outputs) { return (size_t)POINTS * taps * used * outputs; }

// U = G g G^T, packed [36][taps][used][outputs].
static void pack(const float *weights, int taps, int used, int outputs, float *packed) {
    const size_t matrix = (size_t)used * outputs;
    for (int tap = 0; tap < taps; tap++)
        for (size_t n = 0; n < matrix; n += LANES) {
            vec rows[6][3];
            const float *g = weights + 9 * tap * matrix + n;
            UNROLL
            for (int x = 0; x < 3; x++) {
                vec g0 = load(g + x * matrix), g1 = load(g + (3 + x) * matrix), g2 = load(g + (6 + x) * matrix);
                UNROLL
                for (int a = 0; a < 6; a++) rows[a][x] = splat(G[a][0]) * g0 + splat(G[a][1]) * g1 + splat(G[a][2]) * g2;
            }
            UNROLL
            for (int a = 0; a < 6; a++) {
                UNROLL
                for (int b = 0; b < 6; b++)
                    store(packed + ((size_t)(6 * a + b) * taps + tap) * matrix + n,
                          splat(G[b][0]) * rows[a][0] + splat(G[b][1]) * rows[a][1] + splat(G[b][2]) * rows[a][2]);
            }
        }
}

static void pack_turned(const float *weights, int taps, int used, int outputs, float *turned, float *packed) {
    const int places = 9 * taps;
    const size_t matrix = (size_t)used * outputs;
    for (int place = 0; place < places; place++) {
        const float *from = weights + (places - 1 - place) * matrix;
        float *to = turned + place * matrix;
        for (int o = 0; o < outputs; o += 16)
            for (int i = 0; i < used; i++)
                for (int n = 0; n < 16; n++) to[(size_t)(o + n) * used + i] = from[(size_t)i * outputs + o + n];
    }
    pack(turned, taps, outputs, used, packed);
}

// ---- transforms

// r = B^T d for one column of a 6x6 tile.
INLINE void input_column(const vec d[6], vec *r, int step) {
    vec four = splat(4), five = splat(5), two = splat(2);
    vec even = d[4] - four * d[2], odd = d[3] - four * d[1];
    vec outer = d[4] - d[2], inner = d[3] - d[1];
    r[0] = four * d[0] + (d[4] - five * d[2]);
    r[step] = even + odd;
    r[2 * step] = even - odd;
    r[3 * step] = outer + two * inner;
    r[4 * step] = outer - two * inner;
    r[5 * step] = four * d[1] + (d[5] - five * d[3]);
}

// o = A^T m for one column.
INLINE void output_column(const vec m[6], vec *o, int step) {
    vec a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    o[0] = m[0] + (a + c);
    o[step] = b + splat(2) * d;
    o[2 * step] = a + splat(4) * c;
    o[3 * step] = m[5] + (b + splat(8) * d);
}

// e = A d for one column of a 4x4 tile.
INLINE void gradient_column(const vec d[4], vec *e, int step) {
    vec even = d[0] + d[2], odd = d[1] + d[3];
    vec even2 = d[0] + splat(4) * d[2], odd2 = splat(2) * d[1] + splat(8) * d[3];
    e[0] = d[0];
    e[step] = even + odd;
    e[2 * step] = even - odd;
    e[3 * step] = even2 + odd2;
    e[4 * step] = even2 - odd2;
    e[5 * step] = d[3];
}

// One column of the window whose top left is (top - 1, .), transformed: t[.][x].
INLINE void window_column(const tomos_source *s, const float *slice, int rows, int columns, int top, int column, int g,
                          vec *t) {
    vec d[6];
    if (column < 0 || column >= columns) {
        UNROLL
        for (int r = 0; r < 6; r++) t[6 * r] = splat(0);
        return;
    }
    const size_t line = (size_t)columns * s->channels;
    const float *at = slice + (ptrdiff_t)(top - 1) * (ptrdiff_t)line + (size_t)column * s->channels;
    if (top > 0 && top + 5 <= rows) {
        UNROLL
        for (int r = 0; r < 6; r++) d[r] = activated(s, at + r * line, g);
    } else {
        UNROLL
        for (int r = 0; r < 6; r++) {
            int y = top - 1 + r;
            d[r] = y >= 0 && y < rows ? activated(s, at + r * line, g) : splat(0);
        }
    }
    input_column(d, t, 6);
}

// `count` windows side by side from tile column `left` on -> 36 rows each, `plane` floats apart; the next window's
// `stride` floats further. Neighbours share two columns, which are transformed once.
static void window_run(const tomos_source *s, const float *slice, int rows, int columns, int top, int left, int count,
                       float *values, size_t stride, size_t plane) {
    for (int g = 0; g < s->channels; g += LANES) {
        vec t[36];
        float *to = values + g;
        window_column(s, slice, rows, columns, top, left - 1, g, t);
        window_column(s, slice, rows, columns, top, left, g, t + 1);
        for (int n = 0, at = left + 1; n < count; n++, at += TILE, to += stride) {
            UNROLL
            for (int x = 0; x < 4; x++) window_column(s, slice, rows, columns, top, at + x, g, t + 2 + x);
            UNROLL
            for (int y = 0; y < 6; y++) {
                vec r[6], *q = t + 6 * y;
                input_column(q, r, 1);
                UNROLL
                for (int x = 0; x < 6; x++) store(to + (size_t)(6 * y + x) * plane, r[x]);
                q[0] = q[4];
                q[1] = q[5];
            }
        }
    }
}

static void clear_rows(float *values, size_t floats, size_t plane) {
    for (int p = 0; p < POINTS; p++) memset(values + p * plane, 0, floats * sizeof(float));
}

// Windows of tiles first ..< first + count in slices begin - halo ..< begin + slices + halo.
static void gather(const tomos_convolution *c, const block_plan *b, int begin, int slices, int first, int count,
                   float *values) {
    const size_t area = (size_t)c->rows * c->columns;
    for (int z = begin - b->halo; z < begin + slices + b->halo; z++, values += (size_t)count * b->inputs) {
        if (z < 0 || z >= c->depth) {
            clear_rows(values, (size_t)count * b->inputs, b->input_plane);
            continue;
        }
        for (int done = 0, run; done < count; done += run) {
            int row = (first + done) / b->across, column = (first + done) % b->across;
            run = at_most(b->across - column, count - done);
            float *to = values + (size_t)done * b->inputs;
            for (int n = 0; n < 2; to += c->sources[n].channels, n++) {
                const tomos_source *s = &c->sources[n];
                if (s->channels == 0) continue;
                window_run(s, s->map + (size_t)z * area * s->channels, c->rows, c->columns, TILE * row, TILE * column, run,
                           to, b->inputs, b->input_plane);
            }
        }
    }
}

// 36 sums of one tile -> up to 4x4 values of `channels` channels at `to`, the top left of the tile.
INLINE void scatter_tile(const float *sums, size_t plane, int channels, float *to, size_t line, int height, int width,
                         int adds) {
    for (int g = 0; g < channels; g += LANES) {
        vec t[24];
        UNROLL
        for (int x = 0; x < 6; x++) {
            vec m[6];
            UNROLL
            for (int y = 0; y < 6; y++) m[y] = load(sums + (size_t)(6 * y + x) * plane + g);
            output_column(m, t + x, 6);
        }
        UNROLL
        for (int y = 0; y < TILE; y++) {
            vec o[4];
            output_column(t + 6 * y, o, 1);
            float *at = to + y * line + g;
            UNROLL
            for (int x = 0; x < TILE; x++, at += channels)
                if (y < height && x < width) store(at, adds ? load(at) + o[x] : o[x]);
        }
    }
}

static void scatter(const tomos_convolution *c, const block_plan *b, int begin, int slices, int first, int count,
                    const float *sums) {
    for (int z = begin; z < begin + slices; z++)
        for (int tile = first; tile < first + count; tile++, sums += b->outputs) {
            int top = tile / b->across * TILE, left = tile % b->across * TILE;
            int height = at_most(TILE, c->rows - top), width = at_most(TILE, c->columns - left);
            const float *from = sums;
            for (int n = 0; n < 2; from += c->output_channels[n], n++) {
                const int channels = c->output_channels[n];
                if (channels == 0) continue;
                const size_t line = (size_t)c->columns * channels;
                float *to = c->outputs[n] + ((size_t)z * c->rows + top) * line + (size_t)left * channels;
                scatter_tile(from, b->output_plane, channels, to, line, height, width, c->adds[n]);
            }
        }
}

// ---- convolution

static size_t scratch_size(const tomos_convolution *c) {
    block_plan b = plan_blocks(c);
    return POINTS * (b.input_plane + b.output_plane);
}

static void convolve(const tomos_convolution *c, float *scratch) {
    const block_plan b = plan_blocks(c);
    float *values = scratch, *sums = scratch + POINTS * b.input_plane;
    for (int first = 0; first < b.all; first += b.tiles)
        for (int begin = 0; begin < c->depth; begin += b.slices) {
            int count = at_most(b.tiles, b.all - first), slices = at_most(b.slices, c->depth - begin);
            gather(c, &b, begin, slices, first, count, values);
            for (int p = 0; p < POINTS; p++)
                product(values + p * b.input_plane, b.inputs, (size_t)count * b.inputs, c->taps, c->used,
                        c->weights + (size_t)p * c->taps * c->used * b.outputs, b.outputs, sums + p * b.output_plane,
                        parts(count * slices, ROW_GROUP) * ROW_GROUP);
            scatter(c, &b, begin, slices, first, count, sums);
        }
}

// ---- the gradient of the weights

static size_t weights_scratch_size(const tomos_convolution *c) {
    block_plan b = plan_blocks(c);
    return scratch_size(c) + packed_size(c->taps, b.inputs, b.outputs);
}

// A dy A^T of one tile.
INLINE void gradient_tile(const float *from, size_t line, int channels, int height, int width, float *values, size_t plane) {
    for (int g = 0; g < channels; g += LANES) {
        vec t[24];
        UNROLL
        for (int x = 0; x < TILE; x++) {
            vec d[4];
            UNROLL
            for (int y = 0; y < TILE; y++)
                d[y] = y < height && x < width ? load(from + y * line + (size_t)x * channels + g) : splat(0);
            gradient_column(d, t + x, 4);
        }
        UNROLL
        for (int y = 0; y < 6; y++) {
            vec e[6];
            gradient_column(t + 4 * y, e, 1);
            UNROLL
            for (int x = 0; x < 6; x++) store(values + (size_t)(6 * y + x) * plane + g, e[x]);
        }
    }
}

static void gather_gradient(const tomos_convolution *c, const block_plan *b, const float *gradient, int begin,
                            int slices, int first, int count, float *values) {
    const size_t line = (size_t)c->columns * b->outputs;
    for (int z = begin; z < begin + slices; z++)
        for (int tile = first; tile < first + count; tile++, values += b->outputs) {
            int top = tile / b->across * TILE, left = tile % b->across * TILE;
            const float *from = gradient + ((size_t)z * c->rows + top) * line + (size_t)left * b->outputs;
            gradient_tile(from, line, b->outputs, at_most(TILE, c->rows - top), at_most(TILE, c->columns - left), values,
                          b->output_plane);
        }
}

// weights [taps][3][3][used][outputs] += G^T u G of [36][taps][inputs][outputs].
static void unpack(const float *packed, int taps, int inputs, int used, int outputs, float *weights) {
    const size_t matrix = (size_t)used * outputs, packed_matrix = (size_t)inputs * outputs;
    for (int tap = 0; tap < taps; tap++)
        for (size_t n = 0; n < matrix; n += LANES) {
            vec rows[3][6];
            UNROLL
            for (int b = 0; b < 6; b++) {
                vec u[6];
                UNROLL
                for (int a = 0; a < 6; a++) u[a] = load(packed + ((size_t)(6 * a + b) * taps + tap) * packed_matrix + n);
                UNROLL
                for (int y = 0; y < 3; y++) {
                    rows[y][b] = splat(G[0][y]) * u[0];
                    UNROLL
                    for (int a = 1; a < 6; a++) rows[y][b] += splat(G[a][y]) * u[a];
                }
            }
            UNROLL
            for (int y = 0; y < 3; y++) {
                UNROLL
                for (int x = 0; x < 3; x++) {
                    float *to = weights + (size_t)(9 * tap + 3 * y + x) * matrix + n;
                    vec sum = load(to);
                    UNROLL
                    for (int b = 0; b < 6; b++) sum += splat(G[b][x]) * rows[y][b];
                    store(to, sum);
                }
            }
        }
}

static void convolve_weights(const tomos_convolution *c, const float *gradient, float *weights, float *scratch) {
    const block_plan b = plan_blocks(c);
    float *values = scratch, *changes = scratch + POINTS * b.input_plane, *packed = changes + POINTS * b.output_plane;
    const size_t matrix = (size_t)b.inputs * b.outputs;
    for (int first = 0; first < b.all; first += b.tiles)
        for (int begin = 0; begin < c->depth; begin += b.slices) {
            int count = at_most(b.tiles, b.all - first), slices = at_most(b.slices, c->depth - begin);
            gather(c, &b, begin, slices, first, count, values);
            gather_gradient(c, &b, gradient, begin, slices, first, count, changes);
            for (int p = 0; p < POINTS; p++)
                for (int tap = 0; tap < c->taps; tap++)
                    outer_product(values + p * b.input_plane + (size_t)tap * count * b.inputs, b.inputs, b.inputs,
                                  changes + p * b.output_plane, b.outputs, count * slices,
                                  packed + ((size_t)p * c->taps + tap) * matrix, first == 0 && begin == 0);
        }
    unpack(packed, c->taps, b.inputs, c->used, b.outputs, weights);
}
