// RT Structure Sets (PS3.3 A.19): regions of interest as contours, written and read.
// No function throws; all may be called from any thread, but one handle only from one thread at a time.
// Text is UTF-8. Points are mm in the patient's LPS axes, three numbers each.
#pragma once

#include "dcmtk_bridge.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A structure set that is being put together. `tomos_dcm_setup` comes first.
typedef struct tomos_structures_draft tomos_structures_draft;

/// Begins a structure set of the image at `source`, whose patient, study, clinical trial and frame of reference modules
/// it takes over in UTF-8, and whose series its contours refer to. The UIDs stand in for those that the source lacks,
/// as anonymisers leave it (NULL or "": such a source is refused). `guessed_text` (may be NULL) tells whether a text
/// did not fit the source's character set and was read as UTF-8 or else Latin 1. NULL, with `error` filled, when the
/// source cannot be read or lacks a UID. Nesting in it must have been judged: the toolkit's reader recurses.
tomos_structures_draft *tomos_structures_begin(
    const char *source, const char *study, const char *series, const char *frame_of_reference, bool *guessed_text,
    char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Drops a draft. NULL is allowed.
void tomos_structures_discard(tomos_structures_draft *draft) TOMOS_NOEXCEPT;

/// Sets an element of the object's own modules; the text is kept to one line and to the length of its kind. Needed are
/// SOPInstanceUID (0008,0018), SeriesInstanceUID (0020,000E) and StructureSetLabel (3006,0002); StructureSetDate
/// (3006,0008), StructureSetTime (3006,0009), Manufacturer (0008,0070) and SeriesNumber (0020,0011) are empty where
/// they are not set. Elements that come from the source, sequences and what this file writes itself are refused.
bool tomos_structures_set(
    tomos_structures_draft *draft, uint16_t group, uint16_t element, const char *text, char *error,
    size_t capacity) TOMOS_NOEXCEPT;

/// Adds an image, in the order of slices. All images that the contours were drawn on are listed, whether or not a
/// contour lies on them. `sop_class` NULL or "": as the source's. `frame` counts from 1; 0 for an image of one frame or
/// as a whole.
bool tomos_structures_add_image(
    tomos_structures_draft *draft, const char *sop_class, const char *sop_instance, uint32_t frame, char *error,
    size_t capacity) TOMOS_NOEXCEPT;

/// One region of interest.
typedef struct tomos_structures_roi {
    /// From 0; one number stands once in a set.
    int32_t number;
    const char *name;
    /// Whether red, green and blue are known.
    bool has_colour;
    uint8_t red, green, blue;
    /// RTROIInterpretedType, such as ORGAN; "" for none.
    const char *type;
    /// The concept's coding scheme designator, value and meaning; "" for none.
    const char *scheme, *value, *meaning;
    /// Read only: its frame of reference, "" when it is not told, and the number of its contours.
    const char *frame_of_reference;
    size_t contours;
} tomos_structures_roi;

/// Adds a region, which the contours that follow belong to. NULL texts are "".
bool tomos_structures_add_roi(
    tomos_structures_draft *draft, const tomos_structures_roi *roi, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Adds a closed planar contour of `count` points (three or more) to the region added last, which lies on image number
/// `image` (from 0; -1 where its slice is no image, but one that was interpolated or a part of a mosaic). Numbers are
/// written with `decimals` (3 to 9) decimals, or as many as 16 characters hold.
bool tomos_structures_add_contour(
    tomos_structures_draft *draft, ptrdiff_t image, const double *points, size_t count, int decimals, char *error,
    size_t capacity) TOMOS_NOEXCEPT;

/// Writes the structure set to a new file at `path`, in implicit little endian, since a contour may be longer than the
/// 64 KiB that explicit lengths of its kind hold. Equal calls write equal bytes. Nothing is left at `path` on failure.
/// The draft can be written once.
bool tomos_structures_write(
    tomos_structures_draft *draft, const char *path, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// A structure set that was read.
typedef struct tomos_structures tomos_structures;

/// Reads a structure set. NULL, with `error` filled, when it is none, when its numbers contradict each other, or when
/// it has more than 65535 regions, 4 million contours or 64 million points. Sequences nested too deep for the stack
/// must have been refused before.
tomos_structures *tomos_structures_open(const char *path, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Closes a set; what it handed out goes with it. NULL is allowed.
void tomos_structures_close(tomos_structures *set) TOMOS_NOEXCEPT;

/// What a set says of itself. "" for what is not told. The texts live as long as the set.
typedef struct tomos_structures_info {
    const char *label;
    /// The study of the set itself, and the series and frame of reference that its contours refer to: the first where
    /// there are several.
    const char *study, *series, *frame_of_reference;
    /// Frames of reference and series that it refers to.
    size_t frames_of_reference, referenced_series;
    size_t rois;
} tomos_structures_info;

/// What a set says of itself.
tomos_structures_info tomos_structures_describe(const tomos_structures *set) TOMOS_NOEXCEPT;

/// A region, from 0 in the order of the file; its texts live as long as the set. False beyond the last.
bool tomos_structures_get_roi(const tomos_structures *set, size_t roi, tomos_structures_roi *out) TOMOS_NOEXCEPT;

/// One contour, which lives as long as its set.
typedef struct tomos_structures_contour {
    /// ContourGeometricType: CLOSED_PLANAR, CLOSEDPLANAR_XOR, OPEN_PLANAR, OPEN_NONPLANAR, POINT, or what the file
    /// says.
    const char *type;
    /// SOP instance UID of its image, "" when it is not told, and the frame, 0 when it is not told.
    const char *image;
    uint32_t frame;
    const double *points;
    size_t count;
} tomos_structures_contour;

/// A contour of a region, both from 0. False beyond the last.
bool tomos_structures_get_contour(
    const tomos_structures *set, size_t roi, size_t contour, tomos_structures_contour *out) TOMOS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
