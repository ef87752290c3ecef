// The header of a segmentation object.
#pragma once

#include "segmentation_plan.h"
#include "objects_source.h"

namespace tomos::objects {

// Puts all but the modules copied from the source and the pixels. (PS3.3 A.51, A.97)
void putHeader(
    const tomos_seg_content &content, const SourceImage &source, const Plan &plan, DcmItem &dataset);

// Puts the functional groups and the dimensions that index the frames. (PS3.3 C.7.6.16, C.7.6.17)
void putGroups(const tomos_seg_content &content, const Plan &plan, DcmItem &dataset);

} // namespace tomos::objects
