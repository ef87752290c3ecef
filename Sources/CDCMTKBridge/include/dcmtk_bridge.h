// DCMTK behind C: opaque handles, plain buffers, and the toolkit's own error text carried back.
// No function throws; all may be called from any thread, but one handle only from one thread at a time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define TOMOS_NOEXCEPT noexcept
extern "C" {
#else
#define TOMOS_NOEXCEPT
#endif

/// An open DICOM file.
typedef struct tomos_dcm_file tomos_dcm_file;

/// How a file's pixels are kept.
typedef enum tomos_dcm_pixels {
    tomos_dcm_pixels_none = 0,
    tomos_dcm_pixels_native = 1,
    tomos_dcm_pixels_encapsulated = 2,
} tomos_dcm_pixels;

/// The element that holds a file's pixels.
typedef struct tomos_dcm_pixel_data {
    tomos_dcm_pixels kind;
    /// Element of group 7FE0: 0x0010, or 0x0008 (float) and 0x0009 (double).
    uint16_t element;
    /// Value representation: 'OW' is 0x4F57.
    uint16_t representation;
    /// Bytes of native pixel data.
    uint64_t length;
    /// Fragments of encapsulated pixel data, the offset table not counted.
    size_t fragments;
} tomos_dcm_pixel_data;

/// One compressed image and what its file says of it.
typedef struct tomos_dcm_image {
    /// Transfer syntax UID.
    const char *syntax;
    const char *photometric;
    uint16_t rows, columns, samples, planar;
    uint16_t bits_allocated, bits_stored, high_bit;
    bool is_signed;
    const uint8_t *bytes;
    size_t count;
} tomos_dcm_image;

/// Registers the RLE, JPEG and JPEG-LS decoders once, silences the toolkit's log and looks for the data dictionary.
/// False, with `error` filled, when the dictionary is absent.
bool tomos_dcm_setup(char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Opens a file. With `header_only` parsing ends before the pixel data, which is then absent.
/// NULL, with `error` filled, when the toolkit cannot read it.
tomos_dcm_file *tomos_dcm_open(const char *path, bool header_only, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Opens the first `kept` bytes of a file, which end behind a fragment of its pixel data, as if the delimiter of the
/// fragments followed. Everything is kept in memory. NULL, with `error` filled, when the toolkit cannot read it.
tomos_dcm_file *tomos_dcm_open_delimited(
    const char *path, size_t kept, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Parses some elements of a little-endian data set, or of a meta header (group 0002), as a file of their own. Nesting in
/// them must have been judged: the toolkit's reader recurses. NULL when the toolkit cannot read them.
tomos_dcm_file *tomos_dcm_open_elements(const void *bytes, size_t count, bool is_explicit) TOMOS_NOEXCEPT;

/// The value representation that the dictionary gives an element of the standard: two letters, the first in the high
/// byte; 0 when it has none, or one that depends on other elements.
uint16_t tomos_dcm_dictionary_representation(uint16_t group, uint16_t element) TOMOS_NOEXCEPT;

/// Closes a file. NULL is allowed.
void tomos_dcm_close(tomos_dcm_file *file) TOMOS_NOEXCEPT;

/// Transfer syntax UID of (0002,0010) as it stands in the file, or of the guess for a file without it.
/// Returns the length, -1 when unknown; at most `capacity` - 1 bytes are copied.
ptrdiff_t tomos_dcm_transfer_syntax(tomos_dcm_file *file, char *text, size_t capacity) TOMOS_NOEXCEPT;

/// All values of an element of the data set (or of group 0002) as text, separated by backslashes: numbers in decimal,
/// letters in UTF-8 where the file's SpecificCharacterSet fits them.
/// Returns the full length, -1 when the element is absent; at most `capacity` - 1 bytes are copied.
ptrdiff_t tomos_dcm_text(tomos_dcm_file *file, uint16_t group, uint16_t element, char *text, size_t capacity) TOMOS_NOEXCEPT;

/// Bytes of an element with a byte value (OB, UN), which live as long as the file. False when there is none.
bool tomos_dcm_bytes(
    tomos_dcm_file *file, uint16_t group, uint16_t element, const uint8_t **bytes, size_t *count) TOMOS_NOEXCEPT;

/// The standard's name of a UID, "" when it is unknown.
void tomos_dcm_uid_name(const char *uid, char *text, size_t capacity) TOMOS_NOEXCEPT;

/// Whether numbers of the data set stand in the file with the highest byte first.
bool tomos_dcm_is_big_endian(tomos_dcm_file *file) TOMOS_NOEXCEPT;

/// Where the pixels are and how they are kept.
tomos_dcm_pixel_data tomos_dcm_pixel_info(tomos_dcm_file *file) TOMOS_NOEXCEPT;

/// Copies `count` bytes of an element's value from `offset`, in the file's byte order. Nothing stays in memory.
bool tomos_dcm_value_bytes(
    tomos_dcm_file *file, uint16_t group, uint16_t element, uint64_t offset, void *out, size_t count, char *error,
    size_t capacity) TOMOS_NOEXCEPT;

/// Length of an element's value in bytes, -1 when the element is absent.
ptrdiff_t tomos_dcm_value_length(tomos_dcm_file *file, uint16_t group, uint16_t element) TOMOS_NOEXCEPT;

/// Length of an item of encapsulated pixel data (0: the offset table, 1: the first fragment), -1 when absent.
ptrdiff_t tomos_dcm_item_length(tomos_dcm_file *file, size_t item) TOMOS_NOEXCEPT;

/// Copies the first `count` bytes of an item of encapsulated pixel data. Nothing stays in memory.
bool tomos_dcm_item_bytes(
    tomos_dcm_file *file, size_t item, void *out, size_t count, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Decodes one RLE, JPEG or JPEG-LS image into `out`: `count` bytes of cells in the machine's byte order, the samples
/// of a pixel side by side for JPEG. `colour` receives the photometric interpretation of what was decoded.
bool tomos_dcm_decode(
    const tomos_dcm_image *image, void *out, uint32_t count, char *colour, size_t colour_capacity, char *error,
    size_t capacity) TOMOS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
