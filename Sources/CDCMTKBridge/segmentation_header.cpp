#include "segmentation_header.h"

#include <set>

#include "objects_items.h"
#include "segmentation_terms.h"
#include "objects_text.h"

namespace tomos::objects {

namespace {

void putInstance(const tomos_seg_content &content, DcmItem &dataset) {
    put(dataset, DCM_SpecificCharacterSet, "ISO_IR 192");
    put(dataset, DCM_SOPClassUID,
        content.kind == tomos_seg_labelmap ? labelMapStorage : UID_SegmentationStorage);
    put(dataset, DCM_SOPInstanceUID, content.sop_instance == nullptr ? "" : content.sop_instance);
    put(dataset, DCM_InstanceNumber, "1");
    put(dataset, DCM_ContentDate, content.date == nullptr ? "" : content.date);
    put(dataset, DCM_ContentTime, content.time == nullptr ? "" : content.time);
}

void putSeries(const tomos_seg_content &content, DcmItem &dataset) {
    put(dataset, DCM_Modality, "SEG");
    put(dataset, DCM_SeriesInstanceUID, content.series == nullptr ? "" : content.series);
    put(dataset, DCM_SeriesNumber, std::to_string(content.series_number));
    put(dataset, DCM_SeriesDate, content.date);
    put(dataset, DCM_SeriesTime, content.time);
    putText(dataset, DCM_SeriesDescription, oneLine(content.series_description, 64));
}

// Enhanced general equipment: all of type 1.
void putEquipment(const tomos_seg_content &content, DcmItem &dataset) {
    const auto text = [&](const DcmTagKey &key, const char *value, const char *what) {
        const std::string line = oneLine(value, 64);
        require(!line.empty(), std::string("the content has no ") + what);
        putText(dataset, key, line);
    };
    text(DCM_Manufacturer, content.manufacturer, "manufacturer");
    text(DCM_ManufacturerModelName, content.model, "model name");
    text(DCM_DeviceSerialNumber, content.serial_number, "serial number");
    text(DCM_SoftwareVersions, content.software_version, "software version");
}

void putImage(const tomos_seg_content &content, const Plan &plan, DcmItem &dataset) {
    put(dataset, DCM_ImageType, "DERIVED\\PRIMARY");
    const std::string label = codeString(content.content_label);
    put(dataset, DCM_ContentLabel, label.empty() ? "SEGMENTATION" : label);
    putText(dataset, DCM_ContentDescription, oneLine(content.content_description, 64));
    putText(dataset, DCM_ContentCreatorName, oneLine(content.content_creator, 64));
    put(dataset, DCM_SamplesPerPixel, uint16_t(1));
    put(dataset, DCM_PhotometricInterpretation, "MONOCHROME2");
    put(dataset, DCM_NumberOfFrames, std::to_string(plan.frames.size()));
    put(dataset, DCM_Rows, content.rows);
    put(dataset, DCM_Columns, content.columns);
    put(dataset, DCM_BitsAllocated, uint16_t(plan.bits));
    put(dataset, DCM_BitsStored, uint16_t(plan.bits));
    put(dataset, DCM_HighBit, uint16_t(plan.bits - 1));
    put(dataset, DCM_PixelRepresentation, uint16_t(0));
    switch (content.kind) {
    case tomos_seg_binary:
        put(dataset, DCM_SegmentationType, "BINARY");
        break;
    case tomos_seg_labelmap:
        put(dataset, DCM_SegmentationType, "LABELMAP");
        // Without it viewers count the background as the first segment and shift the names by one.
        put(dataset, DCM_PixelPaddingValue, uint16_t(0));
        break;
    case tomos_seg_fractional:
        put(dataset, DCM_SegmentationType, "FRACTIONAL");
        put(dataset, DCM_SegmentationFractionalType, "PROBABILITY");
        put(dataset, DCM_MaximumFractionalValue, uint16_t(255));
        break;
    }
    put(dataset, DCM_SegmentsOverlap, "NO");
}

void putSegment(const tomos_seg_segment &segment, DcmItem &dataset) {
    DcmItem &item = append(dataset, DCM_SegmentSequence);
    put(item, DCM_SegmentNumber, segment.number);
    const std::string label = oneLine(segment.label, 64);
    putText(item, DCM_SegmentLabel, label.empty() ? "Segment " + std::to_string(segment.number) : label);
    if (isGiven(segment.description)) {
        putText(item, DCM_SegmentDescription, paragraph(segment.description, 1024));
    }
    const std::string type = isGiven(segment.algorithm_type) ? segment.algorithm_type : "AUTOMATIC";
    const std::string algorithm = oneLine(segment.algorithm_name, 64);
    require(
        type == "AUTOMATIC" || type == "SEMIAUTOMATIC" || type == "MANUAL",
        "algorithm type \"" + type + "\" is none of AUTOMATIC, SEMIAUTOMATIC and MANUAL");
    put(item, DCM_SegmentAlgorithmType, type);
    // Type 1C (PS3.3 C.8.20.4).
    require(type == "MANUAL" || !algorithm.empty(), "the algorithm of segment \"" + label + "\" has no name");
    if (!algorithm.empty()) { putText(item, DCM_SegmentAlgorithmName, algorithm); }
    putCode(item, DCM_SegmentedPropertyCategoryCodeSequence, segment.category);
    DcmItem &property = putCode(item, DCM_SegmentedPropertyTypeCodeSequence, segment.type);
    if (isGiven(segment.type_modifier)) {
        putCode(property, DCM_SegmentedPropertyTypeModifierCodeSequence, segment.type_modifier);
    }
    if (isGiven(segment.region)) {
        DcmItem &region = putCode(item, DCM_AnatomicRegionSequence, segment.region);
        if (isGiven(segment.region_modifier)) {
            putCode(region, DCM_AnatomicRegionModifierSequence, segment.region_modifier);
        }
    }
    if (segment.has_colour) {
        require(
            item.putAndInsertUint16Array(DCM_RecommendedDisplayCIELabValue, segment.colour, 3), "a segment's colour");
    }
    if (isGiven(segment.tracking_id) && isGiven(segment.tracking_uid)) {
        putText(item, DCM_TrackingID, paragraph(segment.tracking_id, 1024));
        put(item, DCM_TrackingUID, segment.tracking_uid);
    }
}

void putSegments(const tomos_seg_content &content, DcmItem &dataset) {
    if (content.kind == tomos_seg_labelmap) {
        tomos_seg_segment nothing = {};
        nothing.label = backgroundMeaning;
        nothing.algorithm_name = content.segments[0].algorithm_name;
        nothing.algorithm_type = content.segments[0].algorithm_type;
        nothing.category = nothing.type = {backgroundScheme, backgroundCode, backgroundMeaning};
        putSegment(nothing, dataset);
    }
    for (size_t index = 0; index < content.segment_count; ++index) { putSegment(content.segments[index], dataset); }
}

void putReference(
    const std::string &sopClass, const std::string &sopInstance, const DcmTagKey &key, DcmItem &parent) {
    DcmItem &item = append(parent, key);
    put(item, DCM_ReferencedSOPClassUID, sopClass);
    put(item, DCM_ReferencedSOPInstanceUID, sopInstance);
}

// Common instance reference: viewers look here for the series that an object belongs on.
void putReferences(const tomos_seg_content &content, const SourceImage &source, DcmItem &dataset) {
    DcmItem &series = append(dataset, DCM_ReferencedSeriesSequence);
    put(series, DCM_SeriesInstanceUID, source.series);
    std::set<std::string> known;
    for (size_t index = 0; index < content.slice_count; ++index) {
        const tomos_seg_slice &slice = content.slices[index];
        if (!isGiven(slice.sop_class) || !isGiven(slice.sop_instance)) { continue; }
        if (!known.insert(slice.sop_instance).second) { continue; }
        putReference(slice.sop_class, slice.sop_instance, DCM_ReferencedInstanceSequence, series);
    }
    if (!known.empty()) { return; }
    // The series must still be named, and only with an image that the object refers to elsewhere.
    putReference(source.sopClass, source.sopInstance, DCM_ReferencedInstanceSequence, series);
    putReference(source.sopClass, source.sopInstance, DCM_SourceImageSequence, dataset);
}

} // namespace

void putHeader(
    const tomos_seg_content &content, const SourceImage &source, const Plan &plan, DcmItem &dataset) {
    putInstance(content, dataset);
    putSeries(content, dataset);
    putEquipment(content, dataset);
    putImage(content, plan, dataset);
    putSegments(content, dataset);
    putReferences(content, source, dataset);
}

} // namespace tomos::objects
