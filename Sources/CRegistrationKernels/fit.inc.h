// Sums that an affine map is improved by; part of kernels.inc.h.
//
// A sample's position changes along its row by z alone, from row to row by y and from plane to plane by x. So rows add
// up products of gradients times powers of z, planes add these up times powers of y, and the whole these times powers
// of x: 36 additions a sample where matrix and right side have 114.

// Products that are added up with positions: g_a g_b (a <= b) with those of two, then g_a, v g_a and w g_a with one.
enum { SQUARES = 6, LINEAR = 9 };
// Powers: 1, z, zz in rows; 1, z, zz, y, yz, yy in planes; then x, xz, xy, xx too. With one position: 1, z in rows; 1,
// z, y in planes; then x too.
enum { ROW_POWERS = 3, PLANE_POWERS = 6, POWERS = 10, ROW_LINES = 2, PLANE_LINES = 3, LINES = 4 };

typedef struct {
    vec squares[SQUARES][ROW_POWERS], lines[LINEAR][ROW_LINES], moments[TOMOS_MOMENTS];
} row_sums;

typedef struct {
    vec squares[SQUARES][PLANE_POWERS], lines[LINEAR][PLANE_LINES];
} plane_sums;

typedef struct {
    double squares[SQUARES][POWERS], lines[LINEAR][LINES];
    moments moments;
} fit_sums;

static size_t fit_scratch(void) { return (sizeof(row_sums) + sizeof(plane_sums)) / sizeof(float); }

// The samples z ... of a row.
INLINE void fit_vector(const sampler *s, ivec is, const vec *place, vec v, vec p, row_sums *row) {
    vec g[3];
    const cells c = cells_of(s, place[0], place[1], place[2]);
    vec w = read_slopes(s, &c, g);
    w = is ? w : splat(0), v = is ? v : splat(0);
    add_to_row(row->moments, is ? splat(1) : splat(0), v, w);
    UNROLL
    for (int a = 0; a < 3; a++) g[a] = is ? g[a] : splat(0);
    int n = 0;
    UNROLL
    for (int a = 0; a < 3; a++) {
        UNROLL
        for (int b = a; b < 3; b++, n++) {
            vec product = g[a] * g[b];
            row->squares[n][0] += product;
            row->squares[n][1] += product * p;
            row->squares[n][2] += product * p * p;
        }
    }
    UNROLL
    for (int a = 0; a < 3; a++) {
        const vec products[3] = {g[a], v * g[a], w * g[a]};
        UNROLL
        for (int kind = 0; kind < 3; kind++) {
            row->lines[kind * 3 + a][0] += products[kind];
            row->lines[kind * 3 + a][1] += products[kind] * p;
        }
    }
}

INLINE void add_row(plane_sums *plane, const row_sums *row, float y) {
    const vec one = splat(y), two = splat(y * y);
    for (int n = 0; n < SQUARES; n++) {
        const vec *from = row->squares[n];
        vec *to = plane->squares[n];
        to[0] += from[0], to[1] += from[1], to[2] += from[2];
        to[3] += one * from[0], to[4] += one * from[1], to[5] += two * from[0];
    }
    for (int n = 0; n < LINEAR; n++) {
        plane->lines[n][0] += row->lines[n][0];
        plane->lines[n][1] += row->lines[n][1];
        plane->lines[n][2] += one * row->lines[n][0];
    }
}

static void add_plane(fit_sums *all, const plane_sums *plane, double x) {
    for (int n = 0; n < SQUARES; n++) {
        double sums[PLANE_POWERS], *to = all->squares[n];
        for (int k = 0; k < PLANE_POWERS; k++) sums[k] = total_of(plane->squares[n][k]), to[k] += sums[k];
        to[6] += x * sums[0], to[7] += x * sums[1], to[8] += x * sums[3], to[9] += x * x * sums[0];
    }
    for (int n = 0; n < LINEAR; n++) {
        double sums[PLANE_LINES], *to = all->lines[n];
        for (int k = 0; k < PLANE_LINES; k++) sums[k] = total_of(plane->lines[n][k]), to[k] += sums[k];
        to[3] += x * sums[0];
    }
}

// Brings sums of products times powers into the order of the positions x, y, z, 1.
static void write_sums(const fit_sums *all, double *sums) {
    static const int line_of[4] = {3, 2, 1, 0};
    static const int square_of[4][4] = {{9, 8, 7, 6}, {8, 5, 4, 3}, {7, 4, 2, 1}, {6, 3, 1, 0}};
    static const int product_of[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
    for (int n = 0; n < TOMOS_MOMENTS; n++) *sums++ = total(&all->moments.sums[n]);
    for (int n = 0; n < LINEAR; n++)
        for (int k = 0; k < 4; k++) *sums++ = all->lines[n][line_of[k]];
    for (int a = 0; a < 3; a++)
        for (int k = 0; k < 4; k++)
            for (int b = 0; b < 3; b++)
                for (int l = 0; l < 4; l++) *sums++ = all->squares[product_of[a][b]][square_of[k][l]];
}

static void fit(const tomos_grid *grid, const tomos_lattice *lattice, const float *values, const double position[3][2],
                float *scratch, double *sums) {
    const sampler s = sampler_of(grid);
    const int count = lattice->size[2];
    row_sums *row = (row_sums *)scratch;
    plane_sums *plane = (plane_sums *)(row + 1);
    fit_sums all = {0};
    for (int x = 0; x < lattice->size[0]; x++) {
        memset(plane, 0, sizeof *plane);
        for (int y = 0; y < lattice->size[1]; y++, values += count) {
            const place_row places = row_of(lattice, grid, x, y);
            memset(row, 0, sizeof *row);
            for (int z = 0; z < count; z += LANES) {
                vec place[3];
                const ivec is = places_at(&places, z, count, place);
                if (!any(is)) continue;
                const vec p = splat((float)position[2][0]) + (lanes() + splat((float)z)) * splat((float)position[2][1]);
                fit_vector(&s, is, place, row_values(values, z, count), p, row);
            }
            add_moments(&all.moments, row->moments);
            add_row(plane, row, (float)(position[1][0] + y * position[1][1]));
        }
        add_plane(&all, plane, position[0][0] + x * position[0][1]);
    }
    write_sums(&all, sums);
}
