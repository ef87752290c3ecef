// Kernels of a small U-Net that is trained on the processor. Float32 throughout; maps are [depth][row][column][channel],
// 64-byte aligned, with a multiple of 16 channels. A map of a flat image has depth 1, or convolutions that do not look
// along the depth (one tap).
//
// Every function reads what it is given, writes what it says, allocates nothing and keeps no state: any number of
// threads may call it at once, each with scratch of its own. A call is the work of one thread, so that the bits of a
// result never depend on how many there are.
#ifndef LEARNING_KERNELS_H
#define LEARNING_KERNELS_H
#include <stddef.h>

/// Floats that the channels of every map are a multiple of.
enum { TOMOS_CHANNEL_GROUP = 16 };

/// A map that is read. Where there is a scale, its values are taken as leaky(value * scale + shift), channel by channel:
/// what follows an instance norm is never stored.
typedef struct {
    const float *map;
    /// Floats a voxel; 0 for none.
    int channels;
    /// [channels], or NULL for both: the values as they are.
    const float *scale, *shift;
} tomos_source;

/// One convolution, zero-padded, 3x3 in the plane and of 1 or 3 taps along the depth, on one image.
typedef struct {
    int depth, rows, columns, taps;
    /// Their channels one after the other.
    tomos_source sources[2];
    /// The first so many channels count; the others' weights are not there.
    int used;
    /// Weights as made by the same kernels' `pack` or `pack_turned`.
    const float *weights;
    /// The result's channels one after the other: to these maps, of so many channels (0 for none).
    float *outputs[2];
    int output_channels[2];
    /// Non-zero adds to what a map holds.
    int adds[2];
} tomos_convolution;

/// The size of a map.
typedef struct {
    int depth, rows, columns, channels;
} tomos_extent;

/// One step of AdamW on some parameters, and of their running mean.
typedef struct {
    /// Learning rate, decay a step (rate * decay is taken off), first and second momentum.
    float rate, decay, first, second;
    /// 1 / (1 - first^t), 1 / (1 - second^t).
    float first_correction, second_correction;
    /// Share of the running mean that stays.
    float keep;
} tomos_adam;

/// One implementation of all the kernels.
typedef struct {
    /// `generic`, `avx2`, `avx512`.
    const char *name;

    /// Packs weights [taps][3][3][used][outputs] for `convolve`: `packed_size` floats.
    size_t (*packed_size)(int taps, int used, int outputs);
    void (*pack)(const float *weights, int taps, int used, int outputs, float *packed);
    /// Packs the same weights for the way back, from gradients of the outputs to those of the inputs; as many floats.
    /// `turned` is room for taps * 9 * used * outputs floats.
    void (*pack_turned)(const float *weights, int taps, int used, int outputs, float *turned, float *packed);

    /// Floats of scratch that `convolve` and `convolve_weights` need.
    size_t (*scratch_size)(const tomos_convolution *conv);
    void (*convolve)(const tomos_convolution *conv, float *scratch);
    /// Adds to `weights` [taps][3][3][used][outputs] the gradient of a convolution's weights, where `gradient`
    /// [depth][rows][columns][outputs] is that of its result. The scratch is larger: `weights_scratch_size`.
    size_t (*weights_scratch_size)(const tomos_convolution *conv);
    void (*convolve_weights)(const tomos_convolution *conv, const float *gradient, float *weights, float *scratch);

    /// Instance norm, from a map's values to scale and shift with which they get mean beta and deviation gamma, channel
    /// by channel; mean and 1 / deviation are kept for the way back. All [channels].
    void (*normalize)(const float *map, size_t voxels, int channels, const float *gamma, const float *beta,
                      float *scale, float *shift, float *mean, float *inverse);
    /// The way back through leaky(norm(map)): the gradient of the result becomes that of the map, in place; adds to those
    /// of gamma and beta.
    void (*normalize_back)(const float *map, size_t voxels, int channels, const float *scale, const float *shift,
                           const float *mean, const float *inverse, float *gradient, float *gamma_gradient,
                           float *beta_gradient);

    /// Largest of 2x2 (in the plane) or 2x2x2 (`deep`) activated values.
    void (*pool)(const tomos_source *source, tomos_extent extent, int deep, float *output);
    /// Adds the gradient of each result to the value that was taken, the first where several are alike.
    void (*pool_back)(const tomos_source *source, tomos_extent extent, int deep, const float *gradient, float *sum);

    /// Twice the size by linear interpolation between centres (align_corners false), beyond the border the outermost value.
    void (*enlarge)(const float *map, tomos_extent extent, int deep, float *output);
    /// The way back: `output` is the gradient of the small map.
    void (*enlarge_back)(const float *gradient, tomos_extent extent, int deep, float *output);

    /// output[voxel] = bias + activated source[voxel] * weights [channels][outputs]; the bias may be NULL. Non-zero `adds`
    /// adds that to what the output holds. At most 512 channels and outputs.
    void (*mix)(const tomos_source *source, size_t voxels, const float *weights, const float *bias, int outputs,
                float *output, int adds);
    /// Adds to the gradients of weights and bias (which may be NULL).
    void (*mix_weights)(const tomos_source *source, size_t voxels, const float *gradient, int outputs, float *weights,
                        float *bias);

    /// Probabilities of the classes in place of their logits [voxels][stride]; those beyond the classes become 0.
    /// At most 64 floats a voxel.
    void (*softmax)(float *logits, size_t voxels, int stride, int classes);
    /// What a loss is made of, added to sums over the voxels for each class c: p_c where it is the label, p_c, the number of
    /// labels, and -log p_c where it is the label.
    void (*loss_sums)(const float *probabilities, const unsigned char *labels, size_t voxels, int stride, int classes,
                      double *both, double *given, double *wanted, double *entropies);
    /// The gradient of the logits of a loss whose derivative by p_c is any[c] and, where c is the label, hit[c] more; and of
    /// the sum of entropy[c] times -log p_c where c is the label. `entropy`, `hit` and `any` are [stride].
    void (*loss_gradient)(const float *probabilities, const unsigned char *labels, size_t voxels, int stride,
                          const float *entropy, const float *hit, const float *any, float *gradient);

    /// A matrix [rows][columns] becomes about the nearest one whose singular values are all 1 (0.7 to 1.2), by five steps of
    /// a Newton-Schulz iteration. `room` is for `orthogonal_room` floats.
    size_t (*orthogonal_room)(int rows, int columns);
    void (*make_orthogonal)(float *matrix, int rows, int columns, float *room);

    /// Updates `count` parameters, a multiple of 16: weights, moments and running mean.
    void (*update)(const tomos_adam *step, size_t count, const float *gradient, float *weights, float *first,
                   float *second, float *mean);
} tomos_learning_kernels;

/// The kernels of that name, or NULL when there are none or this processor cannot run them.
/// NULL asks for the fastest that it can.
const tomos_learning_kernels *tomos_learning_kernels_named(const char *name);

#endif
