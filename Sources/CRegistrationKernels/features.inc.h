// What registration compares in place of values; part of kernels.inc.h.

// Distances of samples along the axes to each other: 1 along the finest.
INLINE void thickness(const double *spacing, double *thick) {
    double finest = spacing[0] < spacing[1] ? spacing[0] : spacing[1];
    finest = finest < spacing[2] ? finest : spacing[2];
    for (int n = 0; n < 3; n++) thick[n] = spacing[n] / finest;
}

static size_t appearance_scratch(const int *size) { return 3 * samples_of(size) + blur_scratch(size, 1); }

// output[4n + channel] = weight * (v - mean) / sqrt(variance + noise), mean and variance in a Gaussian window.
static void put_local(const float *values, const int *size, const double *thick, double sigma, float noise, float weight,
                      float *scratch, float *output) {
    const size_t count = samples_of(size);
    float *means = scratch, *squares = means + count, *room = squares + count;
    double sigmas[3];
    for (int n = 0; n < 3; n++) sigmas[n] = sigma / thick[n];
    for (size_t n = 0; n < count; n++) means[n] = values[n], squares[n] = values[n] * values[n];
    blur(means, size, 1, sigmas, 3, room);
    blur(squares, size, 1, sigmas, 3, room);
    for (size_t n = 0; n < count; n++) {
        const float variance = squares[n] - means[n] * means[n];
        output[4 * n] = weight * (values[n] - means[n]) / sqrtf((variance > 0 ? variance : 0) + noise);
    }
}

// Length of the gradient per sample of the finest axis.
static void find_slopes(const float *values, const int *size, const double *thick, float *slopes) {
    const size_t row = (size_t)size[2], plane = size[1] * row;
    const float a = (float)(0.5 / thick[0]), b = (float)(0.5 / thick[1]), c = (float)(0.5 / thick[2]);
    for (int x = 0; x < size[0]; x++)
        for (int y = 0; y < size[1]; y++)
            for (int z = 0; z < size[2]; z++, values++) {
                const float s = a * (values[x < size[0] - 1 ? plane : 0] - *(values - (x > 0 ? plane : 0)));
                const float r = b * (values[y < size[1] - 1 ? row : 0] - *(values - (y > 0 ? row : 0)));
                const float t = c * (values[z < size[2] - 1 ? 1 : 0] - *(values - (z > 0 ? 1 : 0)));
                *slopes++ = sqrtf(s * s + r * r + t * t);
            }
}

// Values against their surroundings, slopes against theirs, and half the values themselves; the fourth channel is 0.
static void appearance(const float *values, const int *size, const double *spacing, float *scratch, float *output) {
    const size_t count = samples_of(size);
    double thick[3];
    thickness(spacing, thick);
    put_local(values, size, thick, 1, 1e-4f, 0.2f, scratch, output);
    float *slopes = scratch, *room = scratch + count;
    find_slopes(values, size, thick, slopes);
    put_local(slopes, size, thick, 1.5, 1e-5f, 0.2f, room, output + 1);
    for (size_t n = 0; n < count; n++) output[4 * n + 2] = 0.5f * values[n], output[4 * n + 3] = 0;
}

// Neighbours between which values are compared: all pairs of the six that lie at right angles.
static const signed char beside[6][3] = {{-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}};

static size_t similarity_scratch(const int *size) { return (TOMOS_SIMILARITY + 1) * samples_of(size) + 2 * (size_t)size[2]; }

// Squared differences of the neighbours a and b of every sample.
static void compare_neighbours(const float *values, const int *size, const signed char *a, const signed char *b,
                               float *output) {
    const size_t row = (size_t)size[2], plane = size[1] * row;
    for (int x = 0; x < size[0]; x++)
        for (int y = 0; y < size[1]; y++) {
            const float *one = values + clamped(x + a[0], size[0]) * plane
                + clamped(y + a[1], size[1]) * row;
            const float *other = values + clamped(x + b[0], size[0]) * plane
                + clamped(y + b[1], size[1]) * row;
            for (int z = 0; z < size[2]; z++) {
                const float d = one[clamped(z + a[2], size[2])]
                    - other[clamped(z + b[2], size[2])];
                *output++ = d * d;
            }
        }
}

// The mean over a sample's neighbours of up to one sample along each axis, in place.
static void box(float *values, const int *size, const int *radii, float *scratch) {
    const float third[2] = {1.f / 3, 1.f / 3};
    const size_t count = samples_of(size);
    float *from = values, *to = scratch;
    for (int axis = 0; axis < 3; axis++) {
        if (!radii[axis]) continue;
        if (axis == 2)
            smooth_along(from, (size_t)size[0] * size[1], size[2], third, 1, scratch + count, to);
        else
            smooth_across(from, axis ? size[0] : 1, size[axis], axis ? (size_t)size[2] : (size_t)size[1] * size[2],
                          third, 1, to);
        float *swap = from;
        from = to, to = swap;
    }
    if (from != values) memcpy(values, from, count * sizeof(float));
}

// From twelve grids of distances to twelve numbers a sample: exp(-distance above the least / their mean).
static void put_similarity(const float *distances, size_t count, float *spread, float *output) {
    double mean = 0;
    for (size_t n = 0; n < count; n++) {
        float least = distances[n], sum = 0;
        for (int k = 0; k < TOMOS_SIMILARITY; k++) {
            const float d = distances[k * count + n];
            least = d < least ? d : least;
            sum += d;
        }
        spread[n] = sum / TOMOS_SIMILARITY - least;
        mean += spread[n];
    }
    mean /= (double)count;
    // Where next to nothing is to be seen noise must not pass for structure, and one edge must not hide all others.
    const float low = (float)(mean * 1e-3) + 1e-12f, high = (float)(mean * 1e3) + 1e-12f;
    for (size_t n = 0; n < count; n++, output += TOMOS_SIMILARITY) {
        const float s = spread[n] < low ? low : spread[n] > high ? high : spread[n];
        float least = distances[n];
        for (int k = 1; k < TOMOS_SIMILARITY; k++) {
            const float d = distances[k * count + n];
            least = d < least ? d : least;
        }
        for (int k = 0; k < TOMOS_SIMILARITY; k++) output[k] = expf((least - distances[k * count + n]) / s);
    }
}

static void similarity(const float *values, const int *size, const double *spacing, float *scratch, float *output) {
    const size_t count = samples_of(size);
    double thick[3];
    thickness(spacing, thick);
    int radii[3], pairs = 0;
    for (int n = 0; n < 3; n++) radii[n] = thick[n] < 2;
    for (int a = 0; a < 6; a++)
        for (int b = a + 1; b < 6; b++) {
            if (a / 2 == b / 2) continue;
            float *here = scratch + pairs++ * count;
            compare_neighbours(values, size, beside[a], beside[b], here);
            box(here, size, radii, scratch + TOMOS_SIMILARITY * count);
        }
    put_similarity(scratch, count, scratch + TOMOS_SIMILARITY * count, output);
}
