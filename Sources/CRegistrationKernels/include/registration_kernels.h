// Kernels of registration. Float32 throughout; grids are [x][y][z], z fastest. A place is given in samples along x, y and
// z; beyond the border of a grid its outermost value goes on.
//
// Every function reads what it is given, writes what it says, allocates nothing and keeps no state: any number of
// threads may call it at once, each with scratch of its own. A call is the work of one thread, so that the bits of a
// result never depend on how many there are.
#ifndef REGISTRATION_KERNELS_H
#define REGISTRATION_KERNELS_H
#include <stddef.h>

enum {
    /// Floats of a grid's pairs, and of a field, that are read beyond its end.
    TOMOS_SLACK = 16,
    /// Neighbours on each side that a field is smoothed with, at most.
    TOMOS_WINDOW = 15,
    /// Channels of `similarity`.
    TOMOS_SIMILARITY = 12,
    /// Numbers that `compare` adds up.
    TOMOS_MOMENTS = 6,
    /// Numbers that `fit` adds up.
    TOMOS_FIT_SUMS = 6 + 3 * 12 + 12 * 12
};

/// A grid that is read between its samples.
typedef struct {
    /// As made by `pair`.
    const float *pairs;
    /// Samples along x, y and z.
    int size[3];
} tomos_grid;

/// Evenly spaced samples of one grid, and their places in another, to which an affine map leads.
typedef struct {
    /// Samples along x, y and z.
    int size[3];
    /// Place of the first sample, and the way from sample to sample along x, y and z.
    double origin[3], steps[3][3];
    /// How far beyond the outermost samples a place may lie to count as inside.
    float margin;
} tomos_lattice;

/// Features of two images on one grid, and the displacement that is to bring them together. Behind the last sample of each
/// field there must be TOMOS_SLACK more floats, finite numbers.
typedef struct {
    /// Samples along x, y and z, and their distances in mm.
    int size[3];
    double spacing[3];
    /// By `appearance`; the moving ones after the affine map.
    const float *fixed, *moving;
    /// How much each sample counts: 0 where there is nothing to compare.
    const float *weights;
    /// Square of a slope that is too faint to follow.
    float faint;
    /// [x][y][z][4]: along x, y and z in samples, and 0.
    float *displacement;
} tomos_refinement;

/// Samples along a line, and where a registration leads them.
typedef struct {
    /// Place of the first sample, and the way from sample to sample.
    float start[3], step[3];
    /// What places are moved by, [x][y][z][4]: three numbers and room for one. NULL for nothing.
    const float *displacement;
    /// Samples of the displacement.
    int size[3];
    /// The affine map that follows: the image of the origin, and the columns of the matrix.
    float origin[3], columns[3][3];
} tomos_line;

/// One implementation of all the kernels.
typedef struct {
    /// `generic`, `avx2`, `avx512`.
    const char *name;

    /// Smooths along x, y and z with a symmetric kernel of which `half` is the centre's weight and then those of
    /// `radius` neighbours. Rows of both grids lie without gaps; `output` must not be `values`. `scratch` is room for
    /// `smooth_scratch` floats.
    size_t (*smooth_scratch)(const int *size, int radius);
    void (*smooth)(const float *values, const int *size, const float *half, int radius, float *scratch, float *output);

    /// Makes a grid readable between its samples: [x][y][z][2], each value and its next along y. Both lie without gaps;
    /// behind the last pair there must be two more floats that can be read, finite numbers where there is only one sample
    /// along z.
    void (*pair)(const float *values, const int *size, float *pairs);

    /// The values of a grid at every place of a lattice, and whether that lies inside (1 or 0), both without gaps.
    void (*resample)(const tomos_grid *grid, const tomos_lattice *lattice, float *values, unsigned char *inside);

    /// Sums over the places of a lattice that lie inside a grid: their number, a, b, ab, aa and bb, where a are `values` of
    /// the lattice's samples, without gaps, and b those of the grid. Writes TOMOS_MOMENTS numbers.
    void (*compare)(const tomos_grid *grid, const tomos_lattice *lattice, const float *values, double *sums);

    /// What an affine map is improved by: sums over the places of a lattice that lie inside a grid. Writes TOMOS_FIT_SUMS
    /// numbers: those of `compare`; then [3][4] each of g_a p_k, of v g_a p_k where v are `values`, and of w g_a p_k; then
    /// [3][4][3][4] of g_a p_k g_b p_l. Here w and g are value and gradient of the grid at the place, and p is the
    /// sample's own position and 1; along axis n that of sample 0 is position[n][0], and position[n][1] more for each
    /// further one. `scratch` is room for `fit_scratch` floats, 64-byte aligned.
    size_t (*fit_scratch)(void);
    void (*fit)(const tomos_grid *grid, const tomos_lattice *lattice, const float *values,
                const double position[3][2], float *scratch, double *sums);

    /// The places of the samples of a line, so many: [count][4], the last number without meaning.
    void (*places)(const tomos_line *line, int count, float *places);

    // Fields are [x][y][z][channels]; spacings are in mm along x, y and z.

    /// Features of four channels for small displacements: values against their surroundings, slopes against theirs, half
    /// the values, and 0. `scratch` is room for `appearance_scratch` floats.
    size_t (*appearance_scratch)(const int *size);
    void (*appearance)(const float *values, const int *size, const double *spacing, float *scratch, float *features);

    /// Features of TOMOS_SIMILARITY channels that do not depend on contrast: how much the neighbours of a sample are like
    /// each other. (Heinrich et al., "Towards realtime multimodal fusion for image-guided interventions using
    /// self-similarities", MICCAI 2013.) `scratch` is room for `similarity_scratch` floats.
    size_t (*similarity_scratch)(const int *size);
    void (*similarity)(const float *values, const int *size, const double *spacing, float *scratch, float *features);

    /// A field of `size` at every place of a lattice, and which places lie inside (1 or 0). Channels are a multiple of 4.
    void (*warp)(const float *field, const int *size, int channels, const tomos_lattice *lattice, float *output,
                 float *inside);
    /// A field where a displacement of its own grid leads.
    void (*displace)(const float *field, const int *size, int channels, const float *displacement, float *output);
    /// Adds a displacement to that of another grid with the same outer corner.
    void (*regrid)(const float *displacement, const int *size, const double *spacing, const int *to,
                   const double *to_spacing, float *output);

    /// Means of `similarity`'s features over blocks of samples; those at the end may be smaller.
    void (*pool)(const float *features, const int *size, const int *block, float *output);
    /// The displacement, in samples, that brings pooled features of two images together: of all within reach along each axis
    /// those that are alike and go with their neighbours'. `scratch` is room for `search_scratch` floats.
    size_t (*search_scratch)(const int *size, const int *reach);
    void (*search)(const float *fixed, const float *moving, const int *size, const double *spacing, const int *reach,
                   float *scratch, float *displacement);
    /// Brings two displacements of opposite directions closer to being each other's inverses. `scratch` is room for both.
    void (*reconcile)(float *there, float *back, const int *size, int rounds, float *scratch);

    /// Takes so many steps. `scratch` is room for `refine_scratch` floats, finite numbers.
    size_t (*refine_scratch)(const int *size);
    void (*refine)(const tomos_refinement *refinement, int steps, float *scratch);
} tomos_registration_kernels;

/// The kernels of that name, or NULL when there are none or this processor cannot run them.
/// NULL asks for the fastest that it can.
const tomos_registration_kernels *tomos_registration_kernels_named(const char *name);

#endif
