// Norm, pooling, 1x1 convolutions and the optimiser; part of kernels.inc.h.

// ---- instance norm

// Voxels whose values are added up in float32 before they go into a sum in double precision.
enum { SUM_RUN = 64 };

static inline void add_lanes(vec sum, double *totals) {
    for (int l = 0; l < LANES; l++) totals[l] += (double)sum[l];
}

static void normalize(const float *map, size_t voxels, int channels, const float *gamma, const float *beta, float *scale,
                      float *shift, float *mean, float *inverse) {
    const float epsilon = 1e-5f;
    for (int g = 0; g < channels; g += LANES) {
        // Squares of differences from one value: their sums lose less than those of the values' squares.
        const vec around = load(map + g);
        double sums[LANES] = {0}, squares[LANES] = {0};
        for (size_t begin = 0; begin < voxels; begin += SUM_RUN) {
            size_t end = begin + SUM_RUN < voxels ? begin + SUM_RUN : voxels;
            vec sum = splat(0), square = splat(0), sum2 = splat(0), square2 = splat(0);
            size_t n = begin;
            for (; n + 1 < end; n += 2) {
                vec d = load(map + n * channels + g) - around, e = load(map + (n + 1) * channels + g) - around;
                sum += d, square += d * d, sum2 += e, square2 += e * e;
            }
            if (n < end) {
                vec d = load(map + n * channels + g) - around;
                sum += d, square += d * d;
            }
            add_lanes(sum + sum2, sums);
            add_lanes(square + square2, squares);
        }
        for (int l = 0; l < LANES; l++) {
            double m = sums[l] / (double)voxels, variance = squares[l] / (double)voxels - m * m;
            if (variance < 0) variance = 0;
            mean[g + l] = (float)((double)around[l] + m);
            inverse[g + l] = (float)(1 / __builtin_sqrt(variance + (double)epsilon));
            scale[g + l] = gamma[g + l] * inverse[g + l];
            shift[g + l] = beta[g + l] - scale[g + l] * mean[g + l];
        }
    }
}

// What of a gradient goes through leaky(value).
INLINE vec through(vec gradient, vec value) { return value > splat(0) ? gradient : gradient * splat(0.01f); }

static void normalize_back(const float *map, size_t voxels, int channels, const float *scale, const float *shift,
                           const float *mean, const float *inverse, float *gradient, float *gamma_gradient,
                           float *beta_gradient) {
    for (int g = 0; g < channels; g += LANES) {
        const vec a = load(scale + g), b = load(shift + g), m = load(mean + g), i = load(inverse + g);
        double plain[LANES] = {0}, weighted[LANES] = {0};
        for (size_t begin = 0; begin < voxels; begin += SUM_RUN) {
            size_t end = begin + SUM_RUN < voxels ? begin + SUM_RUN : voxels;
            vec sum = splat(0), product = splat(0);
            for (size_t n = begin; n < end; n++) {
                vec x = load(map + n * channels + g);
                vec d = through(load(gradient + n * channels + g), x * a + b);
                sum += d, product += d * (x - m);
            }
            add_lanes(sum, plain);
            add_lanes(product, weighted);
        }
        vec mean_gradient, slope;
        for (int l = 0; l < LANES; l++) {
            double w = weighted[l] * (double)i[l];
            beta_gradient[g + l] += (float)plain[l];
            gamma_gradient[g + l] += (float)w;
            mean_gradient[l] = (float)(plain[l] / (double)voxels);
            slope[l] = (float)(w / (double)voxels) * i[l];
        }
        for (size_t n = 0; n < voxels; n++) {
            vec x = load(map + n * channels + g);
            vec d = through(load(gradient + n * channels + g), x * a + b);
            store(gradient + n * channels + g, a * (d - mean_gradient - (x - m) * slope));
        }
    }
}

// ---- pooling

// Offsets, in floats, of the 4 or 8 values that one result is taken from.
static int pool_places(tomos_extent e, int deep, size_t *places) {
    const size_t line = (size_t)e.columns * e.channels, slice = line * e.rows;
    int count = 0;
    for (int z = 0; z <= deep; z++)
        for (int y = 0; y < 2; y++)
            for (int x = 0; x < 2; x++) places[count++] = z * slice + y * line + x * e.channels;
    return count;
}

INLINE size_t pool_corner(tomos_extent e, int deep, int z, int y, int x) {
    return (((size_t)(deep ? 2 * z : z) * e.rows + 2 * y) * e.columns + 2 * x) * e.channels;
}

static void pool(const tomos_source *s, tomos_extent e, int deep, float *output) {
    size_t places[8];
    const int count = pool_places(e, deep, places);
    for (int z = 0; z < (deep ? e.depth / 2 : e.depth); z++)
        for (int y = 0; y < e.rows / 2; y++)
            for (int x = 0; x < e.columns / 2; x++, output += e.channels) {
                const float *from = s->map + pool_corner(e, deep, z, y, x);
                for (int g = 0; g < e.channels; g += LANES) {
                    vec largest = activated(s, from, g);
                    for (int n = 1; n < count; n++) largest = larger(largest, activated(s, from + places[n], g));
                    store(output + g, largest);
                }
            }
}

static void pool_back(const tomos_source *s, tomos_extent e, int deep, const float *gradient, float *sum) {
    size_t places[8];
    const int count = pool_places(e, deep, places);
    for (int z = 0; z < (deep ? e.depth / 2 : e.depth); z++)
        for (int y = 0; y < e.rows / 2; y++)
            for (int x = 0; x < e.columns / 2; x++, gradient += e.channels) {
                const size_t corner = pool_corner(e, deep, z, y, x);
                for (int g = 0; g < e.channels; g += LANES) {
                    vec values[8], largest = activated(s, s->map + corner, g);
                    values[0] = largest;
                    for (int n = 1; n < count; n++) {
                        values[n] = activated(s, s->map + corner + places[n], g);
                        largest = larger(largest, values[n]);
                    }
                    vec left = load(gradient + g);
                    for (int n = 0; n < count; n++) {
                        float *to = sum + corner + places[n] + g;
                        store(to, load(to) + (values[n] == largest ? left : splat(0)));
                        left = values[n] == largest ? splat(0) : left;
                    }
                }
            }
}

// ---- 1x1 convolutions

// Rows that go through together, and the widest that they may be.
enum { MIX_ROWS = 24, MIX_CHANNELS = 512 };

// Activated values of rows begin ..< begin + count, zeros up to MIX_ROWS.
static void mix_gather(const tomos_source *s, size_t begin, int count, float *rows) {
    for (int r = 0; r < count; r++)
        for (int g = 0; g < s->channels; g += LANES)
            store(rows + (size_t)r * s->channels + g, activated(s, s->map + (begin + r) * s->channels, g));
    memset(rows + (size_t)count * s->channels, 0, (size_t)(MIX_ROWS - count) * s->channels * sizeof(float));
}

static void mix(const tomos_source *s, size_t voxels, const float *weights, const float *bias, int outputs, float *output,
                int adds) {
    float rows[MIX_ROWS * MIX_CHANNELS] __attribute__((aligned(64)));
    float sums[MIX_ROWS * MIX_CHANNELS] __attribute__((aligned(64)));
    for (size_t begin = 0; begin < voxels; begin += MIX_ROWS) {
        int count = voxels - begin < MIX_ROWS ? (int)(voxels - begin) : MIX_ROWS;
        mix_gather(s, begin, count, rows);
        product(rows, s->channels, 0, 1, s->channels, weights, outputs, sums, MIX_ROWS);
        for (int r = 0; r < count; r++)
            for (int g = 0; g < outputs; g += LANES) {
                vec value = load(sums + r * outputs + g) + (bias ? load(bias + g) : splat(0));
                float *to = output + (begin + r) * outputs + g;
                store(to, adds ? load(to) + value : value);
            }
    }
}

static void mix_weights(const tomos_source *s, size_t voxels, const float *gradient, int outputs, float *weights, float *bias) {
    float rows[MIX_ROWS * MIX_CHANNELS] __attribute__((aligned(64)));
    for (size_t begin = 0; begin < voxels; begin += MIX_ROWS) {
        int count = voxels - begin < MIX_ROWS ? (int)(voxels - begin) : MIX_ROWS;
        mix_gather(s, begin, count, rows);
        outer_product(rows, s->channels, s->channels, gradient + begin * outputs, outputs, count, weights, 0);
    }
    if (!bias) return;
    for (int g = 0; g < outputs; g += LANES) {
        double sums[LANES] = {0};
        for (size_t begin = 0; begin < voxels; begin += SUM_RUN) {
            size_t end = begin + SUM_RUN < voxels ? begin + SUM_RUN : voxels;
            vec sum = splat(0);
            for (size_t n = begin; n < end; n++) sum += load(gradient + n * outputs + g);
            add_lanes(sum, sums);
        }
        for (int l = 0; l < LANES; l++) bias[g + l] += (float)sums[l];
    }
}

// ---- optimiser

static void update(const tomos_adam *step, size_t count, const float *gradient, float *weights, float *first,
                   float *second, float *mean) {
    const vec b1 = splat(step->first), b2 = splat(step->second);
    const vec rate = splat(step->rate), decay = splat(step->rate * step->decay), keep = splat(step->keep);
    const vec c1 = splat(step->first_correction), c2 = splat(step->second_correction), tiny = splat(1e-8f);
    for (size_t n = 0; n < count; n += LANES) {
        vec g = load(gradient + n), w = load(weights + n);
        vec m = g + b1 * (load(first + n) - g), v = g * g + b2 * (load(second + n) - g * g);
        w = w - decay * w - rate * (m * c1) / (__builtin_elementwise_sqrt(v * c2) + tiny);
        store(first + n, m), store(second + n, v), store(weights + n, w);
        store(mean + n, w + keep * (load(mean + n) - w));
    }
}
