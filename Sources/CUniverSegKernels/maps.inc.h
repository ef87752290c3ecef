// Everything that is not a 3x3 convolution of 64 channels; part of kernels.inc.h.

// ---- first block

// The planes of a support that hold anything in a window: begin ..< end of image, label.
typedef struct {
    int begin, end;
} plane_range;

// totals[4][BLOCK_VECTORS] += the 5x5 kernels at the four pixels of a 2x2 block whose 6x6 window is inside the image.
static inline __attribute__((always_inline)) void first_inside(
    const tomos_first *f, const float *const planes[2], plane_range seen, size_t corner, int g,
    vec totals[4][BLOCK_VECTORS]) {
    // A copy of its own is what the compiler keeps in registers.
    vec sums[4][BLOCK_VECTORS];
    for (int q = 0; q < 4; q++)
        for (int v = 0; v < BLOCK_VECTORS; v++) sums[q][v] = totals[q][v];
    for (int p = seen.begin; p < seen.end; p++) {
        const float *window = planes[p] + corner, *weights = f->composed + (size_t)(4 * 2 + p) * 25 * C + g;
        for (int tap = 0; tap < 25; tap++) {
            const float *at = window + tap / 5 * f->columns + tap % 5;
            vec pixels[4] = {splat(at[0]), splat(at[1]), splat(at[f->columns]), splat(at[f->columns + 1])};
            for (int v = 0; v < BLOCK_VECTORS; v++) {
                vec w = load(weights + tap * C + v * LANES);
                for (int q = 0; q < 4; q++) sums[q][v] += pixels[q] * w;
            }
        }
    }
    for (int q = 0; q < 4; q++)
        for (int v = 0; v < BLOCK_VECTORS; v++) totals[q][v] = sums[q][v];
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

// One 2x2 block of one support: adds its activations to the mean's sums, stores the pooled one. Planes outside
// `seen` are zero here and add nothing; `inside` tells whether the block's window lies in the map.
static inline __attribute__((always_inline)) void first_block(
    const tomos_first *f, int support, int y, int x, int inside, plane_range seen) {
    const size_t plane = (size_t)f->rows * f->columns, line = (size_t)f->columns * C;
    const float *planes[2] = {f->images + support * plane, f->labels + support * plane};
    const size_t at = (size_t)2 * y * line + (size_t)2 * x * C, small = ((size_t)y * (f->columns / 2) + x) * C;
    float *pooled = f->pooled + support * (plane / 4) * C + small;
    for (int g = 0; g < C; g += BLOCK_FLOATS) {
        vec sums[4][BLOCK_VECTORS];
        const size_t corners[4] = {at + g, at + g + C, at + g + line, at + g + line + C};
        for (int q = 0; q < 4; q++)
            for (int v = 0; v < BLOCK_VECTORS; v++) sums[q][v] = load(f->target + corners[q] + v * LANES);
        if (inside)
            first_inside(f, planes, seen, (size_t)(2 * y - 2) * f->columns + 2 * x - 2, g, sums);
        else
            for (int p = seen.begin; p < seen.end; p++)
                for (int q = 0; q < 4; q++) first_border(f, planes[p], p, 2 * y + q / 2, 2 * x + q % 2, g, sums[q]);
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

// Blocks that go through all supports together: few enough that their share of mean and target stays in the first-level
// cache.
enum { RUN_BLOCKS = 16, RUN_COLUMNS = 2 * RUN_BLOCKS + 4 };

// Whether each column from 2 * left - 2 on holds anything in the rows that the blocks of row pair y look at.
static void mark_columns(const tomos_first *f, const float *plane, int y, int left, unsigned char *marks) {
    int top = y > 0 ? 2 * y - 2 : 0, bottom = 2 * y + 4 < f->rows ? 2 * y + 4 : f->rows;
    int shift = 2 * left - 2, begin = shift > 0 ? shift : 0;
    int end = shift + RUN_COLUMNS < f->columns ? shift + RUN_COLUMNS : f->columns;
    memset(marks, 0, RUN_COLUMNS);
    for (int row = top; row < bottom; row++)
        for (int x = begin; x < end; x++) marks[x - shift] |= plane[(size_t)row * f->columns + x] != 0;
}

static inline int any(const unsigned char *marks) {
    return marks[0] | marks[1] | marks[2] | marks[3] | marks[4] | marks[5];
}

// Blocks left ..< right of row pair y, for one support.
static void first_run(const tomos_first *f, int support, int y, int left, int right) {
    const size_t plane = (size_t)f->rows * f->columns;
    unsigned char marks[2][RUN_COLUMNS] = {{0}};
    mark_columns(f, f->images + support * plane, y, left, marks[0]);
    if (f->labelled[support]) mark_columns(f, f->labels + support * plane, y, left, marks[1]);
    for (int x = left; x < right; x++) {
        plane_range seen = {any(marks[0] + 2 * (x - left)) ? 0 : 1, any(marks[1] + 2 * (x - left)) ? 2 : 1};
        if (y > 0 && y < f->rows / 2 - 1 && x > 0 && x < f->columns / 2 - 1)
            first_block(f, support, y, x, 1, seen);
        else
            first_block(f, support, y, x, 0, seen);
    }
}

static void first(const tomos_first *f, int begin, int end) {
    const size_t line = (size_t)f->columns * C;
    const int across = f->columns / 2;
    for (int y = begin; y < end; y++) {
        for (int left = 0; left < across; left += RUN_BLOCKS) {
            const int right = left + RUN_BLOCKS < across ? left + RUN_BLOCKS : across;
            for (int s = 0; s < f->supports; s++) first_run(f, s, y, left, right);
        }
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
