// Places of a line after a registration; part of kernels.inc.h.

INLINE quad mixed(quad a, quad b, float t) { return a + t * (b - a); }

// The same as `cell_along`, of one place.
INLINE int one_cell(float place, int size, float *fraction) {
    const float last = (float)(size - 1);
    place = place > 0 ? place : 0;
    place = place < last ? place : last;
    int cell = (int)place;
    *fraction = place - (float)cell;
    return cell;
}

// The displacement at a place.
INLINE quad displacement_at(const float *displacement, const int *size, quad place) {
    float x, y, z;
    const int i = one_cell(place[0], size[0], &x), j = one_cell(place[1], size[1], &y);
    const int k = one_cell(place[2], size[2], &z);
    const size_t row = 4 * (size_t)size[2], plane = row * size[1];
    const float *p = displacement + i * plane + j * row + 4 * (size_t)k;
    const size_t dx = i < size[0] - 1 ? plane : 0, dy = j < size[1] - 1 ? row : 0, dz = k < size[2] - 1 ? 4 : 0;
    const quad near = mixed(mixed(quad_at(p), quad_at(p + dz), z), mixed(quad_at(p + dy), quad_at(p + dy + dz), z), y);
    p += dx;
    const quad far = mixed(mixed(quad_at(p), quad_at(p + dz), z), mixed(quad_at(p + dy), quad_at(p + dy + dz), z), y);
    return mixed(near, far, x);
}

INLINE quad quad_of(const float *p) { return (quad){p[0], p[1], p[2], 0}; }

static void places(const tomos_line *line, int count, float *output) {
    const quad start = quad_of(line->start), step = quad_of(line->step), origin = quad_of(line->origin);
    const quad c0 = quad_of(line->columns[0]), c1 = quad_of(line->columns[1]), c2 = quad_of(line->columns[2]);
    for (int n = 0; n < count; n++) {
        quad place = start + step * (float)n;
        if (line->displacement) place += displacement_at(line->displacement, line->size, place);
        const quad image = origin + c0 * place[0] + c1 * place[1] + c2 * place[2];
        memcpy(output + 4 * (size_t)n, &image, sizeof image);
    }
}
