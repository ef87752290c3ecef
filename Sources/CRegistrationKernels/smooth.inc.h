// Smoothing of a whole grid; part of kernels.inc.h.

// output[i] = half[0] * rows[0][i] + half[d] * (rows[2d - 1][i] + rows[2d][i]): a weighted sum of rows.
static void sum_rows(const float *const *rows, const float *half, int radius, size_t count, float *output) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        vec sum = splat(half[0]) * load_loose(rows[0] + i);
        for (int d = 1; d <= radius; d++)
            sum += splat(half[d]) * (load_loose(rows[2 * d - 1] + i) + load_loose(rows[2 * d] + i));
        store_loose(output + i, sum);
    }
    for (; i < count; i++) {
        float sum = half[0] * rows[0][i];
        for (int d = 1; d <= radius; d++) sum += half[d] * (rows[2 * d - 1][i] + rows[2 * d][i]);
        output[i] = sum;
    }
}

// The most neighbours on each side: more are taken for a mistake of the caller.
enum { MOST_RADIUS = 64 };

// Along an axis whose neighbours are `inner` values apart.
static void smooth_across(const float *values, int outer, int count, size_t inner, const float *half, int radius,
                          float *output) {
    const float *rows[2 * MOST_RADIUS + 1];
    for (int block = 0; block < outer; block++) {
        const float *from = values + (size_t)block * count * inner;
        for (int n = 0; n < count; n++) {
            rows[0] = from + (size_t)n * inner;
            for (int d = 1; d <= radius; d++) {
                rows[2 * d - 1] = from + (size_t)clamped(n - d, count) * inner;
                rows[2 * d] = from + (size_t)clamped(n + d, count) * inner;
            }
            sum_rows(rows, half, radius, inner, output + ((size_t)block * count + n) * inner);
        }
    }
}

// Along the rows themselves. `line` is room for one with `radius` more on both sides.
static void smooth_along(const float *values, size_t lines, int count, const float *half, int radius, float *line,
                         float *output) {
    const float *rows[2 * MOST_RADIUS + 1];
    rows[0] = line + radius;
    for (int d = 1; d <= radius; d++) rows[2 * d - 1] = line + radius - d, rows[2 * d] = line + radius + d;
    for (size_t n = 0; n < lines; n++, values += count, output += count) {
        for (int d = 0; d < radius; d++) line[d] = values[0], line[radius + count + d] = values[count - 1];
        memcpy(line + radius, values, (size_t)count * sizeof(float));
        sum_rows(rows, half, radius, (size_t)count, output);
    }
}

static size_t smooth_scratch(const int *size, int radius) {
    return (size_t)size[0] * size[1] * size[2] + (size_t)size[2] + 2 * (size_t)radius;
}

static void smooth(const float *values, const int *size, const float *half, int radius, float *scratch, float *output) {
    if (radius > MOST_RADIUS) __builtin_trap();
    const size_t plane = (size_t)size[1] * size[2];
    float *line = scratch + (size_t)size[0] * plane;
    smooth_across(values, 1, size[0], plane, half, radius, output);
    smooth_across(output, size[0], size[1], (size_t)size[2], half, radius, scratch);
    smooth_along(scratch, (size_t)size[0] * size[1], size[2], half, radius, line, output);
}
