#include <cmath>

#include "segmentation_object.h"

namespace tomos::objects {

namespace {

// A functional group of one frame: its own, or that of all frames.
DcmItem *group(DcmItem &frame, DcmItem *shared, const DcmTagKey &key) {
    DcmItem *own = firstItem(frame, key);
    return own != nullptr || shared == nullptr ? own : firstItem(*shared, key);
}

bool readNumbers(DcmItem *group, const DcmTagKey &key, double *numbers, unsigned long count) {
    DcmElement *element = nullptr;
    if (group == nullptr || group->findAndGetElement(key, element).bad() || element->getLength() > 1024) {
        return false;
    }
    for (unsigned long index = 0; index < count; ++index) {
        Float64 number = 0;
        if (element->getFloat64(number, index).bad() || !std::isfinite(number)) { return false; }
        numbers[index] = number;
    }
    return true;
}

void readSource(tomos_seg_object &object, DcmItem *derivation, tomos_seg_frame &frame) {
    DcmItem *source = derivation == nullptr ? nullptr : firstItem(*derivation, DCM_SourceImageSequence);
    frame.source_instance = object.keep(source == nullptr ? "" : word(*source, DCM_ReferencedSOPInstanceUID));
    Sint32 number = 0;
    if (source != nullptr && source->findAndGetSint32(DCM_ReferencedFrameNumber, number).good() && number > 0) {
        frame.source_frame = static_cast<uint32_t>(number);
    }
}

uint16_t segmentOf(const tomos_seg_object &object, DcmItem *identification, const std::string &named) {
    uint16_t number = 0;
    const bool isRead =
        identification != nullptr && readNumber(*identification, DCM_ReferencedSegmentNumber, number);
    require(isRead, named + " names no segment");
    require(
        number > 0 && object.isKnown[number],
        named + " is of segment " + std::to_string(number) + ", which its table lacks");
    return number;
}

tomos_seg_frame readFrame(tomos_seg_object &object, DcmItem &item, DcmItem *shared, const std::string &named) {
    tomos_seg_frame frame = {};
    if (object.info.kind != tomos_seg_labelmap) {
        frame.segment = segmentOf(object, group(item, shared, DCM_SegmentIdentificationSequence), named);
    }
    DcmItem *measures = group(item, shared, DCM_PixelMeasuresSequence);
    require(
        readNumbers(group(item, shared, DCM_PlanePositionSequence), DCM_ImagePositionPatient, frame.position, 3),
        named + " has no position in the patient");
    require(
        readNumbers(
            group(item, shared, DCM_PlaneOrientationSequence), DCM_ImageOrientationPatient, frame.orientation, 6),
        named + " has no orientation in the patient");
    require(
        readNumbers(measures, DCM_PixelSpacing, frame.spacing, 2) && frame.spacing[0] > 0 && frame.spacing[1] > 0,
        named + " has no pixel spacing");
    readNumbers(measures, DCM_SliceThickness, &frame.thickness, 1);
    readNumbers(measures, DCM_SpacingBetweenSlices, &frame.spacing_between_slices, 1);
    readSource(object, group(item, shared, DCM_DerivationImageSequence), frame);
    return frame;
}

} // namespace

void readGroups(tomos_seg_object &object, DcmItem &dataset) {
    DcmItem *shared = firstItem(dataset, DCM_SharedFunctionalGroupsSequence);
    const std::vector<DcmItem *> items = itemsOf(dataset, DCM_PerFrameFunctionalGroupsSequence);
    require(
        items.size() == object.info.frames, "it has " + std::to_string(object.info.frames) + " frames, but says of " +
                                                std::to_string(items.size()) + " where they lie");
    object.frames.reserve(items.size());
    for (DcmItem *item : items) {
        const std::string named = "frame " + std::to_string(object.frames.size() + 1);
        object.frames.push_back(readFrame(object, *item, shared, named));
    }
}

} // namespace tomos::objects
