// UniverSeg's kernels one by one beside the plain loops, and the whole network beside the published graph in float64.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "record.h"
#include "reference_network.h"
#include "universeg_kernels.h"

enum { C = TOMOS_CHANNELS, SIDE = 64, SUPPORTS = 3, LEVELS = 4 };

static const tomos_kernels *kernels, *plain;

// Largest difference, as a part of the largest value.
static double apart(const float *a, const float *b, size_t count) {
    double most = 0, range = 1e-30;
    for (size_t n = 0; n < count; n++) {
        most = fmax(most, fabs((double)a[n] - (double)b[n]));
        range = fmax(range, fabs((double)b[n]));
    }
    return most / range;
}

static void judge(const char *name, float *result, float *wanted, size_t count) {
    char what[96];
    double difference = apart(result, wanted, count);
    snprintf(what, sizeof what, "%s is %g from the plain loops", name, difference);
    expect(difference < 1e-5, what);
    keep(name, result, count);
    release(result);
    release(wanted);
}

static float *packed(const tomos_kernels *k, const float *weights, int stride, int first, int channels) {
    float *room = make_floats(k->packed_size(channels), NAN);
    k->pack(weights, stride, first, channels, room);
    return room;
}

// A convolution as one range of units, or cut into single ones.
static void convolve(const tomos_kernels *k, tomos_conv *c, int cut) {
    float *scratch = make_floats(k->scratch_size(), NAN);
    int units = k->conv_units(c->rows, c->columns);
    for (int n = 0; n < units; n += cut ? 1 : units) k->conv(c, n, cut ? n + 1 : units, scratch);
    release(scratch);
}

// ---- kernels

static void one_conv(const char *name, int rows, int columns, int wide) {
    const size_t count = (size_t)rows * columns * C;
    const int channels = wide ? 2 * C : C;
    float *input = make_hashed(1, count, 1), *input2 = make_hashed(2, count, 1), *addend = make_hashed(3, count, 1);
    float *bias = make_hashed(4, C, 1), *weights = make_hashed(5, (size_t)C * channels * 9, 0.1);
    float *outputs[3], *sums[3];
    for (int n = 0; n < 3; n++) {
        const tomos_kernels *k = n == 1 ? plain : kernels;
        float *w = packed(k, weights, channels, 0, channels);
        outputs[n] = make_floats(count, NAN), sums[n] = make_hashed(6, count, 1);
        tomos_conv c = {input, wide ? input2 : NULL, rows, columns, w, outputs[n], addend, bias, 1, sums[n]};
        convolve(k, &c, n == 2);
        release(w);
    }
    // Work that is cut otherwise gives the same bits.
    expect(memcmp(outputs[0], outputs[2], count * 4) == 0 && memcmp(sums[0], sums[2], count * 4) == 0,
           "conv: bits depend on the range of units");
    char sum_name[48];
    snprintf(sum_name, sizeof sum_name, "%s, sum", name);
    judge(name, outputs[0], outputs[1], count);
    judge(sum_name, sums[0], sums[1], count);
    release(outputs[2]), release(sums[2]);
    release(input), release(input2), release(addend), release(bias), release(weights);
}

static void one_multiply(void) {
    if (!kernels->multiply) return;
    const int channels = C;
    float *rows = make_hashed(1, 6 * (size_t)channels, 1), *weights = make_hashed(2, (size_t)channels * C, 0.1);
    float *next = make_floats(16 * (size_t)channels, 0), *wanted = make_floats(6 * (size_t)C, 0);
    for (int r = 0; r < 6; r++)
        for (int o = 0; o < C; o++) {
            double sum = 0;
            for (int i = 0; i < channels; i++) sum += (double)rows[r * channels + i] * (double)weights[i * C + o];
            wanted[r * C + o] = (float)sum;
        }
    kernels->multiply(rows, channels, weights, next);
    judge("multiply", rows, wanted, 6 * (size_t)C);
    release(weights), release(next);
}

static void small_ones(void) {
    const int rows = 16, columns = 24;
    const size_t pixels = (size_t)rows * columns, count = pixels * C;
    float *input = make_hashed(1, count, 1), *weights = make_hashed(2, 3 * 9 * C, 1), *bias = make_hashed(3, C, 1);
    float *a = make_floats(count, NAN), *b = make_floats(count, NAN);
    kernels->widen(input, 3, rows, columns, weights, bias, a, 0, rows);
    plain->widen(input, 3, rows, columns, weights, bias, b, 0, rows);
    judge("widen", a, b, count);
    a = make_floats(count / 4, NAN), b = make_floats(count / 4, NAN);
    float *sum_a = make_hashed(4, count / 4, 1), *sum_b = make_hashed(4, count / 4, 1);
    kernels->max_pool(input, rows, columns, a, sum_a, 0, rows / 2);
    plain->max_pool(input, rows, columns, b, sum_b, 0, rows / 2);
    judge("max_pool", a, b, count / 4);
    judge("max_pool, sum", sum_a, sum_b, count / 4);
    a = make_floats(4 * count, NAN), b = make_floats(4 * count, NAN);
    kernels->upsample(input, rows, columns, a, 0, 2 * rows);
    plain->upsample(input, rows, columns, b, 0, 2 * rows);
    judge("upsample", a, b, 4 * count);
    a = make_floats(pixels, NAN), b = make_floats(pixels, NAN);
    kernels->head(input, weights, 0.25f, a, 0, pixels);
    plain->head(input, weights, 0.25f, b, 0, pixels);
    judge("head", a, b, pixels);
    float *other = make_hashed(5, count, 1);
    const float *addends[3] = {input, other, input};
    a = make_floats(count, NAN), b = make_floats(count, NAN);
    kernels->add(addends, 3, 1.f / 3, a, 0, count);
    plain->add(addends, 3, 1.f / 3, b, 0, count);
    judge("add", a, b, count);
    release(other), release(input), release(weights), release(bias);
}

// ---- the network

typedef struct {
    reference_layer layers[22];
    float *values[44];
} weights;

// Hashed weights of such a size that features neither vanish nor grow.
static weights make_weights(void) {
    weights all;
    for (int n = 0; n < 22; n++) {
        int block = n / 3, is_cross = n % 3 == 0 && n < 21;
        int inputs = !is_cross ? C : block == 0 ? 3 : block < 4 ? 2 * C : 4 * C;
        size_t count = n == 21 ? C : (size_t)C * inputs * 9;
        all.values[2 * n] = make_hashed(100 + n, count, n == 21 ? 0.2 : 3 / sqrt(9.0 * inputs));
        all.values[2 * n + 1] = make_hashed(200 + n, n == 21 ? 1 : C, 0.1);
        all.layers[n] = (reference_layer){all.values[2 * n], all.values[2 * n + 1]};
    }
    return all;
}

typedef struct {
    float *target, *mean, *supports[SUPPORTS];
} features;

static size_t map_count(int level) { return (size_t)(SIDE >> level) * (SIDE >> level) * C; }

static features make_features(int level) {
    features f = {make_floats(map_count(level), 0), make_floats(map_count(level), 0), {0}};
    for (int s = 0; s < SUPPORTS; s++) f.supports[s] = make_floats(map_count(level), 0);
    return f;
}

static void release_features(features *f) {
    release(f->target), release(f->mean);
    for (int s = 0; s < SUPPORTS; s++) release(f->supports[s]);
}

// lrelu(w * (cross + half * input) + bias): what becomes of the target by its mean, and of each support.
static void mixed(int level, const float *input, const float *skip, float *half, const float *cross, float *w,
                  const float *bias, float *output) {
    const int size = SIDE >> level;
    float *z = make_floats(map_count(level), NAN);
    tomos_conv first = {input, skip, size, size, half, z, cross, NULL, 0, NULL};
    convolve(kernels, &first, 0);
    tomos_conv second = {z, NULL, size, size, w, output, NULL, bias, 1, NULL};
    convolve(kernels, &second, 0);
    release(z);
}

// One block beyond the first: `in` and, in the decoder, `skip` become `out`.
static void block(const weights *all, int number, int level, const features *in, const features *skip, features *out) {
    const reference_layer *l = all->layers + 3 * number;
    const int size = SIDE >> level, channels = skip ? 2 * C : C;
    float *target_half = packed(kernels, l[0].weight, 2 * channels, 0, channels);
    float *support_half = packed(kernels, l[0].weight, 2 * channels, channels, channels);
    float *target = packed(kernels, l[1].weight, C, 0, C), *support = packed(kernels, l[2].weight, C, 0, C);
    float *cross = make_floats(map_count(level), NAN);
    tomos_conv first = {in->target, skip ? skip->target : NULL, size, size, target_half, cross, NULL, l[0].bias, 0, NULL};
    convolve(kernels, &first, 0);
    mixed(level, in->mean, skip ? skip->mean : NULL, support_half, cross, target, l[1].bias, out->target);
    const float *addends[SUPPORTS];
    for (int s = 0; s < SUPPORTS; s++) {
        // Nobody reads what the last block makes of the supports.
        if (number < 6)
            mixed(level, in->supports[s], skip ? skip->supports[s] : NULL, support_half, cross, support, l[2].bias,
                  out->supports[s]);
        addends[s] = out->supports[s];
    }
    kernels->add(addends, SUPPORTS, 1.f / SUPPORTS, out->mean, 0, map_count(level));
    release(target_half), release(support_half), release(target), release(support), release(cross);
}

// The first block; its supports are only kept pooled.
static void enter(const weights *all, const float *planes, const float *images, const float *labels, features *out,
                  features *pooled) {
    const reference_layer *l = all->layers;
    const size_t count = map_count(0);
    // [plane][9][64]
    float *wide = make_floats(27 * C, 0), *composed = make_floats(9 * 2 * 25 * C, NAN);
    for (int o = 0; o < C; o++)
        for (int n = 0; n < 27; n++) wide[n * C + o] = l[0].weight[o * 27 + n];
    tomos_compose_first(l[2].weight, l[0].weight, composed);
    keep("compose_first", composed, 9 * 2 * 25 * C);
    float *ct = make_floats(count, NAN), *zm = make_floats(count, NAN), *c = make_floats(count, NAN);
    kernels->widen(planes, 1, SIDE, SIDE, wide, l[0].bias, ct, 0, SIDE);
    kernels->widen(planes, 3, SIDE, SIDE, wide, l[0].bias, zm, 0, SIDE);
    float *target = packed(kernels, l[1].weight, C, 0, C), *support = packed(kernels, l[2].weight, C, 0, C);
    tomos_conv to_c = {ct, NULL, SIDE, SIDE, support, c, NULL, l[2].bias, 0, NULL};
    tomos_conv to_target = {zm, NULL, SIDE, SIDE, target, out->target, NULL, l[1].bias, 1, NULL};
    convolve(kernels, &to_c, 0), convolve(kernels, &to_target, 0);
    float *all_pooled = make_floats(SUPPORTS * count / 4, NAN);
    const unsigned char labelled[SUPPORTS] = {1, 1, 1};
    tomos_first first = {SIDE, SIDE, SUPPORTS, images, labels, labelled, composed, c, all_pooled, out->mean, pooled->mean};
    kernels->first(&first, 0, SIDE / 2);
    for (int s = 0; s < SUPPORTS; s++) memcpy(pooled->supports[s], all_pooled + s * count / 4, count);
    kernels->max_pool(out->target, SIDE, SIDE, pooled->target, NULL, 0, SIDE / 2);
    release(all_pooled), release(wide), release(composed), release(ct), release(zm), release(c), release(target);
    release(support);
}

static void pool_features(int level, const features *in, features *out) {
    const int size = SIDE >> level;
    const float *addends[SUPPORTS];
    kernels->max_pool(in->target, size, size, out->target, NULL, 0, size / 2);
    for (int s = 0; s < SUPPORTS; s++) {
        kernels->max_pool(in->supports[s], size, size, out->supports[s], NULL, 0, size / 2);
        addends[s] = out->supports[s];
    }
    kernels->add(addends, SUPPORTS, 1.f / SUPPORTS, out->mean, 0, map_count(level + 1));
}

static void upsample_features(int level, const features *in, features *out) {
    const int size = SIDE >> level;
    kernels->upsample(in->target, size, size, out->target, 0, 2 * size);
    kernels->upsample(in->mean, size, size, out->mean, 0, 2 * size);
    for (int s = 0; s < SUPPORTS; s++) kernels->upsample(in->supports[s], size, size, out->supports[s], 0, 2 * size);
}

static void network(void) {
    const size_t plane = SIDE * SIDE;
    weights all = make_weights();
    float *planes = make_floats(3 * plane, 0), *images = make_floats(SUPPORTS * plane, 0);
    float *labels = make_floats(SUPPORTS * plane, 0), *logits = make_floats(plane, NAN);
    for (size_t n = 0; n < plane; n++) planes[n] = (float)(0.5 + 0.5 * hashed(1, n / 8));
    for (size_t n = 0; n < SUPPORTS * plane; n++) {
        images[n] = (float)(0.5 + 0.5 * hashed(2, n / 8)), labels[n] = images[n] > 0.6f;
        planes[plane + n % plane] += images[n] / SUPPORTS, planes[2 * plane + n % plane] += labels[n] / SUPPORTS;
    }
    features made[LEVELS], pooled[LEVELS];
    for (int level = 0; level < LEVELS; level++) made[level] = make_features(level), pooled[level] = make_features(level);
    enter(&all, planes, images, labels, &made[0], &pooled[1]);
    for (int level = 1; level < LEVELS; level++) {
        block(&all, level, level, &pooled[level], NULL, &made[level]);
        if (level + 1 < LEVELS) pool_features(level, &made[level], &pooled[level + 1]);
    }
    for (int level = 2; level >= 0; level--) {
        upsample_features(level + 1, level == 2 ? &made[3] : &pooled[level + 1], &pooled[level]);
        features out = make_features(level);
        // The first block's supports are not kept: in the last block only their mean counts.
        block(&all, 6 - level, level, &pooled[level], &made[level], &out);
        release_features(&pooled[level]);
        pooled[level] = out;
    }
    kernels->head(pooled[0].target, all.layers[21].weight, all.layers[21].bias[0], logits, 0, plane);
    static double wanted[SIDE * SIDE];
    reference_network(all.layers, SIDE, SUPPORTS, planes, images, labels, wanted);
    double worst = 0, low = INFINITY, high = -INFINITY;
    for (size_t n = 0; n < plane; n++) {
        worst = fmax(worst, fabs((double)logits[n] - wanted[n]));
        low = fmin(low, wanted[n]), high = fmax(high, wanted[n]);
    }
    char what[96];
    snprintf(what, sizeof what, "logits are %g from the float64 graph's in a range of %g", worst, high - low);
    expect(high - low > 0.1 && worst < 1e-5 * (high - low), what);
    printf("%s kernels: %s\n", kernels->name, what);
    keep("network", logits, plane);
    for (int level = 0; level < LEVELS; level++) release_features(&made[level]), release_features(&pooled[level]);
    for (int n = 0; n < 44; n++) release(all.values[n]);
    release(planes), release(images), release(labels), release(logits);
}

void run_engine(const char *name) {
    kernels = tomos_kernels_named(name), plain = tomos_kernels_named("plain");
    expect(kernels && plain, "the processor does not run them");
    one_conv("conv 12x20", 12, 20, 0);
    one_conv("conv 16x16, 128 channels", 16, 16, 1);
    one_multiply();
    small_ones();
    network();
}
