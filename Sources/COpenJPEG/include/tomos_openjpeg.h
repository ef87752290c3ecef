// OpenJPEG behind C: one codestream in memory to its components, with the library's own error text carried back.
// May be called from any thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A decoded image.
typedef struct tomos_j2k_image tomos_j2k_image;

/// One component: width * height values, row after row, which live as long as the image.
typedef struct tomos_j2k_component {
    const int32_t *values;
    uint32_t width, height;
    /// Bits of a value.
    uint32_t precision;
    bool is_signed;
} tomos_j2k_component;

/// Decodes a JPEG 2000 codestream (from its SOC marker, no boxes). NULL, with `error` filled, when it is broken or
/// breaks off. The caller has judged the sizes the codestream asks for: the library allocates them.
tomos_j2k_image *tomos_j2k_decode(const uint8_t *bytes, size_t count, char *error, size_t capacity);

/// Number of components.
size_t tomos_j2k_components(const tomos_j2k_image *image);

/// A component, from 0.
tomos_j2k_component tomos_j2k_component_at(const tomos_j2k_image *image, size_t component);

/// Frees an image. NULL is allowed.
void tomos_j2k_free(tomos_j2k_image *image);
