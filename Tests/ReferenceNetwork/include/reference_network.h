#ifndef REFERENCE_NETWORK_H
#define REFERENCE_NETWORK_H

/// Weights [outputs][inputs][3][3] (out_conv: [1][64]) and bias of one convolution, as the state dict has them.
typedef struct {
    const float *weight, *bias;
} reference_layer;

/// UniverSeg's logits in float64, by the published graph: query and support features are concatenated for every
/// support, and every convolution is done. It shares nothing with the engine it judges.
///
/// `layers` holds cross, target and support of enc_blocks.0...3 and dec_blocks.0...2, then out_conv: 22 in all. The query
/// is [side][side], images and labels are [supports][side][side].
void reference_network(const reference_layer *layers, int side, int supports, const float *query, const float *images,
                       const float *labels, double *logits);

#endif
