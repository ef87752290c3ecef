// Kernels of the UniverSeg engine. Float32 throughout; feature maps are [row][column][64], 64-byte aligned.
//
// Every function is pure: it reads what it is given, writes what it says, allocates nothing and keeps no state, so
// that any number of threads may call it at once. Work is divided by ranges of "units"; a unit's result never
// depends on how the range was cut, so neither do the bits of a result.
#ifndef UNIVERSEG_KERNELS_H
#define UNIVERSEG_KERNELS_H
#include <stddef.h>

/// Feature channels of every layer.
enum { TOMOS_CHANNELS = 64 };

/// One 3x3 convolution, zero-padded, 64 output channels, on one image.
typedef struct {
    /// [rows][columns][64]; the second map holds input channels 64...127, or is NULL when there are 64.
    const float *input, *input2;
    int rows, columns;
    /// Weights as made by the same kernel's `pack`.
    const float *weights;
    /// [rows][columns][64]; may be NULL when only `sum` is wanted.
    float *output;
    /// Added to the result: a map [rows][columns][64], a bias [64]; each may be NULL.
    const float *addend, *bias;
    /// Non-zero applies LeakyReLU(0.01) after both.
    int activate;
    /// Where the (activated) result is added up, [rows][columns][64]; may be NULL.
    float *sum;
} tomos_conv;

/// The first block's support branch: lrelu(S * (Ws * [image, label]) + c), for all supports, pooled and summed.
///
/// S * Ws is one 5x5 convolution with 2 input channels; near the border the inner result is zero-padded, which
/// leaves some taps of S out, so there are nine 5x5 kernels: [3 top/middle/bottom][3 left/middle/right].
typedef struct {
    int rows, columns, supports;
    /// [supports][rows][columns], each.
    const float *images, *labels;
    /// For each support, non-zero when its label plane has any non-zero element.
    const unsigned char *labelled;
    /// [9][2 image, label][25][64], as made by `tomos_compose_first`.
    const float *composed;
    /// S * ct + bS, [rows][columns][64].
    const float *target;
    /// [supports][rows/2][columns/2][64]: each support's activated map, max-pooled 2x2.
    float *pooled;
    /// Mean over the supports before pooling, [rows][columns][64], and after, [rows/2][columns/2][64].
    float *mean, *pooled_mean;
} tomos_first;

/// One implementation of all the kernels.
typedef struct {
    /// `plain`, `generic`, `avx2`, `avx512`.
    const char *name;

    /// Floats that packed weights of `channels` (64 or 128) input channels take.
    size_t (*packed_size)(int channels);
    /// Packs weights [64][stride][3][3], input channels first ..< first + channels.
    void (*pack)(const float *weights, int stride, int first, int channels, float *packed);
    /// Floats of scratch that one caller of `conv` needs.
    size_t (*scratch_size)(void);
    /// Units of work in a convolution of this size.
    int (*conv_units)(int rows, int columns);
    /// Computes units begin ..< end.
    void (*conv)(const tomos_conv *conv, int begin, int end, float *scratch);

    /// The matrix product inside `conv`, alone: six rows [channels] become six rows [64] in place, by weights
    /// [channels][64], while it fetches 16 * channels floats of `next` to the second-level cache. For measurements; NULL
    /// where `conv` has no such part.
    void (*multiply)(float *rows, int channels, const float *weights, const float *next);

    /// Row pairs begin ..< end of the first block's support branch.
    void (*first)(const tomos_first *first, int begin, int end);
    /// 3x3 convolution of `planes` ([plane][rows][columns], zero-padded) to 64 channels, rows begin ..< end.
    /// Weights [plane][9][64]; the bias may be NULL.
    void (*widen)(const float *planes, int count, int rows, int columns, const float *weights, const float *bias,
                  float *output, int begin, int end);
    /// Max-pool 2x2, rows begin ..< end of the output. Adds the result to `sum` unless that is NULL.
    void (*max_pool)(const float *input, int rows, int columns, float *output, float *sum, int begin, int end);
    /// Bilinear upsampling by 2 with align_corners, rows begin ..< end of the output; rows, columns are the input's.
    void (*upsample)(const float *input, int rows, int columns, float *output, int begin, int end);
    /// 1x1 convolution to one channel, pixels begin ..< end.
    void (*head)(const float *input, const float *weights, float bias, float *output, size_t begin, size_t end);
    /// output = (addends[0] + addends[1] + ...) * factor, in that order, elements begin ..< end (multiples of 16).
    void (*add)(const float *const *addends, int count, float factor, float *output, size_t begin, size_t end);
} tomos_kernels;

/// The kernels of that name, or NULL when there are none or this processor cannot run them.
/// NULL asks for the fastest that it can.
const tomos_kernels *tomos_kernels_named(const char *name);

/// Composes the nine 5x5 kernels of `tomos_first` in double precision. `support` is S, [64][64][3][3]; `cross` holds
/// the block's cross weights [64][3][3][3], of which input channels 1 and 2 are the support's image and label.
void tomos_compose_first(const float *support, const float *cross, float *composed);

#endif
