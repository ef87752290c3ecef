// Fields of several numbers a sample, [x][y][z][channels]: smoothing, and reading between samples; part of kernels.inc.h.

// Window of a Gaussian of so many samples: the centre's weight and those of its neighbours, of which the last is about so
// many sigma away; one neighbour on each side keeps the variance.
static int window(double sigma, double reach, float *half) {
    if (sigma < 0.1) return half[0] = 1, 0;
    int radius = (int)ceil(reach * sigma - 0.5);
    radius = radius < 1 ? 1 : radius > TOMOS_WINDOW ? TOMOS_WINDOW : radius;
    if (radius == 1) {
        const double beside = sigma * sigma / 2 < 1.0 / 3 ? sigma * sigma / 2 : 1.0 / 3;
        return half[1] = (float)beside, half[0] = (float)(1 - 2 * beside), 1;
    }
    double weights[TOMOS_WINDOW + 1], sum = 0;
    for (int d = 0; d <= radius; d++) {
        weights[d] = exp(-0.5 * d * d / (sigma * sigma));
        sum += d ? 2 * weights[d] : weights[d];
    }
    for (int d = 0; d <= radius; d++) half[d] = (float)(weights[d] / sum);
    return radius;
}

static size_t samples_of(const int *size) { return (size_t)size[0] * size[1] * size[2]; }

static size_t blur_scratch(const int *size, int channels) {
    const size_t row = (size_t)size[2] * channels, plane = size[1] * row;
    return size[0] * plane + plane + row + 2 * TOMOS_WINDOW * channels;
}

// Within a plane: along its rows into `middle`, across them into `output`.
static void blur_plane(const float *plane, const int *size, int channels, const float halves[2][TOMOS_WINDOW + 1],
                       const int *radii, float *line, float *middle, float *output) {
    const size_t row = (size_t)size[2] * channels;
    const float *rows[2 * TOMOS_WINDOW + 1];
    float *centre = line + (size_t)radii[1] * channels;
    for (int y = 0; y < size[1]; y++) {
        const float *from = plane + y * row;
        memcpy(centre, from, row * sizeof(float));
        for (int d = 0; d < radii[1]; d++) {
            memcpy(line + (size_t)d * channels, from, channels * sizeof(float));
            memcpy(centre + row + (size_t)d * channels, from + row - channels, channels * sizeof(float));
        }
        rows[0] = centre;
        for (int d = 1; d <= radii[1]; d++)
            rows[2 * d - 1] = centre - (size_t)d * channels, rows[2 * d] = centre + (size_t)d * channels;
        sum_rows(rows, halves[1], radii[1], row, middle + y * row);
    }
    for (int y = 0; y < size[1]; y++) {
        rows[0] = middle + y * row;
        for (int d = 1; d <= radii[0]; d++) {
            rows[2 * d - 1] = middle + clamped(y - d, size[1]) * row;
            rows[2 * d] = middle + clamped(y + d, size[1]) * row;
        }
        sum_rows(rows, halves[0], radii[0], row, output + y * row);
    }
}

static void blur(float *values, const int *size, int channels, const double *sigma, double reach, float *scratch) {
    float first[TOMOS_WINDOW + 1], halves[2][TOMOS_WINDOW + 1];
    const int across = window(sigma[0], reach, first);
    const int radii[2] = {window(sigma[1], reach, halves[0]), window(sigma[2], reach, halves[1])};
    const size_t row = (size_t)size[2] * channels, plane = size[1] * row;
    float *middle = scratch + size[0] * plane, *line = middle + plane;
    for (int x = 0; x < size[0]; x++)
        blur_plane(values + x * plane, size, channels, halves, radii, line, middle, scratch + x * plane);
    for (int x = 0; x < size[0]; x++) {
        const float *rows[2 * TOMOS_WINDOW + 1];
        rows[0] = scratch + x * plane;
        for (int d = 1; d <= across; d++) {
            rows[2 * d - 1] = scratch + clamped(x - d, size[0]) * plane;
            rows[2 * d] = scratch + clamped(x + d, size[0]) * plane;
        }
        sum_rows(rows, first, across, plane, values + x * plane);
    }
}

// Where a place lies in a field: its cell's first corner, the steps to the others, and the fractions.
typedef struct {
    size_t corner, steps[3];
    float fractions[3];
} corner;

INLINE corner corner_at(const int *size, int channels, float x, float y, float z) {
    corner c;
    const int i = one_cell(x, size[0], &c.fractions[0]), j = one_cell(y, size[1], &c.fractions[1]);
    const int k = one_cell(z, size[2], &c.fractions[2]);
    const size_t row = (size_t)size[2] * channels, plane = size[1] * row;
    c.corner = i * plane + j * row + (size_t)k * channels;
    c.steps[0] = i < size[0] - 1 ? plane : 0;
    c.steps[1] = j < size[1] - 1 ? row : 0;
    c.steps[2] = k < size[2] - 1 ? (size_t)channels : 0;
    return c;
}

// Four channels of a field there.
INLINE quad four_at(const float *field, const corner *c) {
    const float *p = field + c->corner, *q = p + c->steps[0];
    const size_t y = c->steps[1], z = c->steps[2];
    const quad near = mixed(mixed(quad_at(p), quad_at(p + z), c->fractions[2]),
                            mixed(quad_at(p + y), quad_at(p + y + z), c->fractions[2]), c->fractions[1]);
    const quad far = mixed(mixed(quad_at(q), quad_at(q + z), c->fractions[2]),
                           mixed(quad_at(q + y), quad_at(q + y + z), c->fractions[2]), c->fractions[1]);
    return mixed(near, far, c->fractions[0]);
}

INLINE void put_quad(float *p, quad q) { memcpy(p, &q, sizeof q); }

static void warp(const float *field, const int *size, int channels, const tomos_lattice *lattice, float *output,
                 float *inside) {
    const tomos_grid grid = {NULL, {size[0], size[1], size[2]}};
    for (int x = 0; x < lattice->size[0]; x++)
        for (int y = 0; y < lattice->size[1]; y++) {
            const place_row row = row_of(lattice, &grid, x, y);
            for (int z = 0; z < lattice->size[2]; z++, output += channels) {
                float place[3];
                int is = 1;
                for (int n = 0; n < 3; n++) {
                    place[n] = row.start[n] + (float)z * row.step[n];
                    is &= place[n] >= row.low && place[n] <= row.high[n];
                }
                *inside++ = (float)is;
                const corner c = corner_at(size, channels, place[0], place[1], place[2]);
                for (int n = 0; n < channels; n += 4) put_quad(output + n, four_at(field + n, &c));
            }
        }
}

static void displace(const float *field, const int *size, int channels, const float *displacement, float *output) {
    for (int x = 0; x < size[0]; x++)
        for (int y = 0; y < size[1]; y++)
            for (int z = 0; z < size[2]; z++, output += channels, displacement += 4) {
                const corner c = corner_at(size, channels, (float)x + displacement[0], (float)y + displacement[1],
                                           (float)z + displacement[2]);
                for (int n = 0; n < channels; n += 4) put_quad(output + n, four_at(field + n, &c));
            }
}

static void regrid(const float *displacement, const int *size, const double *spacing, const int *to,
                   const double *to_spacing, float *output) {
    const quad scale = {(float)(spacing[0] / to_spacing[0]), (float)(spacing[1] / to_spacing[1]),
                        (float)(spacing[2] / to_spacing[2]), 0};
    for (int x = 0; x < to[0]; x++)
        for (int y = 0; y < to[1]; y++)
            for (int z = 0; z < to[2]; z++, output += 4) {
                const corner c = corner_at(size, 4, (float)((x + 0.5) * to_spacing[0] / spacing[0] - 0.5),
                                           (float)((y + 0.5) * to_spacing[1] / spacing[1] - 0.5),
                                           (float)((z + 0.5) * to_spacing[2] / spacing[2] - 0.5));
                put_quad(output, quad_at(output) + scale * four_at(displacement, &c));
            }
}
