// Walking through a lattice of places; part of kernels.inc.h.

// What rounding may move a place that lies on the border, in samples.
static const float border = 1e-4f;

// One row of a lattice: the places of its samples, vector by vector.
typedef struct {
    float start[3], step[3];
    float low, high[3];
} place_row;

INLINE place_row row_of(const tomos_lattice *lattice, const tomos_grid *grid, int x, int y) {
    place_row row = {.low = -lattice->margin - border};
    for (int n = 0; n < 3; n++) {
        row.start[n] = (float)(lattice->origin[n] + x * lattice->steps[0][n] + y * lattice->steps[1][n]);
        row.step[n] = (float)lattice->steps[2][n];
        row.high[n] = (float)(grid->size[n] - 1) + lattice->margin + border;
    }
    return row;
}

// The places of samples z ... of a row, and which of them lie inside: -1 or 0.
INLINE ivec places_at(const place_row *row, int z, int count, vec *place) {
    const vec along = lanes() + splat((float)z);
    ivec inside = ilanes() < isplat(count - z);
    UNROLL
    for (int n = 0; n < 3; n++) {
        place[n] = splat(row->start[n]) + along * splat(row->step[n]);
        inside &= (place[n] >= splat(row->low)) & (place[n] <= splat(row->high[n]));
    }
    return inside;
}

INLINE int any(ivec mask) {
    int found = 0;
    UNROLL
    for (int l = 0; l < LANES; l++) found |= mask[l];
    return found;
}

// Values z ... of a row without gaps, 0 beyond its end.
INLINE vec row_values(const float *row, int z, int count) {
    if (z + LANES <= count) return load_loose(row + z);
    float rest[LANES] __attribute__((aligned(64))) = {0};
    memcpy(rest, row + z, (size_t)(count - z) * sizeof(float));
    return load(rest);
}

static void resample(const tomos_grid *grid, const tomos_lattice *lattice, float *values, unsigned char *inside) {
    const sampler s = sampler_of(grid);
    const int count = lattice->size[2];
    for (int x = 0; x < lattice->size[0]; x++)
        for (int y = 0; y < lattice->size[1]; y++, values += count, inside += count) {
            const place_row row = row_of(lattice, grid, x, y);
            for (int z = 0; z < count; z += LANES) {
                vec place[3];
                const ivec is = places_at(&row, z, count, place);
                const cells c = cells_of(&s, place[0], place[1], place[2]);
                const vec found = read_values(&s, &c);
                const bvec flags = __builtin_convertvector(is & 1, bvec);
                if (z + LANES <= count) {
                    store_loose(values + z, found);
                    memcpy(inside + z, &flags, sizeof flags);
                } else {
                    memcpy(values + z, &found, (size_t)(count - z) * sizeof(float));
                    memcpy(inside + z, &flags, (size_t)(count - z));
                }
            }
        }
}

// Sums of a row are short ones, those of rows long ones in double precision.
typedef struct {
    dvec sums[TOMOS_MOMENTS];
} moments;

INLINE void add_moments(moments *m, const vec *row) {
    UNROLL
    for (int n = 0; n < TOMOS_MOMENTS; n++) m->sums[n] += __builtin_convertvector(row[n], dvec);
}

// Adds what lies inside to a row's sums: number, a, b, ab, aa, bb; a and b must be 0 elsewhere.
INLINE void add_to_row(vec *row, vec is, vec a, vec b) {
    row[0] += is, row[1] += a, row[2] += b;
    row[3] += a * b, row[4] += a * a, row[5] += b * b;
}

static void write_moments(const moments *all, double *sums) {
    for (int n = 0; n < TOMOS_MOMENTS; n++) sums[n] = total(&all->sums[n]);
}

static void compare(const tomos_grid *grid, const tomos_lattice *lattice, const float *values, double *sums) {
    const sampler s = sampler_of(grid);
    const int count = lattice->size[2];
    moments all = {0};
    for (int x = 0; x < lattice->size[0]; x++)
        for (int y = 0; y < lattice->size[1]; y++, values += count) {
            const place_row row = row_of(lattice, grid, x, y);
            vec here[TOMOS_MOMENTS] = {0};
            for (int z = 0; z < count; z += LANES) {
                vec place[3];
                const ivec is = places_at(&row, z, count, place);
                if (!any(is)) continue;
                const cells c = cells_of(&s, place[0], place[1], place[2]);
                add_to_row(here, is ? splat(1) : splat(0), is ? row_values(values, z, count) : splat(0),
                           is ? read_values(&s, &c) : splat(0));
            }
            add_moments(&all, here);
        }
    write_moments(&all, sums);
}
