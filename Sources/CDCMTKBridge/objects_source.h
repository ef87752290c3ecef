// The image that an object is made from.
#pragma once

#include <string>

#include "objects_guard.h"

namespace tomos::objects {

// What an object needs of its source beside the copied modules.
struct SourceImage {
    std::string sopClass, sopInstance, series;
    bool guessedText = false;
};

// UIDs in place of those that the source lacks, as anonymisers leave it; NULL or "" to refuse such a source.
struct StandIns {
    const char *study, *series, *frameOfReference;
};

// Copies the patient, study, clinical trial and frame of reference modules of the image at `path` into `dataset`, in
// UTF-8, and what it says of lossy compression, which holds for all that is derived from it.
SourceImage copySource(const char *path, const StandIns &standIns, DcmItem &dataset);

} // namespace tomos::objects
