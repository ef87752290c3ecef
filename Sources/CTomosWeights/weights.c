#include "tomos_weights.h"

static const unsigned char bundled[] = {
#embed "tomos-1.safetensors"
};

const unsigned char *tomos_bundled_weights(void) { return bundled; }
size_t tomos_bundled_weights_size(void) { return sizeof bundled; }
