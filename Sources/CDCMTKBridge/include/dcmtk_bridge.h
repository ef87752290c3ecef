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

/// What the file's pixels are.
typedef enum tomos_dcm_pixels {
    tomos_dcm_pixels_none = 0,
    tomos_dcm_pixels_native = 1,
    tomos_dcm_pixels_encapsulated = 2,
    tomos_dcm_pixels_float = 3,
} tomos_dcm_pixels;

/// Registers the RLE, JPEG and JPEG-LS decoders once, silences the toolkit's log and looks for the data dictionary.
/// False, with `error` filled, when the dictionary is absent.
bool tomos_dcm_setup(char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Opens a file. With `header_only` parsing ends before the pixel data, which is then absent.
/// NULL, with `error` filled, when the toolkit cannot read it.
tomos_dcm_file *tomos_dcm_open(const char *path, bool header_only, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Closes a file. NULL is allowed.
void tomos_dcm_close(tomos_dcm_file *file) TOMOS_NOEXCEPT;

/// Transfer syntax UID of (0002,0010) as it stands in the file, or of the guess for a file without it.
/// Returns the length, -1 when unknown; at most `capacity` - 1 bytes are copied.
ptrdiff_t tomos_dcm_transfer_syntax(tomos_dcm_file *file, char *text, size_t capacity) TOMOS_NOEXCEPT;

/// All values of an element of the data set (or of group 0002) as text, separated by backslashes: numbers in decimal.
/// Returns the full length, -1 when the element is absent; at most `capacity` - 1 bytes are copied.
ptrdiff_t tomos_dcm_text(tomos_dcm_file *file, uint16_t group, uint16_t element, char *text, size_t capacity) TOMOS_NOEXCEPT;

/// Bytes of an element with a byte value (OB, UN), which live as long as the file. False when there is none.
bool tomos_dcm_bytes(
    tomos_dcm_file *file, uint16_t group, uint16_t element, const uint8_t **bytes, size_t *count) TOMOS_NOEXCEPT;

/// The standard's name of a UID, "" when it is unknown.
void tomos_dcm_uid_name(const char *uid, char *text, size_t capacity) TOMOS_NOEXCEPT;

/// Kind of the pixel data, its length in bytes when native, and the number of fragments when encapsulated.
tomos_dcm_pixels tomos_dcm_pixel_info(tomos_dcm_file *file, uint64_t *length, size_t *fragments) TOMOS_NOEXCEPT;

/// Bytes of one fragment (0 = first after the offset table), which live as long as the file.
bool tomos_dcm_fragment(
    tomos_dcm_file *file, size_t index, const uint8_t **bytes, size_t *count, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Decodes the first frame into `out`: `count` bytes of cells in the machine's byte order.
bool tomos_dcm_decode(tomos_dcm_file *file, void *out, uint32_t count, char *error, size_t capacity) TOMOS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
