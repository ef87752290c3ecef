#ifndef TOMOS_WEIGHTS_H
#define TOMOS_WEIGHTS_H
#include <stddef.h>

/// The bundled network, a .safetensors file inside the program, so that one binary is all there is to copy.
const unsigned char *tomos_bundled_weights(void);
/// Its size in bytes.
size_t tomos_bundled_weights_size(void);

#endif
