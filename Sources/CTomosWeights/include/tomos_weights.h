#ifndef TOMOS_WEIGHTS_H
#define TOMOS_WEIGHTS_H
#include <stddef.h>

/// The bundled network, a .safetensors file inside the program, so that one binary is all there is to copy.
extern const unsigned char tomos_bundled_weights[];
extern const size_t tomos_bundled_weights_size;

#endif
