// The oracle: the definitions written down as loops, one multiplication after another. Nothing here is fast.
#include "kernels.h"

enum { C = TOMOS_CHANNELS };

static float leaky(float x) { return x > 0 ? x : 0.01f * x; }

static size_t packed_size(int channels) { return (size_t)9 * channels * C; }

// [3][3][channels][64]
static void pack(const float *weights, int stride, int first, int channels, float *packed) {
    for (int tap = 0; tap < 9; tap++)
        for (int i = 0; i < channels; i++)
            for (int o = 0; o < C; o++)
                packed[((size_t)tap * channels + i) * C + o] = weights[((size_t)o * stride + first + i) * 9 + tap];
}

static size_t scratch_size(void) { return 16; }
static int conv_units(int rows, int columns) {
    (void)columns;
    return rows;
}

static void accumulate(const float *pixel, const float *weights, float *sums) {
    for (int i = 0; i < C; i++)
        for (int o = 0; o < C; o++) sums[o] += pixel[i] * weights[i * C + o];
}

static void conv(const tomos_conv *c, int begin, int end, float *scratch) {
    (void)scratch;
    const int channels = c->input2 ? 2 * C : C;
    for (int y = begin; y < end; y++)
        for (int x = 0; x < c->columns; x++) {
            float sums[C] = {0};
            for (int tap = 0; tap < 9; tap++) {
                int yy = y + tap / 3 - 1, xx = x + tap % 3 - 1;
                if (yy < 0 || yy >= c->rows || xx < 0 || xx >= c->columns) continue;
                size_t at = ((size_t)yy * c->columns + xx) * C;
                const float *weights = c->weights + (size_t)tap * channels * C;
                accumulate(c->input + at, weights, sums);
                if (c->input2) accumulate(c->input2 + at, weights + C * C, sums);
            }
            size_t at = ((size_t)y * c->columns + x) * C;
            for (int o = 0; o < C; o++) {
                float value = sums[o] + (c->bias ? c->bias[o] : 0) + (c->addend ? c->addend[at + o] : 0);
                if (c->activate) value = leaky(value);
                if (c->output) c->output[at + o] = value;
                if (c->sum) c->sum[at + o] += value;
            }
        }
}

// One support's activated value at one pixel, by the composed 5x5 kernel of the pixel's border case.
static void first_pixel(const tomos_first *f, int support, int y, int x, float *out) {
    int border = (y == 0 ? 0 : y == f->rows - 1 ? 2 : 1) * 3 + (x == 0 ? 0 : x == f->columns - 1 ? 2 : 1);
    size_t plane = (size_t)f->rows * f->columns;
    const float *target = f->target + ((size_t)y * f->columns + x) * C;
    for (int o = 0; o < C; o++) out[o] = target[o];
    for (int p = 0; p < 2; p++) {
        const float *values = (p ? f->labels : f->images) + support * plane;
        for (int tap = 0; tap < 25; tap++) {
            int yy = y + tap / 5 - 2, xx = x + tap % 5 - 2;
            if (yy < 0 || yy >= f->rows || xx < 0 || xx >= f->columns) continue;
            const float *weights = f->composed + ((size_t)(border * 2 + p) * 25 + tap) * C;
            for (int o = 0; o < C; o++) out[o] += values[(size_t)yy * f->columns + xx] * weights[o];
        }
    }
    for (int o = 0; o < C; o++) out[o] = leaky(out[o]);
}

static void first(const tomos_first *f, int begin, int end) {
    size_t half = (size_t)(f->rows / 2) * (f->columns / 2) * C;
    for (int y = begin; y < end; y++)
        for (int x = 0; x < f->columns / 2; x++) {
            size_t small = ((size_t)y * (f->columns / 2) + x) * C;
            float means[4][C] = {{0}}, pooled_mean[C] = {0};
            for (int s = 0; s < f->supports; s++) {
                float values[4][C];
                for (int q = 0; q < 4; q++) {
                    first_pixel(f, s, 2 * y + q / 2, 2 * x + q % 2, values[q]);
                    for (int o = 0; o < C; o++) means[q][o] += values[q][o];
                }
                for (int o = 0; o < C; o++) {
                    float top = values[0][o] > values[1][o] ? values[0][o] : values[1][o];
                    float bottom = values[2][o] > values[3][o] ? values[2][o] : values[3][o];
                    float largest = top > bottom ? top : bottom;
                    f->pooled[s * half + small + o] = largest;
                    pooled_mean[o] += largest;
                }
            }
            for (int o = 0; o < C; o++) {
                f->pooled_mean[small + o] = pooled_mean[o] / (float)f->supports;
                for (int q = 0; q < 4; q++)
                    f->mean[((size_t)(2 * y + q / 2) * f->columns + 2 * x + q % 2) * C + o] = means[q][o] / (float)f->supports;
            }
        }
}

static void widen(const float *planes, int count, int rows, int columns, const float *weights, const float *bias,
                  float *output, int begin, int end) {
    for (int y = begin; y < end; y++)
        for (int x = 0; x < columns; x++) {
            float *out = output + ((size_t)y * columns + x) * C;
            for (int o = 0; o < C; o++) out[o] = bias ? bias[o] : 0;
            for (int p = 0; p < count; p++)
                for (int tap = 0; tap < 9; tap++) {
                    int yy = y + tap / 3 - 1, xx = x + tap % 3 - 1;
                    if (yy < 0 || yy >= rows || xx < 0 || xx >= columns) continue;
                    float value = planes[((size_t)p * rows + yy) * columns + xx];
                    for (int o = 0; o < C; o++) out[o] += value * weights[(p * 9 + tap) * C + o];
                }
        }
}

static void max_pool(const float *input, int rows, int columns, float *output, float *sum, int begin, int end) {
    (void)rows;
    for (int y = begin; y < end; y++)
        for (int x = 0; x < columns / 2; x++)
            for (int o = 0; o < C; o++) {
                const float *from = input + ((size_t)2 * y * columns + 2 * x) * C + o;
                float top = from[0] > from[C] ? from[0] : from[C];
                const float *below = from + (size_t)columns * C;
                float bottom = below[0] > below[C] ? below[0] : below[C];
                size_t at = ((size_t)y * (columns / 2) + x) * C + o;
                output[at] = top > bottom ? top : bottom;
                if (sum) sum[at] += output[at];
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
            for (int o = 0; o < C; o++) {
                float a = input[((size_t)y0 * columns + x0) * C + o], b = input[((size_t)y0 * columns + x1) * C + o];
                float c = input[((size_t)y1 * columns + x0) * C + o], d = input[((size_t)y1 * columns + x1) * C + o];
                output[((size_t)y * 2 * columns + x) * C + o] =
                    (1 - wy) * ((1 - wx) * a + wx * b) + wy * ((1 - wx) * c + wx * d);
            }
        }
    }
}

static void head(const float *input, const float *weights, float bias, float *output, size_t begin, size_t end) {
    for (size_t p = begin; p < end; p++) {
        float sum = bias;
        for (int i = 0; i < C; i++) sum += input[p * C + i] * weights[i];
        output[p] = sum;
    }
}

static void add(const float *const *addends, int count, float factor, float *output, size_t begin, size_t end) {
    for (size_t n = begin; n < end; n++) {
        float sum = addends[0][n];
        for (int a = 1; a < count; a++) sum += addends[a][n];
        output[n] = sum * factor;
    }
}

const tomos_kernels tomos_kernels_plain = {
    "plain", packed_size, pack, scratch_size, conv_units, conv, 0, first, widen, max_pool, upsample, head, add,
};
