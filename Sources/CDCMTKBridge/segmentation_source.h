// The image that a segmentation is made from.
#pragma once

#include <string>

#include "dcmtk_segmentation.h"
#include "segmentation_guard.h"

namespace tomos::segmentation {

// What an object needs of its source beside the copied modules.
struct SourceImage {
    std::string sopClass, sopInstance, series;
    bool guessedText = false;
};

// Copies the patient, study, clinical trial and frame of reference modules of the image at `path` into `dataset`, in
// UTF-8, and what it says of lossy compression, which holds for all that is derived from it. `content` has the UIDs for
// a source without.
SourceImage copySource(const char *path, const tomos_seg_content &content, DcmItem &dataset);

} // namespace tomos::segmentation
