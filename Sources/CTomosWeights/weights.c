#include "tomos_weights.h"

_Alignas(64) const unsigned char tomos_bundled_weights[] = {
#embed "tomos-1.safetensors"
};
const size_t tomos_bundled_weights_size = sizeof tomos_bundled_weights;
