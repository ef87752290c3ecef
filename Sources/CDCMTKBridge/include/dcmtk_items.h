// Items of sequences: functional groups of multi-frame images, records of a DICOMDIR.
// No function throws; one file's items may be used from one thread at a time.
#pragma once

#include "dcmtk_bridge.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A data set or an item of a sequence, which lives as long as its file.
typedef struct tomos_dcm_item tomos_dcm_item;

/// The data set of a file.
tomos_dcm_item *tomos_dcm_dataset(tomos_dcm_file *file) TOMOS_NOEXCEPT;

/// Items of the sequence `group`, `element` in `parent`, in their order. Returns how many there are, 0 when there is no
/// such sequence; at most `capacity` are stored. Called with `capacity` 0 it counts.
size_t tomos_dcm_items(
    tomos_dcm_item *parent, uint16_t group, uint16_t element, tomos_dcm_item **items, size_t capacity) TOMOS_NOEXCEPT;

/// As `tomos_dcm_text`, for an element of an item.
ptrdiff_t tomos_dcm_item_text(
    tomos_dcm_item *item, uint16_t group, uint16_t element, char *text, size_t capacity) TOMOS_NOEXCEPT;

/// Value of an element of an item, its words with the lowest byte first. Returns its length in bytes, -1 when it is
/// absent or cannot be read; nothing is copied where `capacity` is less than that.
ptrdiff_t tomos_dcm_item_value(
    tomos_dcm_item *item, uint16_t group, uint16_t element, void *out, size_t capacity) TOMOS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
