// Which frames an object has.
#pragma once

#include <cstdint>
#include <vector>

#include "dcmtk_segmentation.h"

namespace tomos::objects {

struct PlannedFrame {
    // Place of the segment in the content's table; 0 for LABELMAP.
    size_t segment;
    size_t slice;
    // Rows that hold a voxel of it: none where `rowEnd` is 0.
    uint32_t rowBegin, rowEnd;
};

struct Plan {
    // By segment, then by slice.
    std::vector<PlannedFrame> frames;
    // Rank from 1 of each slice among those that have a frame, 0 for the others.
    std::vector<uint32_t> planes;
    // Segment number for each id of the label map, 0 where there is none.
    std::vector<uint16_t> numbers;
    // 1, 8 or 16.
    unsigned bits;
    // Bytes of all pixels.
    uint64_t length;
};

// Judges the content's numbers and finds the frames. Throws where they make no object.
Plan planFrames(const tomos_seg_content &content);

} // namespace tomos::objects
