// Reading a grid between its samples; part of kernels.inc.h.

// A grid with what the cell of a place is found by.
typedef struct {
    const float *values;
    // The outermost place along each axis, and the last cell's first sample.
    float last[3];
    int cells[3];
    // Pairs from row to row, from plane to plane, and to the next plane from one that is not the last: 0 where all are.
    int row, plane, across;
    // 0 where there is only one sample along z, else 1.
    float depth;
} sampler;

INLINE sampler sampler_of(const tomos_grid *grid) {
    sampler s = {.values = grid->pairs, .row = grid->size[2], .plane = grid->size[1] * grid->size[2]};
    for (int n = 0; n < 3; n++) {
        s.last[n] = (float)(grid->size[n] - 1);
        s.cells[n] = grid->size[n] > 1 ? grid->size[n] - 2 : 0;
    }
    s.across = grid->size[0] > 1 ? s.plane : 0;
    s.depth = grid->size[2] > 1;
    return s;
}

// In this order of comparisons what is no number becomes 0.
INLINE ivec cell_along(const sampler *s, int axis, vec place, vec *fraction) {
    place = place > splat(0) ? place : splat(0);
    place = place < splat(s->last[axis]) ? place : splat(s->last[axis]);
    ivec cell = __builtin_convertvector(place, ivec);
    cell = cell < isplat(s->cells[axis]) ? cell : isplat(s->cells[axis]);
    *fraction = place - __builtin_convertvector(cell, vec);
    return cell;
}

// Corners of the cells that places lie in, and where they lie between them.
typedef struct {
    uvec at;
    vec x, y, z;
} cells;

INLINE cells cells_of(const sampler *s, vec x, vec y, vec z) {
    cells c;
    ivec i = cell_along(s, 0, x, &c.x), j = cell_along(s, 1, y, &c.y), k = cell_along(s, 2, z, &c.z);
    c.at = __builtin_convertvector(i * isplat(s->plane) + j * isplat(s->row) + k, uvec);
    return c;
}

// A sample and its next along y, and those next to both along z, lie beside each other.
INLINE quad face_at(const float *values, unsigned at) { return quad_at(values + 2 * (size_t)at); }

// The four values of each of so many faces, one vector each: those of a sample, of its next along y, and of the ones
// next to them along z.
INLINE void read_faces(const float *values, uvec at, vec *faces) {
    vec rows[4];
    UNROLL
    for (int n = 0; n < 4; n++) {
#if LANES == 16
        rows[n] = join_eights(join_quads(face_at(values, at[n]), face_at(values, at[n + 4])),
                              join_quads(face_at(values, at[n + 8]), face_at(values, at[n + 12])));
#elif LANES == 8
        rows[n] = join_quads(face_at(values, at[n]), face_at(values, at[n + 4]));
#else
        rows[n] = face_at(values, at[n]);
#endif
    }
    const vec a = MIXED_LOW(rows[0], rows[1]), b = MIXED_LOW(rows[2], rows[3]);
    const vec c = MIXED_HIGH(rows[0], rows[1]), d = MIXED_HIGH(rows[2], rows[3]);
    faces[0] = PAIRED_LOW(a, b), faces[1] = PAIRED_HIGH(a, b);
    faces[2] = PAIRED_LOW(c, d), faces[3] = PAIRED_HIGH(c, d);
}

INLINE vec between(vec a, vec b, vec t) { return a + t * (b - a); }

INLINE vec face_value(const vec *face, const cells *c) {
    return between(between(face[0], face[2], c->z), between(face[1], face[3], c->z), c->y);
}

INLINE vec read_values(const sampler *s, const cells *c) {
    vec face[4];
    read_faces(s->values, c->at, face);
    const vec near = face_value(face, c);
    read_faces(s->values + 2 * (size_t)s->across, c->at, face);
    return between(near, face_value(face, c), c->x);
}

// Values and their derivatives per sample along x, y and z.
INLINE vec read_slopes(const sampler *s, const cells *c, vec *gradient) {
    vec values[2], along_y[2], along_z[2];
    UNROLL
    for (int n = 0; n < 2; n++) {
        vec face[4];
        read_faces(s->values + 2 * (size_t)(n * s->across), c->at, face);
        const vec low = between(face[0], face[2], c->z), high = between(face[1], face[3], c->z);
        values[n] = between(low, high, c->y);
        along_y[n] = high - low;
        along_z[n] = between(face[2] - face[0], face[3] - face[1], c->y);
    }
    gradient[0] = values[1] - values[0];
    gradient[1] = between(along_y[0], along_y[1], c->x);
    gradient[2] = splat(s->depth) * between(along_z[0], along_z[1], c->x);
    return between(values[0], values[1], c->x);
}

static void pair(const float *values, const int *size, float *pairs) {
    for (int x = 0; x < size[0]; x++)
        for (int y = 0; y < size[1]; y++, values += size[2], pairs += 2 * (size_t)size[2]) {
            const float *next = y < size[1] - 1 ? values + size[2] : values;
            for (int z = 0; z < size[2]; z++) pairs[2 * z] = values[z], pairs[2 * z + 1] = next[z];
        }
}
