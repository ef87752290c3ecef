// Refining a displacement by Gauss-Newton steps on features of four channels, whose normal equations are smoothed before
// they are solved. (Lucas and Kanade, IJCAI 1981, with a Gaussian window.) Four samples at a time, four channels each: one
// vector of sixteen. Part of kernels.inc.h.

// All that takes or returns such a vector is inlined: how it would be handed over does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float wide __attribute__((ext_vector_type(16)));
typedef float loose_wide __attribute__((ext_vector_type(16), aligned(4)));

INLINE wide wide_at(const float *p) { return *(const loose_wide *)p; }
INLINE void put_wide(float *p, wide v) { *(loose_wide *)p = v; }

INLINE wide join_four(quad a, quad b, quad c, quad d) {
    typedef float half_wide __attribute__((ext_vector_type(8)));
    const half_wide low = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    const half_wide high = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

// One number for all channels of each sample.
INLINE wide each(quad t) { return __builtin_shufflevector(t, t, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3); }

// Sums of neighbouring lanes, of a and then of b, in each group of four.
INLINE wide add_pairs(wide a, wide b) {
    return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30)
        + __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
}

// Sums over the channels of four products, side by side for each of the samples.
INLINE wide add_channels(wide a, wide b, wide c, wide d) { return add_pairs(add_pairs(a, b), add_pairs(c, d)); }

// Corners of the cells of four samples' places, and where they lie between them. There is a slope at the border too: the
// last cell ends there.
typedef struct {
    const float *corners[4];
    size_t steps[3];
    quad fractions[3];
} four_cells;

INLINE int inner_cell(float place, int size, float *fraction) {
    const float last = (float)(size - 1);
    place = place > 0 ? place : 0;
    place = place < last ? place : last;
    int cell = (int)place;
    const int most = size > 1 ? size - 2 : 0;
    cell = cell < most ? cell : most;
    *fraction = place - (float)cell;
    return cell;
}

INLINE four_cells cells_of_four(const tomos_refinement *r, int x, int y, int z, const float *u) {
    const int *size = r->size;
    const size_t row = 4 * (size_t)size[2], plane = size[1] * row;
    four_cells c = {.steps = {size[0] > 1 ? plane : 0, size[1] > 1 ? row : 0, size[2] > 1 ? 4 : 0}};
    float fractions[3][4];
    for (int s = 0; s < 4; s++, u += 4) {
        const int i = inner_cell((float)x + u[0], size[0], &fractions[0][s]);
        const int j = inner_cell((float)y + u[1], size[1], &fractions[1][s]);
        const int k = inner_cell((float)(z + s) + u[2], size[2], &fractions[2][s]);
        c.corners[s] = r->moving + i * plane + j * row + 4 * (size_t)k;
    }
    for (int n = 0; n < 3; n++) c.fractions[n] = quad_at(fractions[n]);
    return c;
}

INLINE wide corners_at(const four_cells *c, size_t step) {
    return join_four(quad_at(c->corners[0] + step), quad_at(c->corners[1] + step), quad_at(c->corners[2] + step),
                     quad_at(c->corners[3] + step));
}

// The moving features of four samples and their slopes along the axes.
INLINE wide moving_slopes(const four_cells *c, wide *slopes) {
    const size_t x = c->steps[0], y = c->steps[1], z = c->steps[2];
    const wide fx = each(c->fractions[0]), fy = each(c->fractions[1]), fz = each(c->fractions[2]);
    const wide a = corners_at(c, 0), b = corners_at(c, y), d = corners_at(c, x), e = corners_at(c, x + y);
    wide s0 = corners_at(c, z) - a, s1 = corners_at(c, y + z) - b;
    wide s2 = corners_at(c, x + z) - d, s3 = corners_at(c, x + y + z) - e;
    const wide z0 = a + fz * s0, z1 = b + fz * s1, z2 = d + fz * s2, z3 = e + fz * s3;
    const wide y0 = z1 - z0, y1 = z3 - z2, near = z0 + fy * y0, far = z2 + fy * y1;
    s0 += fy * (s1 - s0);
    s2 += fy * (s3 - s2);
    slopes[0] = far - near, slopes[1] = y0 + fx * (y1 - y0), slopes[2] = s0 + fx * (s2 - s0);
    return near + fx * slopes[0];
}

// What a difference of a sample's neighbours along an axis is to be multiplied by; 0 where there is none.
INLINE float slope_share(int at, int size) { return size < 2 ? 0 : at == 0 || at == size - 1 ? 1 : 0.5f; }

// Slopes of the fixed features along z, at the end of a row sample by sample.
INLINE wide slope_along(const float *f, int z, int count) {
    if (z > 0 && z + 4 < count) return 0.5f * (wide_at(f + 4) - wide_at(f - 4));
    quad slopes[4];
    for (int s = 0; s < 4; s++) {
        const int before = z + s > 0 && z + s < count, after = z + s < count - 1;
        const quad rise = quad_at(f + 4 * (s + after)) - quad_at(f + 4 * (s - before));
        slopes[s] = before + after ? rise / (float)(before + after) : rise * 0;
    }
    return join_four(slopes[0], slopes[1], slopes[2], slopes[3]);
}

// The equations of four samples: by the mean slope of both, where the weight says they count. Matrices are left out where
// `diagonal` is NULL.
INLINE void equations_of_four(const tomos_refinement *r, int x, int y, int z, size_t at, float *diagonal, float *rest,
                              float *right) {
    const int *size = r->size;
    const size_t row = 4 * (size_t)size[2], plane = size[1] * row;
    const float *f = r->fixed + at;
    const four_cells cells = cells_of_four(r, x, y, z, r->displacement + at);
    wide slopes[3];
    const wide difference = wide_at(f) - moving_slopes(&cells, slopes);
    const float *fx[2] = {x > 0 ? f - plane : f, x < size[0] - 1 ? f + plane : f};
    const float *fy[2] = {y > 0 ? f - row : f, y < size[1] - 1 ? f + row : f};
    slopes[0] = 0.5f * (slopes[0] + slope_share(x, size[0]) * (wide_at(fx[1]) - wide_at(fx[0])));
    slopes[1] = 0.5f * (slopes[1] + slope_share(y, size[1]) * (wide_at(fy[1]) - wide_at(fy[0])));
    slopes[2] = 0.5f * (slopes[2] + slope_along(f, z, size[2]));
    const wide weight = each(quad_at(r->weights + at / 4)), none = {0};
    const wide a = weight * slopes[0], b = weight * slopes[1], c = weight * slopes[2];
    put_wide(right + at, add_channels(a * difference, b * difference, c * difference, none));
    if (!diagonal) return;
    const wide faint = 0.25f * r->faint * weight;
    put_wide(diagonal + at, add_channels(a * slopes[0] + faint, b * slopes[1] + faint, c * slopes[2] + faint, none));
    put_wide(rest + at, add_channels(a * slopes[1], a * slopes[2], b * slopes[2], none));
}

// A row's last samples are found with those before them; of a row of fewer than four, what is written beyond its end the
// next row puts right.
static void find_equations(const tomos_refinement *r, float *diagonal, float *rest, float *right) {
    const int last = r->size[2] > 4 ? r->size[2] - 4 : 0;
    for (int x = 0; x < r->size[0]; x++)
        for (int y = 0; y < r->size[1]; y++) {
            const size_t row = 4 * (size_t)r->size[2] * ((size_t)x * r->size[1] + y);
            for (int z = 0; z < r->size[2]; z += 4) {
                const int from = z < last ? z : last;
                equations_of_four(r, x, y, from, row + 4 * (size_t)from, diagonal, rest, right);
            }
        }
}

// Puts the inverses of symmetric matrices in their place; something is added to the diagonal, so that all have one.
static void invert(float *diagonal, float *rest, size_t count) {
    const float least = 1e-4f;
    for (size_t n = 0; n < count; n++, diagonal += 4, rest += 4) {
        const float a = diagonal[0] + least, b = diagonal[1] + least, c = diagonal[2] + least;
        const float d = rest[0], e = rest[1], f = rest[2];
        const float aa = b * c - f * f, bb = a * c - e * e, cc = a * b - d * d;
        const float ab = e * f - d * c, ac = d * f - e * b, bc = d * e - a * f;
        const float determinant = a * aa + d * ab + e * ac;
        const float scale = determinant > 1e-30f ? 1 / determinant : 0;
        diagonal[0] = scale * aa, diagonal[1] = scale * bb, diagonal[2] = scale * cc;
        rest[0] = scale * ab, rest[1] = scale * ac, rest[2] = scale * bc;
    }
}

// A step of the displacement, one sample long at most.
static void advance(const float *diagonal, const float *rest, const float *right, size_t count, float *displacement) {
    for (size_t n = 0; n < 4 * count; n += 4) {
        const float a = right[n], b = right[n + 1], c = right[n + 2];
        const float x = diagonal[n] * a + rest[n] * b + rest[n + 1] * c;
        const float y = rest[n] * a + diagonal[n + 1] * b + rest[n + 2] * c;
        const float z = rest[n + 1] * a + rest[n + 2] * b + diagonal[n + 2] * c;
        const float squares = x * x + y * y + z * z, scale = squares > 1 ? 1 / sqrtf(squares) : 1;
        displacement[n] += scale * x, displacement[n + 1] += scale * y, displacement[n + 2] += scale * z;
    }
}

static size_t refine_scratch(const int *size) {
    return 3 * (4 * samples_of(size) + TOMOS_SLACK) + blur_scratch(size, 4);
}

static void refine(const tomos_refinement *r, int steps, float *scratch) {
    const size_t count = samples_of(r->size), room = 4 * count + TOMOS_SLACK;
    float *diagonal = scratch, *rest = diagonal + room, *right = rest + room, *spare = right + room;
    double thick[3], window[3], elastic[3];
    thickness(r->spacing, thick);
    for (int n = 0; n < 3; n++) window[n] = 1 / thick[n], elastic[n] = 0.7 / thick[n];
    for (int step = 0; step < steps; step++) {
        // Matrices change little from step to step.
        const int anew = step % 5 == 0;
        find_equations(r, anew ? diagonal : NULL, rest, right);
        if (anew) {
            blur(diagonal, r->size, 4, window, 2, spare);
            blur(rest, r->size, 4, window, 2, spare);
            invert(diagonal, rest, count);
        }
        blur(right, r->size, 4, window, 2, spare);
        advance(diagonal, rest, right, count, r->displacement);
        blur(r->displacement, r->size, 4, elastic, 2, spare);
    }
}
