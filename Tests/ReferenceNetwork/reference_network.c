#include "reference_network.h"

#include <stdlib.h>
#include <string.h>

enum { C = 64, BLOCK = 16, PIXELS = 4 };

// A map [size][size][channels].
typedef struct {
    int size, channels;
    double *values;
} map;

static double *zeros(size_t count) {
    double *values = calloc(count, sizeof *values);
    if (!values) abort();
    return values;
}

static map make(int size, int channels) { return (map){size, channels, zeros((size_t)size * size * channels)}; }

static double leaky(double x) { return x > 0 ? x : 0.01 * x; }

// [64][inputs][3][3] -> [3][3][inputs][64]
static double *transposed(const float *weight, int inputs) {
    double *result = zeros((size_t)9 * inputs * C);
    for (int o = 0; o < C; o++)
        for (int i = 0; i < inputs; i++)
            for (int tap = 0; tap < 9; tap++)
                result[((size_t)tap * inputs + i) * C + o] = weight[((size_t)o * inputs + i) * 9 + tap];
    return result;
}

// The parts' channels one after the other, with a border of zeros one pixel wide.
static double *concatenated(const map *parts, int count, int *channels) {
    const int size = parts[0].size, wide = size + 2;
    *channels = 0;
    for (int n = 0; n < count; n++) *channels += parts[n].channels;
    double *result = zeros((size_t)wide * wide * *channels);
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            double *to = result + ((size_t)(y + 1) * wide + x + 1) * *channels;
            for (int n = 0; n < count; to += parts[n++].channels)
                memcpy(to, parts[n].values + ((size_t)y * size + x) * parts[n].channels,
                       sizeof(double) * parts[n].channels);
        }
    return result;
}

// One line of a convolution, 16 outputs of four neighbouring pixels at a time.
static inline __attribute__((always_inline)) void line(const double *input, int wide, int channels,
                                                      const double *weights, const float *bias, int size,
                                                      double *output) {
    for (int x = 0; x < size; x += PIXELS)
        for (int g = 0; g < C; g += BLOCK) {
            double sums[PIXELS][BLOCK] = {{0}};
            for (int tap = 0; tap < 9; tap++) {
                const double *from = input + ((size_t)(tap / 3) * wide + x + tap % 3) * channels;
                const double *w = weights + (size_t)tap * channels * C + g;
                for (int i = 0; i < channels; i++)
                    for (int p = 0; p < PIXELS; p++)
                        for (int o = 0; o < BLOCK; o++) sums[p][o] += from[p * channels + i] * w[(size_t)i * C + o];
            }
            for (int p = 0; p < PIXELS; p++)
                for (int o = 0; o < BLOCK; o++) output[(size_t)(x + p) * C + g + o] = sums[p][o] + bias[g + o];
        }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void line_avx2(const double *input, int wide, int channels,
                                                          const double *weights, const float *bias, int size,
                                                          double *output) {
    line(input, wide, channels, weights, bias, size, output);
}
#endif

static void convolve_line(const double *input, int wide, int channels, const double *weights, const float *bias, int size,
                          double *output) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        line_avx2(input, wide, channels, weights, bias, size, output);
        return;
    }
#endif
    line(input, wide, channels, weights, bias, size, output);
}

static map convolved(const map *parts, int count, reference_layer layer) {
    int channels, size = parts[0].size;
    double *input = concatenated(parts, count, &channels), *weights = transposed(layer.weight, channels);
    map result = make(size, C);
    for (int y = 0; y < size; y++)
        convolve_line(input + (size_t)y * (size + 2) * channels, size + 2, channels, weights, layer.bias, size,
                      result.values + (size_t)y * size * C);
    free(input);
    free(weights);
    return result;
}

static map activated(const map *part, reference_layer layer) {
    map result = convolved(part, 1, layer);
    for (size_t n = 0; n < (size_t)result.size * result.size * C; n++) result.values[n] = leaky(result.values[n]);
    return result;
}

static map pooled(map from) {
    map to = make(from.size / 2, C);
    for (int y = 0; y < to.size; y++)
        for (int x = 0; x < to.size; x++)
            for (int o = 0; o < C; o++) {
                double largest = -1e300;
                for (int q = 0; q < 4; q++) {
                    double value = from.values[((size_t)(2 * y + q / 2) * from.size + 2 * x + q % 2) * C + o];
                    if (value > largest) largest = value;
                }
                to.values[((size_t)y * to.size + x) * C + o] = largest;
            }
    return to;
}

// Corners on corners.
static map upsampled(map from) {
    map to = make(2 * from.size, C);
    for (int y = 0; y < to.size; y++)
        for (int x = 0; x < to.size; x++) {
            double fy = (double)y * (from.size - 1) / (to.size - 1), fx = (double)x * (from.size - 1) / (to.size - 1);
            int y0 = (int)fy, x0 = (int)fx;
            int y1 = y0 + 1 < from.size ? y0 + 1 : y0, x1 = x0 + 1 < from.size ? x0 + 1 : x0;
            double wy = fy - y0, wx = fx - x0;
            for (int o = 0; o < C; o++) {
                const double *v = from.values + o;
                double top = (1 - wx) * v[((size_t)y0 * from.size + x0) * C] + wx * v[((size_t)y0 * from.size + x1) * C];
                double low = (1 - wx) * v[((size_t)y1 * from.size + x0) * C] + wx * v[((size_t)y1 * from.size + x1) * C];
                to.values[((size_t)y * to.size + x) * C + o] = (1 - wy) * top + wy * low;
            }
        }
    return to;
}

// One CrossBlock: `target` and each of `support` are given in parts that are concatenated. Results replace part 0.
static void cross_block(const reference_layer *layers, map *target, map **support, int parts, int supports) {
    const size_t count = (size_t)target[0].size * target[0].size * C;
    map mean = make(target[0].size, C);
    map *mixed = calloc((size_t)supports, sizeof *mixed);
    if (!mixed) abort();
    for (int s = 0; s < supports; s++) {
        map both[4];
        memcpy(both, target, sizeof(map) * parts);
        memcpy(both + parts, support[s], sizeof(map) * parts);
        mixed[s] = convolved(both, 2 * parts, layers[0]);
        for (size_t n = 0; n < count; n++) mean.values[n] += mixed[s].values[n] / supports;
    }
    free(target[0].values);
    target[0] = activated(&mean, layers[1]);
    for (int s = 0; s < supports; s++) {
        free(support[s][0].values);
        support[s][0] = activated(&mixed[s], layers[2]);
        free(mixed[s].values);
    }
    free(mean.values);
    free(mixed);
}

static void replace(map *place, map (*change)(map)) {
    map old = *place;
    *place = change(old);
    free(old.values);
}

void reference_network(const reference_layer *layers, int side, int supports, const float *query, const float *images,
                       const float *labels, double *logits) {
    const size_t plane = (size_t)side * side;
    // Row n of each: the query, then the supports. Part 0 goes on; part 1 is the skip.
    map(*now)[2] = calloc((size_t)supports + 1, sizeof *now), *skips = calloc(3 * ((size_t)supports + 1), sizeof *skips);
    map **support = calloc((size_t)supports, sizeof *support);
    if (!now || !skips || !support) abort();
    now[0][0] = make(side, 1);
    for (size_t p = 0; p < plane; p++) now[0][0].values[p] = query[p];
    for (int s = 0; s < supports; s++) {
        support[s] = now[s + 1];
        now[s + 1][0] = make(side, 2);
        for (size_t p = 0; p < plane; p++) {
            now[s + 1][0].values[2 * p] = images[s * plane + p];
            now[s + 1][0].values[2 * p + 1] = labels[s * plane + p];
        }
    }
    for (int level = 0; level < 4; level++) {
        cross_block(layers + 3 * level, now[0], support, 1, supports);
        if (level == 3) break;
        for (int n = 0; n <= supports; n++) {
            skips[level * (supports + 1) + n] = now[n][0];
            now[n][0] = pooled(now[n][0]);
        }
    }
    for (int level = 2; level >= 0; level--) {
        for (int n = 0; n <= supports; n++) {
            replace(&now[n][0], upsampled);
            now[n][1] = skips[level * (supports + 1) + n];
        }
        cross_block(layers + 3 * (6 - level), now[0], support, 2, supports);
        for (int n = 0; n <= supports; n++) free(now[n][1].values);
    }
    for (size_t p = 0; p < plane; p++) {
        logits[p] = layers[21].bias[0];
        for (int o = 0; o < C; o++) logits[p] += now[0][0].values[p * C + o] * layers[21].weight[o];
    }
    for (int n = 0; n <= supports; n++) free(now[n][0].values);
    free(now);
    free(skips);
    free(support);
}
