#include "tomos_weights.h"

// C23, which the compiler knows in every mode and mentions in older ones.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char bundled[] = {
#embed "tomos-1.safetensors"
};

const unsigned char *tomos_bundled_weights(void) { return bundled; }
size_t tomos_bundled_weights_size(void) { return sizeof bundled; }
