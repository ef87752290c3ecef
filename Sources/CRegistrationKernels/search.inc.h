// The search for large displacements: all of a few samples' reach are looked at on a grid of blocks, and those are taken
// that go with their neighbours'. (Heinrich et al., "Non-parametric discrete registration with convex optimisation",
// WBIR 2014; Siebert et al., "Fast 3D registration with accurate optimisation and little learning", MICCAI 2021
// workshops.) Part of kernels.inc.h.

static void blocks_of(const int *size, const int *block, int *blocks) {
    for (int n = 0; n < 3; n++) blocks[n] = (size[n] + block[n] - 1) / block[n];
}

// Means over blocks of samples, those at the end smaller.
static void pool(const float *field, const int *size, const int *block, float *output) {
    int blocks[3];
    blocks_of(size, block, blocks);
    for (int x = 0; x < blocks[0]; x++)
        for (int y = 0; y < blocks[1]; y++)
            for (int z = 0; z < blocks[2]; z++, output += TOMOS_SIMILARITY) {
                quad sums[TOMOS_SIMILARITY / 4] = {0};
                int count = 0;
                for (int i = x * block[0]; i < (x + 1) * block[0] && i < size[0]; i++)
                    for (int j = y * block[1]; j < (y + 1) * block[1] && j < size[1]; j++)
                        for (int k = z * block[2]; k < (z + 1) * block[2] && k < size[2]; k++, count++) {
                            const float *p = field + TOMOS_SIMILARITY * (((size_t)i * size[1] + j) * size[2] + k);
                            for (int n = 0; n < TOMOS_SIMILARITY / 4; n++) sums[n] += quad_at(p + 4 * n);
                        }
                for (int n = 0; n < TOMOS_SIMILARITY / 4; n++) put_quad(output + 4 * n, sums[n] / (float)count);
            }
}

static int shifts_of(const int *reach) { return (2 * reach[0] + 1) * (2 * reach[1] + 1) * (2 * reach[2] + 1); }

static int longest(const int *size) {
    const int two = size[0] > size[1] ? size[0] : size[1];
    return two > size[2] ? two : size[2];
}

static size_t search_scratch(const int *size, const int *reach) {
    const size_t shifts = (size_t)shifts_of(reach);
    return (samples_of(size) + (size_t)longest(size) + 5) * shifts + blur_scratch(size, 4);
}

// costs[point][shift]: the squared difference of features.
static void find_costs(const float *fixed, const float *moving, const int *size, const int *reach, float *costs) {
    for (int x = 0; x < size[0]; x++)
        for (int y = 0; y < size[1]; y++)
            for (int z = 0; z < size[2]; z++, fixed += TOMOS_SIMILARITY) {
                quad here[TOMOS_SIMILARITY / 4];
                for (int n = 0; n < TOMOS_SIMILARITY / 4; n++) here[n] = quad_at(fixed + 4 * n);
                for (int i = -reach[0]; i <= reach[0]; i++)
                    for (int j = -reach[1]; j <= reach[1]; j++) {
                        const float *row = moving
                            + TOMOS_SIMILARITY
                                * (((size_t)clamped(x + i, size[0]) * size[1] + clamped(y + j, size[1])) * size[2]);
                        for (int k = -reach[2]; k <= reach[2]; k++) {
                            const float *there = row + TOMOS_SIMILARITY * (size_t)clamped(z + k, size[2]);
                            quad sum = {0};
                            for (int n = 0; n < TOMOS_SIMILARITY / 4; n++) {
                                const quad d = here[n] - quad_at(there + 4 * n);
                                sum += d * d;
                            }
                            *costs++ = (sum[0] + sum[1]) + (sum[2] + sum[3]);
                        }
                    }
            }
}

// The mean of each shift's costs over 3 x 3 x 3 points; `lines` is room for the costs of the longest line of points.
static void spread_costs(float *costs, const int *size, int shifts, float *lines) {
    const size_t strides[3] = {(size_t)size[1] * size[2], (size_t)size[2], 1};
    for (int axis = 0; axis < 3; axis++) {
        const int count = size[axis];
        if (count < 3) continue;
        const int other = axis == 0 ? 1 : 0, last = axis == 2 ? 1 : 2;
        for (int a = 0; a < size[other]; a++)
            for (int b = 0; b < size[last]; b++) {
                float *line = costs + (a * strides[other] + b * strides[last]) * shifts;
                const size_t step = strides[axis] * shifts;
                for (int n = 0; n < count; n++) memcpy(lines + (size_t)n * shifts, line + n * step, shifts * sizeof(float));
                for (int n = 0; n < count; n++) {
                    const float *rows[3] = {lines + (size_t)n * shifts, lines + (size_t)clamped(n - 1, count) * shifts,
                                            lines + (size_t)clamped(n + 1, count) * shifts};
                    const float third[2] = {1.f / 3, 1.f / 3};
                    sum_rows(rows, third, 1, (size_t)shifts, line + n * step);
                }
            }
    }
}

// The shifts along the three axes, and room for what each costs at a point.
typedef struct {
    int count;
    float *along[3], *values;
} shift_table;

static shift_table table_of(const int *reach, float *room) {
    shift_table t = {shifts_of(reach), {room, 0, 0}, 0};
    t.along[1] = t.along[0] + t.count, t.along[2] = t.along[1] + t.count, t.values = t.along[2] + t.count;
    int n = 0;
    for (int i = -reach[0]; i <= reach[0]; i++)
        for (int j = -reach[1]; j <= reach[1]; j++)
            for (int k = -reach[2]; k <= reach[2]; k++, n++)
                t.along[0][n] = (float)i, t.along[1][n] = (float)j, t.along[2][n] = (float)k;
    return t;
}

// Moves a point to the shift that costs least together with its squared distance from where the point is now.
static void choose(const shift_table *t, const float *costs, const float *pull, float *point) {
    float least = INFINITY;
    for (int n = 0; n < t->count; n++) {
        const float x = t->along[0][n] - point[0], y = t->along[1][n] - point[1], z = t->along[2][n] - point[2];
        t->values[n] = costs[n] + (pull[0] * x * x + pull[1] * y * y + pull[2] * z * z);
    }
    for (int n = 0; n < t->count; n++) least = t->values[n] < least ? t->values[n] : least;
    // What is no number is never least: then the first is as good as any.
    int best = 0;
    for (int n = 0; n < t->count; n++)
        if (t->values[n] == least) {
            best = n;
            break;
        }
    for (int n = 0; n < 3; n++) point[n] = t->along[n][best];
}

static void search(const float *fixed, const float *moving, const int *size, const double *spacing, const int *reach,
                   float *scratch, float *displacement) {
    // At first next to nothing, so that of shifts that are alike the shortest is taken.
    static const float pulls[] = {1e-5f, 0.009f, 0.03f, 0.09f, 0.3f, 0.9f, 3};
    const size_t count = samples_of(size), shifts = (size_t)shifts_of(reach);
    float *costs = scratch, *lines = costs + count * shifts, *room = lines + (size_t)longest(size) * shifts;
    const shift_table table = table_of(reach, room);
    double thick[3], sigma[3];
    thickness(spacing, thick);
    for (int n = 0; n < 3; n++) sigma[n] = 0.8 / thick[n];
    find_costs(fixed, moving, size, reach, costs);
    spread_costs(costs, size, (int)shifts, lines);
    memset(displacement, 0, 4 * count * sizeof(float));
    for (size_t round = 0; round < sizeof pulls / sizeof *pulls; round++) {
        float pull[3];
        for (int n = 0; n < 3; n++) pull[n] = pulls[round] * (float)(thick[n] * thick[n]);
        for (size_t n = 0; n < count; n++) choose(&table, costs + n * shifts, pull, displacement + 4 * n);
        blur(displacement, size, 4, sigma, 3, room + 5 * shifts);
    }
}

// Makes two displacements of opposite directions each other's inverses, as far as so many rounds go. `scratch` is room for
// both.
static void reconcile(float *there, float *back, const int *size, int rounds, float *scratch) {
    const size_t count = 4 * samples_of(size);
    float *one = scratch, *other = scratch + count;
    for (int round = 0; round < rounds; round++) {
        size_t n = 0;
        for (int x = 0; x < size[0]; x++)
            for (int y = 0; y < size[1]; y++)
                for (int z = 0; z < size[2]; z++, n += 4) {
                    const quad u = quad_at(there + n), v = quad_at(back + n);
                    const corner a = corner_at(size, 4, (float)x + u[0], (float)y + u[1], (float)z + u[2]);
                    const corner b = corner_at(size, 4, (float)x + v[0], (float)y + v[1], (float)z + v[2]);
                    put_quad(one + n, 0.5f * (u - four_at(back, &a)));
                    put_quad(other + n, 0.5f * (v - four_at(there, &b)));
                }
        memcpy(there, one, count * sizeof(float));
        memcpy(back, other, count * sizeof(float));
    }
}
