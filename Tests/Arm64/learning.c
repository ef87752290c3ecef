// The kernels of the task's own network: convolutions beside plain sums in double precision, and the results of all.
#include "learning_kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "record.h"

enum { CHANNELS = 48, STEPS = 3 };

static const tomos_learning_kernels *kernels;

/// A convolution's shape: two sources, of which the first is activated, and two results, of which the second is added.
typedef struct {
    int depth, rows, columns, taps, first, second, outputs[2];
} shape;

static size_t voxels_of(const shape *s) { return (size_t)s->depth * s->rows * s->columns; }

// ---- plain sums

static double leaky(double x) { return x > 0 ? x : 0.01 * x; }

// The activated value of one channel of both sources, 0 beyond the border.
static double seen(const shape *s, const tomos_convolution *c, int z, int y, int x, int channel) {
    if (z < 0 || y < 0 || x < 0 || z >= s->depth || y >= s->rows || x >= s->columns) return 0;
    const tomos_source *from = &c->sources[channel >= s->first];
    const int at = channel >= s->first ? channel - s->first : channel;
    double value = (double)from->map[(((size_t)z * s->rows + y) * s->columns + x) * from->channels + at];
    return from->scale ? leaky(value * (double)from->scale[at] + (double)from->shift[at]) : value;
}

// Calls with every pair of a result's voxel and what one tap sees there: output and weights [used][outputs].
typedef void pair_body(double value, const double *weights, double *sums, double *weight_sums, const double *gradient,
                       int outputs);

static void forward(double value, const double *w, double *sums, double *unused, const double *none, int outputs) {
    (void)unused, (void)none;
    for (int o = 0; o < outputs; o++) sums[o] += value * w[o];
}

static void backward(double value, const double *none, double *unused, double *weight_sums, const double *gradient,
                     int outputs) {
    (void)none, (void)unused;
    for (int o = 0; o < outputs; o++) weight_sums[o] += value * gradient[o];
}

static void for_each_pair(const shape *s, const tomos_convolution *c, int outputs, pair_body *body, const double *weights,
                          double *sums, double *weight_sums, const double *gradient) {
    const int used = s->first + s->second;
    size_t n = 0;
    for (int z = 0; z < s->depth; z++)
        for (int y = 0; y < s->rows; y++)
            for (int x = 0; x < s->columns; x++, n++)
                for (int tap = 0; tap < 9 * s->taps; tap++)
                    for (int i = 0; i < used; i++) {
                        double value = seen(s, c, z + tap / 9 - s->taps / 2, y + tap / 3 % 3 - 1, x + tap % 3 - 1, i);
                        size_t w = ((size_t)tap * used + i) * outputs;
                        body(value, weights + w, sums + n * outputs, weight_sums + w, gradient + n * outputs, outputs);
                    }
}

static double *widened(const float *values, size_t count) {
    double *wide = calloc(count, sizeof *wide);
    expect(wide != NULL, "no memory");
    for (size_t n = 0; values && n < count; n++) wide[n] = (double)values[n];
    return wide;
}

static void judge(const char *name, const float *values, const double *wanted, size_t count) {
    double most = 0, range = 0;
    char what[96];
    for (size_t n = 0; n < count; n++) {
        most = fmax(most, fabs((double)values[n] - wanted[n]));
        range = fmax(range, fabs(wanted[n]));
    }
    snprintf(what, sizeof what, "%s is %g from the plain sums", name, most / range);
    // As the Swift tests: Winograd's sums in float32 differ by some 1e-6 of the largest value.
    expect(most < 2e-5 * range, what);
    keep(name, values, count);
}

// ---- convolutions

static void name_of(char *name, const char *kind, const shape *s) {
    snprintf(name, 48, "%s %dx%dx%d, %d taps", kind, s->depth, s->rows, s->columns, s->taps);
}

static void forward_and_turned(const shape *s, tomos_convolution *c, const float *weights, size_t weight_count) {
    const int used = s->first + s->second, outputs = s->outputs[0] + s->outputs[1];
    const size_t voxels = voxels_of(s);
    char name[48];
    float *packed = make_floats(kernels->packed_size(s->taps, used, outputs), NAN), *results[2];
    kernels->pack(weights, s->taps, used, outputs, packed);
    c->weights = packed;
    double *wide = widened(weights, weight_count), *sums = widened(NULL, voxels * outputs);
    for_each_pair(s, c, outputs, forward, wide, sums, wide, sums);
    for (int n = 0; n < 2; n++) {
        results[n] = n ? make_hashed(20, voxels * s->outputs[n], 1) : make_floats(voxels * s->outputs[n], NAN);
        c->outputs[n] = results[n], c->output_channels[n] = s->outputs[n], c->adds[n] = n;
    }
    double *before = widened(results[1], voxels * s->outputs[1]);
    float *scratch = make_floats(kernels->scratch_size(c), NAN);
    kernels->convolve(c, scratch);
    for (int n = 0, begin = 0; n < 2; begin += s->outputs[n++]) {
        double *wanted = widened(NULL, voxels * s->outputs[n]);
        for (size_t v = 0; v < voxels; v++)
            for (int o = 0; o < s->outputs[n]; o++)
                wanted[v * s->outputs[n] + o] = sums[v * outputs + begin + o] + (n ? before[v * s->outputs[n] + o] : 0);
        name_of(name, n ? "convolve, added," : "convolve", s);
        judge(name, results[n], wanted, voxels * s->outputs[n]);
        release(results[n]), free(wanted);
    }
    release(packed), release(scratch), free(before), free(sums), free(wide);

    // The way back: a convolution of the gradient with turned weights, to one map.
    float *turned = make_floats(weight_count, NAN), *back = make_floats(kernels->packed_size(s->taps, outputs, used), NAN);
    float *gradient = make_hashed(21, voxels * outputs, 1), *result = make_floats(voxels * used, NAN);
    kernels->pack_turned(weights, s->taps, used, outputs, turned, back);
    tomos_convolution way = {s->depth, s->rows, s->columns, s->taps, {{gradient, outputs, NULL, NULL}, {0}}, outputs, back,
                             {result, NULL}, {used, 0}, {0, 0}};
    scratch = make_floats(kernels->scratch_size(&way), NAN);
    kernels->convolve(&way, scratch);
    name_of(name, "convolve, turned,", s);
    keep(name, result, voxels * used);
    release(turned), release(back), release(gradient), release(result), release(scratch);
}

static void weight_gradient(const shape *s, tomos_convolution *c, size_t weight_count) {
    const int outputs = s->outputs[0] + s->outputs[1];
    char name[48];
    c->output_channels[0] = outputs, c->output_channels[1] = 0;
    float *gradient = make_hashed(22, voxels_of(s) * outputs, 1), *result = make_hashed(23, weight_count, 1);
    double *wide = widened(gradient, voxels_of(s) * outputs), *wanted = widened(result, weight_count);
    for_each_pair(s, c, outputs, backward, wanted, wanted, wanted, wide);
    float *scratch = make_floats(kernels->weights_scratch_size(c), NAN);
    kernels->convolve_weights(c, gradient, result, scratch);
    name_of(name, "convolve_weights", s);
    judge(name, result, wanted, weight_count);
    release(gradient), release(result), release(scratch), free(wide), free(wanted);
}

static void convolution(shape s) {
    const int used = s.first + s.second;
    const size_t voxels = voxels_of(&s), weight_count = (size_t)9 * s.taps * used * (s.outputs[0] + s.outputs[1]);
    float *first = make_hashed(1, voxels * s.first, 1), *second = make_hashed(2, voxels * s.second + 16, 1);
    float *scale = make_hashed(3, s.first, 2), *shift = make_hashed(4, s.first, 1), *weights = make_hashed(5, weight_count, 1);
    tomos_convolution c = {s.depth, s.rows, s.columns, s.taps,
                           {{first, s.first, scale, shift}, {s.second ? second : NULL, s.second, NULL, NULL}}, used, NULL,
                           {NULL, NULL}, {0, 0}, {0, 0}};
    forward_and_turned(&s, &c, weights, weight_count);
    weight_gradient(&s, &c, weight_count);
    release(first), release(second), release(scale), release(shift), release(weights);
}

// ---- maps

static void norm(void) {
    const size_t voxels = 135, count = voxels * CHANNELS;
    float *map = make_hashed(1, count, 1), *gamma = make_hashed(2, CHANNELS, 2), *beta = make_hashed(3, CHANNELS, 1);
    for (size_t n = 0; n < count; n++) map[n] += (float)(30 * hashed(4, n % CHANNELS));
    float *made[4], *gradient = make_hashed(5, count, 1), *sums[2];
    for (int n = 0; n < 4; n++) made[n] = make_floats(CHANNELS, NAN);
    for (int n = 0; n < 2; n++) sums[n] = make_floats(CHANNELS, 1);
    kernels->normalize(map, voxels, CHANNELS, gamma, beta, made[0], made[1], made[2], made[3]);
    kernels->normalize_back(map, voxels, CHANNELS, made[0], made[1], made[2], made[3], gradient, sums[0], sums[1]);
    const char *names[4] = {"normalize, scale", "normalize, shift", "normalize, mean", "normalize, inverse"};
    for (int n = 0; n < 4; n++) keep(names[n], made[n], CHANNELS), release(made[n]);
    keep("normalize_back", gradient, count);
    keep("normalize_back, gamma", sums[0], CHANNELS), keep("normalize_back, beta", sums[1], CHANNELS);
    release(map), release(gamma), release(beta), release(gradient), release(sums[0]), release(sums[1]);
}

static void sizes(int deep) {
    const tomos_extent extent = {4, 6, 10, CHANNELS};
    const size_t count = 4 * 6 * 10 * CHANNELS, small = count / (deep ? 8 : 4), large = count * (deep ? 8 : 4);
    float *map = make_hashed(1, count, 1), *scale = make_hashed(2, CHANNELS, 2), *shift = make_hashed(3, CHANNELS, 1);
    float *pooled = make_floats(small, NAN), *gradient = make_hashed(4, small, 1), *sum = make_hashed(5, count, 1);
    float *larger = make_floats(large, NAN), *change = make_hashed(6, large, 1), *back = make_floats(count, NAN);
    const tomos_source source = {map, CHANNELS, scale, shift};
    kernels->pool(&source, extent, deep, pooled);
    kernels->pool_back(&source, extent, deep, gradient, sum);
    kernels->enlarge(map, extent, deep, larger);
    kernels->enlarge_back(change, extent, deep, back);
    keep(deep ? "pool, deep" : "pool", pooled, small), keep(deep ? "pool_back, deep" : "pool_back", sum, count);
    keep(deep ? "enlarge, deep" : "enlarge", larger, large);
    keep(deep ? "enlarge_back, deep" : "enlarge_back", back, count);
    release(map), release(scale), release(shift), release(pooled), release(gradient), release(sum), release(larger);
    release(change), release(back);
}

static void mixes(void) {
    const size_t voxels = 61;
    const int outputs = 32;
    float *map = make_hashed(1, voxels * CHANNELS, 1), *scale = make_hashed(2, CHANNELS, 2);
    float *shift = make_hashed(3, CHANNELS, 1), *weights = make_hashed(4, CHANNELS * outputs, 1);
    float *bias = make_hashed(5, outputs, 1), *output = make_hashed(6, voxels * outputs, 1);
    float *gradient = make_hashed(7, voxels * outputs, 1);
    const tomos_source source = {map, CHANNELS, scale, shift};
    kernels->mix(&source, voxels, weights, bias, outputs, output, 1);
    kernels->mix_weights(&source, voxels, gradient, outputs, weights, bias);
    keep("mix", output, voxels * outputs), keep("mix_weights", weights, CHANNELS * outputs);
    keep("mix_weights, bias", bias, outputs);
    release(map), release(scale), release(shift), release(weights), release(bias), release(output), release(gradient);
}

// ---- loss and optimiser

static void loss(void) {
    enum { VOXELS = 131, CLASSES = 19, STRIDE = 32 };
    float *logits = make_hashed(1, VOXELS * STRIDE, 30), *gradient = make_floats(VOXELS * STRIDE, NAN);
    float *factors[3];
    unsigned char labels[VOXELS];
    double sums[4][CLASSES] = {{0}};
    for (int n = 0; n < VOXELS; n++) labels[n] = (unsigned char)((hashed(2, n) + 1) / 2 * CLASSES) % CLASSES;
    kernels->softmax(logits, VOXELS, STRIDE, CLASSES);
    kernels->loss_sums(logits, labels, VOXELS, STRIDE, CLASSES, sums[0], sums[1], sums[2], sums[3]);
    for (int n = 0; n < 3; n++) {
        factors[n] = make_hashed(3 + n, STRIDE, 1);
        for (int c = CLASSES; c < STRIDE; c++) factors[n][c] = 0;
    }
    kernels->loss_gradient(logits, labels, VOXELS, STRIDE, factors[0], factors[1], factors[2], gradient);
    keep("softmax", logits, VOXELS * STRIDE), keep("loss_gradient", gradient, VOXELS * STRIDE);
    keep_doubles("loss_sums", &sums[0][0], 3 * CLASSES), keep_doubles("loss_sums, entropies", sums[3], CLASSES);
    release(logits), release(gradient);
    for (int n = 0; n < 3; n++) release(factors[n]);
}

static void optimiser(void) {
    const size_t count = 48;
    float *weights = make_hashed(1, count, 1), *first = make_floats(count, 0), *second = make_floats(count, 0);
    float *mean = make_hashed(2, count, 1);
    for (int step = 1; step <= STEPS; step++) {
        float *gradient = make_hashed(2 + step, count, 1);
        const tomos_adam adam = {0.01f, 0.1f, 0.9f, 0.99f, (float)(1 / (1 - pow(0.9, step))),
                                 (float)(1 / (1 - pow(0.99, step))), 0.75f};
        kernels->update(&adam, count, gradient, weights, first, second, mean);
        release(gradient);
    }
    keep("update, weights", weights, count), keep("update, mean", mean, count), keep("update, second", second, count);
    release(weights), release(first), release(second), release(mean);
    float *matrix = make_hashed(9, 80 * 48, 1), *room = make_floats(kernels->orthogonal_room(80, 48), NAN);
    kernels->make_orthogonal(matrix, 80, 48, room);
    keep("make_orthogonal", matrix, 80 * 48);
    release(matrix), release(room);
}

void run_learning(const char *name) {
    kernels = tomos_learning_kernels_named(name);
    expect(kernels != NULL, "the processor does not run them");
    convolution((shape){1, 13, 22, 1, 32, 0, {16, 16}});
    convolution((shape){5, 7, 10, 3, 16, 32, {32, 16}});
    convolution((shape){1, 10, 3, 1, 48, 16, {16, 64}});
    norm();
    sizes(0), sizes(1);
    mixes();
    loss();
    optimiser();
    printf("%s kernels: convolutions agree with plain sums\n", kernels->name);
}
