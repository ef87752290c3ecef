#include "segmentation_object.h"
#include "segmentation_terms.h"

namespace tomos::objects {

namespace {

tomos_seg_code readCode(tomos_seg_object &object, DcmItem *item, FileText &text) {
    if (item == nullptr) { return {object.keep(""), object.keep(""), object.keep("")}; }
    std::string value = text.text(*item, DCM_CodeValue);
    for (const DcmTagKey &key : {DCM_LongCodeValue, DCM_URNCodeValue}) {
        if (value.empty()) { value = text.text(*item, key); }
    }
    return {
        object.keep(text.text(*item, DCM_CodingSchemeDesignator)), object.keep(value),
        object.keep(text.text(*item, DCM_CodeMeaning))};
}

tomos_seg_code readModifier(tomos_seg_object &object, DcmItem *code, const DcmTagKey &key, FileText &text) {
    return readCode(object, code == nullptr ? nullptr : firstItem(*code, key), text);
}

bool readColour(DcmItem &item, uint16_t *colour) {
    for (unsigned long channel = 0; channel < 3; ++channel) {
        Uint16 value = 0;
        if (item.findAndGetUint16(DCM_RecommendedDisplayCIELabValue, value, channel).bad()) { return false; }
        colour[channel] = value;
    }
    return true;
}

tomos_seg_segment readSegment(tomos_seg_object &object, DcmItem &item, FileText &text) {
    tomos_seg_segment segment = {};
    require(readNumber(item, DCM_SegmentNumber, segment.number), "a segment of its table has no number");
    segment.label = object.keep(text.text(item, DCM_SegmentLabel));
    segment.description = object.keep(text.text(item, DCM_SegmentDescription));
    segment.algorithm_name = object.keep(text.text(item, DCM_SegmentAlgorithmName));
    segment.algorithm_type = object.keep(word(item, DCM_SegmentAlgorithmType));
    segment.category = readCode(object, firstItem(item, DCM_SegmentedPropertyCategoryCodeSequence), text);
    DcmItem *type = firstItem(item, DCM_SegmentedPropertyTypeCodeSequence);
    segment.type = readCode(object, type, text);
    segment.type_modifier = readModifier(object, type, DCM_SegmentedPropertyTypeModifierCodeSequence, text);
    DcmItem *region = firstItem(item, DCM_AnatomicRegionSequence);
    segment.region = readCode(object, region, text);
    segment.region_modifier = readModifier(object, region, DCM_AnatomicRegionModifierSequence, text);
    segment.has_colour = readColour(item, segment.colour);
    segment.tracking_id = object.keep(text.text(item, DCM_TrackingID));
    segment.tracking_uid = object.keep(word(item, DCM_TrackingUID));
    segment.is_background = std::strcmp(segment.type.scheme, backgroundScheme) == 0 &&
                            std::strcmp(segment.type.value, backgroundCode) == 0;
    return segment;
}

// The pixel that stands for no segment.
int32_t backgroundOf(const tomos_seg_object &object, DcmItem &dataset) {
    uint16_t padding = 0;
    if (readNumber(dataset, DCM_PixelPaddingValue, padding)) { return padding; }
    for (const tomos_seg_segment &segment : object.segments) {
        if (segment.is_background) { return segment.number; }
    }
    return object.isKnown[0] ? -1 : 0;
}

} // namespace

void readSegments(tomos_seg_object &object, DcmItem &dataset, FileText &text) {
    const bool isLabelMap = object.info.kind == tomos_seg_labelmap;
    object.isKnown.assign(65536, false);
    for (DcmItem *item : itemsOf(dataset, DCM_SegmentSequence)) {
        const tomos_seg_segment segment = readSegment(object, *item, text);
        const std::string named = "segment number " + std::to_string(segment.number);
        require(segment.number > 0 || isLabelMap, named + " is in its table, where the first is 1");
        require(!object.isKnown[segment.number], named + " is in its table twice");
        object.isKnown[segment.number] = true;
        object.segments.push_back(segment);
    }
    require(!object.segments.empty(), "it has no segments");
    object.info.segments = static_cast<uint32_t>(object.segments.size());
    object.info.background = isLabelMap ? backgroundOf(object, dataset) : -1;
}

} // namespace tomos::objects
