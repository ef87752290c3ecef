// DICOM Segmentation objects (PS3.3 A.51 and A.97, C.8.20): written from a label map and a DICOM image, and read back.
// No function throws; all may be called from any thread, but one object only from one thread at a time.
// Texts are UTF-8. Positions and directions are DICOM's LPS in millimetres.
#pragma once

#include "dcmtk_bridge.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tomos_seg_kind {
    /// One bit per pixel, a frame for each segment and slice.
    tomos_seg_binary = 0,
    /// Segment numbers as pixels, a frame for each slice. (DICOM 2024)
    tomos_seg_labelmap = 1,
    /// A probability or occupancy per pixel, a frame for each segment and slice.
    tomos_seg_fractional = 2,
} tomos_seg_kind;

/// A coded concept. Absent where `value` is NULL or "".
typedef struct tomos_seg_code {
    const char *scheme, *value, *meaning;
} tomos_seg_code;

/// What an object says of one segment. Texts that are absent are NULL or "".
typedef struct tomos_seg_segment {
    /// From 1. BINARY and FRACTIONAL objects count without a gap; 0 is read from LABELMAP objects only.
    uint16_t number;
    /// Value in the label map to be written, not 0. Reading leaves it 0.
    uint16_t id;
    const char *label, *description, *algorithm_name;
    /// AUTOMATIC, SEMIAUTOMATIC or MANUAL.
    const char *algorithm_type;
    /// The modifiers belong to `type` and to `region`. Only category and type must be given.
    tomos_seg_code category, type, type_modifier, region, region_modifier;
    /// `colour` is CIELab as DICOM scales it: L 0 to 100, a and b -128 to 127, each onto 0 to 65535.
    bool has_colour;
    uint16_t colour[3];
    /// Written only where both are given.
    const char *tracking_id, *tracking_uid;
    /// Read only: it is coded as background (DCM 125040), so that its pixels are of no segment.
    bool is_background;
} tomos_seg_segment;

/// One slice to be written.
typedef struct tomos_seg_slice {
    /// Centre of its first pixel.
    double position[3];
    /// The image that the slice was made from; NULL where there is none.
    const char *sop_class, *sop_instance;
    /// Frame of that image, from 1; 0 for an image of one frame or as a whole.
    uint32_t frame;
} tomos_seg_slice;

/// What is to be written.
typedef struct tomos_seg_content {
    tomos_seg_kind kind;
    uint16_t rows, columns;
    size_t slice_count;
    const tomos_seg_slice *slices;
    /// Direction of rising columns, then of rising rows.
    double orientation[6];
    /// Distance of rows, then of columns.
    double spacing[2];
    double thickness, spacing_between_slices;
    /// `rows` * `columns` * `slice_count` ids, the column fastest, then the row, then the slice. Unused for FRACTIONAL.
    const uint16_t *labels;
    /// As `labels`, 255 for a probability of 1. FRACTIONAL only, which takes one segment.
    const uint8_t *probabilities;
    /// In the order of their numbers.
    size_t segment_count;
    const tomos_seg_segment *segments;
    /// Frames without a voxel are written too. (Where all are empty they are all written: an object has a frame.)
    bool keeps_empty_frames;
    /// Every slice lies pixel by pixel on the image that it names.
    bool is_grid_of_source;

    const char *sop_instance, *series, *dimension_organization;
    /// UIDs in place of those that the source lacks, as anonymisers leave it; NULL or "" to refuse such a source.
    const char *study, *source_series, *frame_of_reference;
    const char *series_description;
    int32_t series_number;
    /// CS: what does not fit (at most 16 of A to Z, 0 to 9, space, _) is made to.
    const char *content_label;
    const char *content_description, *content_creator;
    const char *manufacturer, *model, *serial_number, *software_version;
    /// YYYYMMDD and HHMMSS.
    const char *date, *time;
} tomos_seg_content;

/// What was written.
typedef struct tomos_seg_written {
    uint32_t frames;
    /// A copied text did not fit the source's character set and was read as UTF-8 or else Latin 1.
    bool guessed_text;
} tomos_seg_written;

/// Writes an object into the study of the image at `source`, whose patient, study, clinical trial and frame of
/// reference modules it repeats. Equal input makes equal bytes. The header is built in memory, about 10 KiB a frame;
/// pixels are not. Nesting in `source` must have been judged: the toolkit's reader recurses.
/// False, with `error` filled and nothing left at `path`, when content and source make no object or the file cannot be
/// written.
bool tomos_seg_write(
    const char *path, const char *source, const tomos_seg_content *content, tomos_seg_written *written, char *error,
    size_t capacity) TOMOS_NOEXCEPT;

/// An open object.
typedef struct tomos_seg_object tomos_seg_object;

/// What an object says of itself. Texts live as long as it and are "" where absent.
typedef struct tomos_seg_info {
    tomos_seg_kind kind;
    uint16_t rows, columns;
    uint32_t frames, segments;
    /// 1, 8 or 16.
    uint16_t bits_allocated;
    /// FRACTIONAL: the pixel that means 1, and whether pixels are probabilities (else shares of the voxel).
    uint16_t maximum_fractional_value;
    bool is_probability;
    /// LABELMAP: the pixel that stands for no segment, beside those of background segments; -1 where there is none.
    int32_t background;
    const char *sop_instance, *series, *study, *patient_id;
    /// Frame of reference of the frames; "" where the object has none.
    const char *frame_of_reference;
    /// The first series that the object refers to.
    const char *referenced_series;
    const char *series_description, *content_label;
} tomos_seg_info;

/// What an object says of one frame.
typedef struct tomos_seg_frame {
    /// Number of its segment, 0 for LABELMAP.
    uint16_t segment;
    double position[3];
    double orientation[6];
    /// Distance of rows, then of columns.
    double spacing[2];
    /// 0 where absent.
    double thickness, spacing_between_slices;
    /// The first image that the frame was made from, "" where none is named, and its frame from 1 (0: none named).
    const char *source_instance;
    uint32_t source_frame;
} tomos_seg_frame;

/// Opens an object and judges all of its header: sizes against the pixels there are, every frame's place and segment.
/// NULL, with `error` filled, when it is no Segmentation object or cannot be trusted. Nesting and deflated size
/// must have been judged.
tomos_seg_object *tomos_seg_open(const char *path, char *error, size_t capacity) TOMOS_NOEXCEPT;

/// Closes an object. NULL is allowed.
void tomos_seg_close(tomos_seg_object *object) TOMOS_NOEXCEPT;

tomos_seg_info tomos_seg_about(const tomos_seg_object *object) TOMOS_NOEXCEPT;

/// Segment `index` from 0, in the file's order. Its texts live as long as the object. False beyond the last.
bool tomos_seg_segment_at(
    const tomos_seg_object *object, size_t index, tomos_seg_segment *segment) TOMOS_NOEXCEPT;

/// Frame `index` from 0. Its text lives as long as the object. False beyond the last.
bool tomos_seg_frame_at(const tomos_seg_object *object, size_t index, tomos_seg_frame *frame) TOMOS_NOEXCEPT;

/// Pixels of frame `index` from 0: `count` (rows * columns) values, the column fastest. BINARY has 0 and 1, FRACTIONAL
/// up to the maximum, LABELMAP numbers of the table and the background. False, with `error` filled, when the pixels
/// cannot be read or hold other values.
bool tomos_seg_pixels(
    tomos_seg_object *object, size_t index, uint16_t *out, size_t count, char *error, size_t capacity) TOMOS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
