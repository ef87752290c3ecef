#include "segmentation_plan.h"

#include <tuple>

#include "objects_guard.h"

namespace tomos::objects {

namespace {

// Beyond this the header alone takes more memory than the labels of any real volume.
constexpr size_t mostFrames = 1000000;

void judgeGrid(const tomos_seg_content &content) {
    require(content.rows > 0 && content.columns > 0 && content.slice_count > 0, "the label map is empty");
    require(content.slices != nullptr && content.segments != nullptr, "the content is not complete");
    const bool hasVoxels = content.kind == tomos_seg_fractional ? content.probabilities != nullptr
                                                                : content.labels != nullptr;
    require(hasVoxels, "the content has no voxels");
    for (const double length : content.spacing) { require(length > 0, "the pixel spacing is not above 0"); }
    require(content.thickness > 0, "the slice thickness is not above 0");
}

void judgeSegments(const tomos_seg_content &content) {
    require(content.segment_count > 0, "there is no segment");
    require(content.segment_count <= 65535, "there are more than 65535 segments");
    const bool isFractional = content.kind == tomos_seg_fractional;
    require(!isFractional || content.segment_count == 1, "a FRACTIONAL object takes one segment");
    uint32_t last = 0;
    for (size_t index = 0; index < content.segment_count; ++index) {
        const uint16_t number = content.segments[index].number;
        const std::string named = "segment number " + std::to_string(number);
        require(number > last, named + " is not above the one before");
        require(content.kind == tomos_seg_labelmap || number == last + 1, named + " leaves a gap");
        last = number;
    }
}

// Place in the table from 1 of the segment of each id.
std::vector<uint32_t> placesOfIDs(const tomos_seg_content &content) {
    std::vector<uint32_t> places(65536, 0);
    for (size_t index = 0; index < content.segment_count; ++index) {
        const uint16_t id = content.segments[index].id;
        const std::string named = "label " + std::to_string(id);
        require(id > 0, "label 0 is the background and cannot be a segment");
        require(places[id] == 0, named + " is the label of two segments");
        places[id] = static_cast<uint32_t>(index + 1);
    }
    return places;
}

// Rows that hold a voxel, for each segment.
using Extents = std::vector<PlannedFrame>;

template <typename Value>
void markSlice(
    const tomos_seg_content &content, const Value *voxels, const std::vector<uint32_t> &places, Extents &extents) {
    for (uint32_t row = 0; row < content.rows; ++row) {
        const Value *line = voxels + size_t(row) * content.columns;
        Value last = 0;
        for (uint32_t column = 0; column < content.columns; ++column) {
            // Labels come in runs.
            if (line[column] == last) { continue; }
            last = line[column];
            if (last == 0) { continue; }
            const uint32_t place = places[last];
            if (place == 0) { throw Refusal("label " + std::to_string(last) + " has no segment"); }
            PlannedFrame &extent = extents[place - 1];
            if (extent.rowEnd == 0) { extent.rowBegin = row; }
            extent.rowEnd = row + 1;
        }
    }
}

uint64_t pixelLength(const tomos_seg_content &content, unsigned bits, size_t frames) {
    const uint64_t pixels = uint64_t(content.rows) * content.columns * frames;
    const uint64_t bytes = bits == 1 ? (pixels + 7) / 8 : pixels * (bits / 8);
    // PS3.5 7.1: a length of 32 bits, and all ones mean something else.
    require(
        bytes <= 0xFFFFFFFE, "its pixels would take " + std::to_string(bytes) + " bytes, and DICOM holds less than " +
                                 "4 GiB: leave out empty frames or write fewer labels");
    return bytes;
}

// All frames found and all there could be, by slice.
void findFrames(
    const tomos_seg_content &content, const std::vector<uint32_t> &places, bool keepsEmpty,
    std::vector<PlannedFrame> &frames) {
    const bool isLabelMap = content.kind == tomos_seg_labelmap;
    const size_t pixels = size_t(content.rows) * content.columns;
    for (size_t slice = 0; slice < content.slice_count; ++slice) {
        Extents extents(isLabelMap ? 1 : content.segment_count, PlannedFrame{0, slice, 0, 0});
        if (content.kind == tomos_seg_fractional) {
            markSlice(content, content.probabilities + slice * pixels, places, extents);
        } else {
            markSlice(content, content.labels + slice * pixels, places, extents);
        }
        for (size_t segment = 0; segment < extents.size(); ++segment) {
            extents[segment].segment = segment;
            if (keepsEmpty || extents[segment].rowEnd > 0) { frames.push_back(extents[segment]); }
        }
        require(frames.size() <= mostFrames, "it would have more than a million frames");
    }
}

} // namespace

Plan planFrames(const tomos_seg_content &content) {
    judgeGrid(content);
    judgeSegments(content);
    const bool isLabelMap = content.kind == tomos_seg_labelmap, isFractional = content.kind == tomos_seg_fractional;
    const std::vector<uint32_t> places = isFractional ? std::vector<uint32_t>(256, 1) : placesOfIDs(content);
    Plan plan;
    plan.numbers.assign(65536, 0);
    for (size_t index = 0; index < content.segment_count && !isFractional; ++index) {
        plan.numbers[content.segments[index].id] = content.segments[index].number;
    }
    plan.bits = isFractional ? 8 : !isLabelMap ? 1 : content.segments[content.segment_count - 1].number < 256 ? 8 : 16;

    // In a LABELMAP all segments share the one frame of a slice.
    std::vector<uint32_t> shared = places;
    if (isLabelMap) {
        for (uint32_t &place : shared) { place = std::min<uint32_t>(place, 1); }
    }
    findFrames(content, shared, content.keeps_empty_frames, plan.frames);
    if (plan.frames.empty()) { findFrames(content, shared, true, plan.frames); }
    std::sort(plan.frames.begin(), plan.frames.end(), [](const PlannedFrame &one, const PlannedFrame &other) {
        return std::tie(one.segment, one.slice) < std::tie(other.segment, other.slice);
    });
    plan.length = pixelLength(content, plan.bits, plan.frames.size());

    plan.planes.assign(content.slice_count, 0);
    for (const PlannedFrame &frame : plan.frames) { plan.planes[frame.slice] = 1; }
    uint32_t rank = 0;
    for (uint32_t &plane : plan.planes) { plane = plane == 0 ? 0 : ++rank; }
    return plan;
}

} // namespace tomos::objects
