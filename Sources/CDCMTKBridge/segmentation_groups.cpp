#include "segmentation_header.h"
#include "objects_items.h"

namespace tomos::objects {

namespace {

void putDimension(
    const tomos_seg_content &content, const DcmTagKey &pointer, const DcmTagKey &group, const char *label,
    DcmItem &dataset) {
    DcmItem &item = append(dataset, DCM_DimensionIndexSequence);
    put(item, DCM_DimensionOrganizationUID, content.dimension_organization);
    require(item.putAndInsertTagKey(DCM_DimensionIndexPointer, pointer), "a dimension");
    require(item.putAndInsertTagKey(DCM_FunctionalGroupPointer, group), "a dimension");
    putText(item, DCM_DimensionDescriptionLabel, label);
}

void putDimensions(const tomos_seg_content &content, DcmItem &dataset) {
    DcmItem &organization = append(dataset, DCM_DimensionOrganizationSequence);
    put(organization, DCM_DimensionOrganizationUID,
        isGiven(content.dimension_organization) ? content.dimension_organization : "");
    if (content.kind != tomos_seg_labelmap) {
        putDimension(
            content, DCM_ReferencedSegmentNumber, DCM_SegmentIdentificationSequence, "Segment number", dataset);
    }
    putDimension(content, DCM_ImagePositionPatient, DCM_PlanePositionSequence, "Image position", dataset);
}

void putShared(const tomos_seg_content &content, DcmItem &dataset) {
    DcmItem &shared = append(dataset, DCM_SharedFunctionalGroupsSequence);
    putDecimals(append(shared, DCM_PlaneOrientationSequence), DCM_ImageOrientationPatient, content.orientation, 6);
    DcmItem &measures = append(shared, DCM_PixelMeasuresSequence);
    putDecimals(measures, DCM_PixelSpacing, content.spacing, 2);
    putDecimals(measures, DCM_SliceThickness, &content.thickness, 1);
    if (content.spacing_between_slices > 0) {
        putDecimals(measures, DCM_SpacingBetweenSlices, &content.spacing_between_slices, 1);
    }
}

bool hasSource(const tomos_seg_slice &slice) { return isGiven(slice.sop_class) && isGiven(slice.sop_instance); }

void putDerivation(const tomos_seg_content &content, const tomos_seg_slice &slice, DcmItem &frame) {
    if (!hasSource(slice)) {
        // A group that one frame has all frames have.
        putEmpty(frame, DCM_DerivationImageSequence);
        return;
    }
    DcmItem &derivation = append(frame, DCM_DerivationImageSequence);
    putCode(derivation, DCM_DerivationCodeSequence, {"DCM", "113076", "Segmentation"});
    DcmItem &source = append(derivation, DCM_SourceImageSequence);
    put(source, DCM_ReferencedSOPClassUID, slice.sop_class);
    put(source, DCM_ReferencedSOPInstanceUID, slice.sop_instance);
    if (slice.frame > 0) { put(source, DCM_ReferencedFrameNumber, std::to_string(slice.frame)); }
    if (content.is_grid_of_source) { put(source, DCM_SpatialLocationsPreserved, "YES"); }
    putCode(
        source, DCM_PurposeOfReferenceCodeSequence,
        {"DCM", "121322", "Source image for image processing operation"});
}

void putFrame(
    const tomos_seg_content &content, const Plan &plan, const PlannedFrame &planned, bool hasSources,
    DcmItem &dataset) {
    const bool isLabelMap = content.kind == tomos_seg_labelmap;
    const tomos_seg_slice &slice = content.slices[planned.slice];
    const uint16_t number = content.segments[planned.segment].number;
    DcmItem &frame = append(dataset, DCM_PerFrameFunctionalGroupsSequence);
    if (hasSources) { putDerivation(content, slice, frame); }
    const Uint32 indices[] = {number, plan.planes[planned.slice]};
    require(
        append(frame, DCM_FrameContentSequence)
            .putAndInsertUint32Array(DCM_DimensionIndexValues, indices + (isLabelMap ? 1 : 0), isLabelMap ? 1 : 2),
        "the indices of a frame");
    putDecimals(append(frame, DCM_PlanePositionSequence), DCM_ImagePositionPatient, slice.position, 3);
    if (!isLabelMap) { put(append(frame, DCM_SegmentIdentificationSequence), DCM_ReferencedSegmentNumber, number); }
}

} // namespace

void putGroups(const tomos_seg_content &content, const Plan &plan, DcmItem &dataset) {
    putDimensions(content, dataset);
    putShared(content, dataset);
    const bool hasSources = std::any_of(content.slices, content.slices + content.slice_count, hasSource);
    for (const PlannedFrame &planned : plan.frames) { putFrame(content, plan, planned, hasSources, dataset); }
}

} // namespace tomos::objects
