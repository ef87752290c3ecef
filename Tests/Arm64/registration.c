// The kernels of registration: those that read grids beside the same in double precision, and the results of all.
#include "registration_kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

static const tomos_registration_kernels *kernels;
static const int grid_size[3] = {9, 7, 33}, field_size[3] = {8, 9, 10};
static const double spacing[3] = {1, 1.5, 2};

static size_t count_of(const int *size) { return (size_t)size[0] * size[1] * size[2]; }

static void judge(const char *name, const float *values, const double *wanted, size_t count) {
    double most = 0;
    char what[96];
    for (size_t n = 0; n < count; n++) most = fmax(most, fabs((double)values[n] - wanted[n]));
    snprintf(what, sizeof what, "%s is %g from double precision", name, most);
    expect(most < 1e-5, what);
    keep(name, values, count);
}

static int inside(int n, int count) { return n < 0 ? 0 : n < count ? n : count - 1; }

// Linearly between the samples of a grid; beyond the border the outermost value goes on.
static double value_at(const float *grid, const int *size, const double *place) {
    int cell[3];
    double rest[3], value = 0;
    for (int n = 0; n < 3; n++) {
        double at = fmin(fmax(place[n], 0), size[n] - 1);
        cell[n] = (int)at, rest[n] = at - cell[n];
    }
    for (int corner = 0; corner < 8; corner++) {
        size_t at = 0;
        double weight = 1;
        for (int n = 0; n < 3; n++) {
            int far = corner >> n & 1;
            at = at * size[n] + inside(cell[n] + far, size[n]);
            weight *= far ? rest[n] : 1 - rest[n];
        }
        value += weight * (double)grid[at];
    }
    return value;
}

static tomos_lattice lattice_of(void) {
    return (tomos_lattice){
        {7, 6, 35},
        {-0.83, -0.61, -1.37},
        {{1.31 * 9 / 7, 0.07, -0.043}, {-0.031, 1.27 * 7 / 6, 0.089}, {0.013, -0.017, 1.11 * 33 / 35}},
        0.5f,
    };
}

static void smoothing(void) {
    const size_t count = count_of(grid_size);
    const float half[4] = {0.4f, 0.2f, 0.07f, 0.03f};
    float *values = make_hashed(1, count, 1), *output = make_floats(count, NAN);
    float *scratch = make_floats(kernels->smooth_scratch(grid_size, 3), NAN);
    double *from = malloc(count * sizeof *from), *to = malloc(count * sizeof *to);
    expect(from && to, "no memory");
    for (size_t n = 0; n < count; n++) from[n] = (double)values[n];
    const size_t steps[3] = {(size_t)grid_size[1] * grid_size[2], (size_t)grid_size[2], 1};
    for (int axis = 0; axis < 3; axis++) {
        for (size_t n = 0; n < count; n++) {
            int at = (int)(n / steps[axis]) % grid_size[axis];
            to[n] = (double)half[0] * from[n];
            for (int d = -3; d <= 3; d++)
                if (d != 0) to[n] += (double)half[abs(d)] * from[n + (inside(at + d, grid_size[axis]) - at) * steps[axis]];
        }
        memcpy(from, to, count * sizeof *from);
    }
    kernels->smooth(values, grid_size, half, 3, scratch, output);
    judge("smooth", output, to, count);
    free(from), free(to), release(values), release(output), release(scratch);
}

static void sampling(void) {
    const size_t count = count_of(grid_size);
    const tomos_lattice lattice = lattice_of();
    const size_t places = count_of(lattice.size);
    float *values = make_hashed(1, count, 1), *pairs = make_floats(2 * count, NAN), *output = make_floats(places, NAN);
    float *others = make_hashed(2, places, 1), *scratch = make_floats(kernels->fit_scratch(), NAN);
    unsigned char *are_inside = malloc(places);
    double *wanted = malloc(places * sizeof *wanted), sums[TOMOS_FIT_SUMS];
    expect(are_inside && wanted, "no memory");
    kernels->pair(values, grid_size, pairs);
    const tomos_grid grid = {pairs, {grid_size[0], grid_size[1], grid_size[2]}};
    kernels->resample(&grid, &lattice, output, are_inside);
    for (size_t n = 0; n < places; n++) {
        const size_t at[3] = {n / (6 * 35), n / 35 % 6, n % 35};
        double place[3];
        int is_inside = 1;
        for (int a = 0; a < 3; a++) {
            place[a] = lattice.origin[a];
            for (int step = 0; step < 3; step++) place[a] += (double)at[step] * lattice.steps[step][a];
            is_inside &= place[a] >= -0.5 - 1e-4 && place[a] <= grid_size[a] - 0.5 + 1e-4;
        }
        wanted[n] = value_at(values, grid_size, place);
        expect(is_inside == are_inside[n], "resample: inside is not what it should be");
    }
    judge("resample", output, wanted, places);
    kernels->compare(&grid, &lattice, others, sums);
    keep_doubles("compare", sums, TOMOS_MOMENTS);
    const double position[3][2] = {{-0.9, 0.31}, {-0.7, 0.29}, {-1.1, 0.061}};
    kernels->fit(&grid, &lattice, others, position, scratch, sums);
    keep_doubles("fit, moments", sums, 6), keep_doubles("fit, lines", sums + 6, 36);
    keep_doubles("fit, squares", sums + 42, 144);
    free(are_inside), free(wanted), release(values), release(pairs), release(output), release(others), release(scratch);
}

// A displacement of so many samples, smooth, with 0 in the fourth channel.
static float *displacement_of(int stream, const int *size, double factor) {
    const size_t count = count_of(size);
    float *field = make_floats(4 * count, 0);
    for (size_t n = 0; n < count; n++)
        for (int axis = 0; axis < 3; axis++)
            field[4 * n + axis] = (float)(factor * sin(0.1 * (double)(n % 97) + stream + axis) * hashed(stream, axis));
    return field;
}

static void lines(void) {
    float *field = displacement_of(1, field_size, 3), *places = make_floats(4 * 23, NAN);
    const tomos_line line = {{-1.3f, 2.4f, -0.9f}, {0.21f, -0.13f, 0.33f}, field, {8, 9, 10}, {10, -20, 30},
                             {{1.5f, 0.25f, -0.5f}, {0.125f, 2.5f, 0.75f}, {-0.375f, 0.5f, 0.875f}}};
    kernels->places(&line, 23, places);
    // The fourth number has no meaning.
    for (int n = 0; n < 23; n++) places[4 * n + 3] = 0;
    keep("places", places, 4 * 23);
    release(field), release(places);
}

static void features(void) {
    const size_t count = count_of(grid_size);
    float *values = make_hashed(1, count, 1), *result = make_floats(4 * count, NAN);
    float *scratch = make_floats(kernels->appearance_scratch(grid_size), NAN);
    kernels->appearance(values, grid_size, spacing, scratch, result);
    keep("appearance", result, 4 * count);
    release(scratch), release(result);
    result = make_floats(TOMOS_SIMILARITY * count, NAN);
    scratch = make_floats(kernels->similarity_scratch(grid_size), NAN);
    kernels->similarity(values, grid_size, spacing, scratch, result);
    keep("similarity", result, TOMOS_SIMILARITY * count);
    const int block[3] = {2, 3, 3}, blocks = 5 * 3 * 11;
    float *pooled = make_floats((size_t)TOMOS_SIMILARITY * blocks, NAN);
    kernels->pool(result, grid_size, block, pooled);
    keep("pool", pooled, (size_t)TOMOS_SIMILARITY * blocks);
    release(values), release(scratch), release(result), release(pooled);
}

static void fields(void) {
    const size_t count = count_of(field_size);
    const tomos_lattice lattice = lattice_of();
    const size_t places = count_of(lattice.size);
    float *field = make_hashed(1, TOMOS_SIMILARITY * count, 1), *output = make_floats(TOMOS_SIMILARITY * places, NAN);
    float *are_inside = make_floats(places, NAN), *moved = make_floats(4 * count, NAN);
    float *shift = displacement_of(2, field_size, 3), *four = make_hashed(3, 4 * count, 1);
    kernels->warp(field, field_size, TOMOS_SIMILARITY, &lattice, output, are_inside);
    keep("warp", output, TOMOS_SIMILARITY * places), keep("warp, inside", are_inside, places);
    kernels->displace(four, field_size, 4, shift, moved);
    double *wanted = malloc(4 * count * sizeof *wanted);
    float *channel = make_floats(count, 0);
    expect(wanted != NULL, "no memory");
    for (int c = 0; c < 4; c++) {
        for (size_t n = 0; n < count; n++) channel[n] = four[4 * n + c];
        for (size_t n = 0; n < count; n++) {
            const double place[3] = {(double)(n / 90) + (double)shift[4 * n], (double)(n / 10 % 9) + (double)shift[4 * n + 1],
                                     (double)(n % 10) + (double)shift[4 * n + 2]};
            wanted[4 * n + c] = value_at(channel, field_size, place);
        }
    }
    judge("displace", moved, wanted, 4 * count);
    const int to[3] = {16, 12, 21};
    const double to_spacing[3] = {0.5, 1.2, 1};
    float *finer = make_floats(4 * count_of(to), 0);
    kernels->regrid(shift, field_size, spacing, to, to_spacing, finer);
    keep("regrid", finer, 4 * count_of(to));
    float *back = displacement_of(4, field_size, 2), *room = make_floats(8 * count, NAN);
    kernels->reconcile(shift, back, field_size, 5, room);
    keep("reconcile, there", shift, 4 * count), keep("reconcile, back", back, 4 * count);
    free(wanted), release(channel), release(field), release(output), release(are_inside), release(moved), release(shift);
    release(four), release(finer), release(back), release(room);
}

// One image is the other moved by whole samples, so that no other shift costs about as little.
static void searching(void) {
    const int size[3] = {9, 8, 10}, reach[3] = {2, 2, 2}, moved[3] = {1, -1, 2};
    const size_t count = count_of(size);
    float *moving = make_hashed(1, TOMOS_SIMILARITY * count, 1), *fixed = make_floats(TOMOS_SIMILARITY * count, 0);
    for (size_t n = 0; n < count; n++) {
        const int x = inside((int)(n / 80) + moved[0], 9), y = inside((int)(n / 10 % 8) + moved[1], 8);
        const int z = inside((int)(n % 10) + moved[2], 10);
        memcpy(fixed + n * TOMOS_SIMILARITY, moving + ((size_t)(x * 8 + y) * 10 + z) * TOMOS_SIMILARITY,
               TOMOS_SIMILARITY * sizeof *fixed);
    }
    const double cubes[3] = {3, 3, 3};
    float *scratch = make_floats(kernels->search_scratch(size, reach), NAN), *found = make_floats(4 * count, NAN);
    kernels->search(fixed, moving, size, cubes, reach, scratch, found);
    for (int axis = 0; axis < 3; axis++)
        expect(fabs((double)found[4 * ((4 * 8 + 4) * 10 + 5) + axis] - moved[axis]) < 0.25, "search: not the shift");
    keep("search", found, 4 * count);
    release(moving), release(fixed), release(scratch), release(found);
}

static void refining(void) {
    const size_t count = count_of(grid_size);
    float *fixed = make_hashed(10, 4 * count, 1), *moving = make_hashed(20, 4 * count, 1);
    float *weights = make_floats(count, 1), *shift = displacement_of(4, grid_size, 2);
    for (size_t n = 0; n < count; n += 5) weights[n] = 0;
    float *scratch = make_floats(kernels->refine_scratch(grid_size), 0);
    const tomos_refinement refinement = {{9, 7, 33}, {1, 1.5, 2}, fixed, moving, weights, 3e-3f, shift};
    kernels->refine(&refinement, 7, scratch);
    keep("refine", shift, 4 * count);
    release(fixed), release(moving), release(weights), release(shift), release(scratch);
}

void run_registration(const char *name) {
    kernels = tomos_registration_kernels_named(name);
    expect(kernels != NULL, "the processor does not run them");
    smoothing();
    sampling();
    lines();
    features();
    fields();
    searching();
    refining();
    printf("%s kernels: grids are read as in double precision\n", kernels->name);
}
