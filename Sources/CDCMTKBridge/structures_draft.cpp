#include "dcmtk_structures.h"

#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "objects_guard.h"
#include "objects_source.h"
#include "objects_text.h"
#include "structures_numbers.h"

using namespace tomos::objects;

struct tomos_structures_draft {
    DcmFileFormat format;
    SourceImage source;
    std::string frameOfReference, study;
    struct Image {
        std::string sopClass, sopInstance;
        uint32_t frame;
    };
    std::vector<Image> images;
    std::set<int32_t> numbers;
    // They go into the data set when it is written; until then the draft owns them.
    std::unique_ptr<DcmSequenceOfItems> regions{new DcmSequenceOfItems(DCM_StructureSetROISequence)};
    std::unique_ptr<DcmSequenceOfItems> outlines{new DcmSequenceOfItems(DCM_ROIContourSequence)};
    std::unique_ptr<DcmSequenceOfItems> observations{new DcmSequenceOfItems(DCM_RTROIObservationsSequence)};
    // Of the region added last; absent until it has one.
    DcmItem *outline = nullptr;
    DcmSequenceOfItems *contours = nullptr;
    bool isWritten = false;
};

namespace {

// The study of the referenced images goes by this retired class. (PS3.3 C.8.8.5, RT Referenced Study Sequence)
constexpr char studyClass[] = "1.2.840.10008.3.1.2.3.1";
// A code of more characters is a LongCodeValue. (PS3.3 8.1)
constexpr size_t longestCode = 16;
constexpr size_t longestName = 64;

std::string orEmpty(const char *text) { return text == nullptr ? "" : text; }

void put(DcmItem &item, const DcmTagKey &key, const std::string &value) {
    require(item.putAndInsertString(key, value.c_str()), DcmTag(key).getTagName());
}

void putNumber(DcmItem &item, const DcmTagKey &key, long long value) { put(item, key, std::to_string(value)); }

DcmItem &append(DcmSequenceOfItems &sequence) {
    std::unique_ptr<DcmItem> item(new DcmItem);
    require(sequence.append(item.get()), "an item");
    return *item.release();
}

void insert(DcmItem &item, std::unique_ptr<DcmSequenceOfItems> sequence) {
    require(item.insert(sequence.get(), OFTrue), "a sequence");
    sequence.release();
}

DcmSequenceOfItems &insertSequence(DcmItem &item, const DcmTagKey &key) {
    std::unique_ptr<DcmSequenceOfItems> sequence(new DcmSequenceOfItems(key));
    DcmSequenceOfItems &inserted = *sequence;
    insert(item, std::move(sequence));
    return inserted;
}

void putCode(DcmItem &item, const tomos_structures_roi &roi) {
    const std::string scheme = oneLine(roi.scheme, 16), value = orEmpty(roi.value);
    const std::string meaning = oneLine(roi.meaning, longestName);
    if (scheme.empty() || value.empty() || meaning.empty()) { return; }
    DcmItem &code = append(insertSequence(item, DCM_RTROIIdentificationCodeSequence));
    const bool isLong = value.size() > longestCode;
    put(code, isLong ? DCM_LongCodeValue : DCM_CodeValue, oneLine(value.c_str(), longestName));
    put(code, DCM_CodingSchemeDesignator, scheme);
    put(code, DCM_CodeMeaning, meaning);
}

void putReference(DcmItem &item, const tomos_structures_draft::Image &image, const std::string &frames) {
    put(item, DCM_ReferencedSOPClassUID, image.sopClass);
    put(item, DCM_ReferencedSOPInstanceUID, image.sopInstance);
    if (image.frame > 0) { put(item, DCM_ReferencedFrameNumber, frames); }
}

// Every instance once, with its frames.
void putImages(DcmSequenceOfItems &sequence, const std::vector<tomos_structures_draft::Image> &images) {
    std::map<std::string, std::string> frames;
    for (const auto &image : images) {
        std::string &text = frames[image.sopInstance];
        text += (text.empty() ? "" : "\\") + std::to_string(image.frame);
    }
    for (const auto &image : images) {
        const auto found = frames.find(image.sopInstance);
        if (found == frames.end()) { continue; }
        putReference(append(sequence), image, found->second);
        frames.erase(found);
    }
}

void putReferences(tomos_structures_draft &draft) {
    DcmItem &frame = append(insertSequence(*draft.format.getDataset(), DCM_ReferencedFrameOfReferenceSequence));
    put(frame, DCM_FrameOfReferenceUID, draft.frameOfReference);
    DcmItem &study = append(insertSequence(frame, DCM_RTReferencedStudySequence));
    put(study, DCM_ReferencedSOPClassUID, studyClass);
    put(study, DCM_ReferencedSOPInstanceUID, draft.study);
    DcmItem &series = append(insertSequence(study, DCM_RTReferencedSeriesSequence));
    put(series, DCM_SeriesInstanceUID, draft.source.series);
    putImages(insertSequence(series, DCM_ContourImageSequence), draft.images);
}

bool isOwn(const DcmTagKey &key) {
    for (const DcmTagKey &own : {
             DCM_SOPInstanceUID, DCM_SeriesInstanceUID, DCM_StructureSetLabel, DCM_StructureSetName,
             DCM_StructureSetDescription, DCM_StructureSetDate, DCM_StructureSetTime, DCM_SeriesNumber,
             DCM_SeriesDescription, DCM_SeriesDate, DCM_SeriesTime, DCM_InstanceNumber, DCM_InstanceCreationDate,
             DCM_InstanceCreationTime, DCM_Manufacturer, DCM_ManufacturerModelName, DCM_SoftwareVersions,
             DCM_DeviceSerialNumber, DCM_StationName, DCM_InstitutionName, DCM_OperatorsName, DCM_ProtocolName,
         }) {
        if (key == own) { return true; }
    }
    return false;
}

size_t longestText(DcmEVR representation) {
    switch (representation) {
    case EVR_DA: return 8;
    case EVR_SH: case EVR_TM: return 16;
    case EVR_IS: return 12;
    case EVR_ST: return 1024;
    default: return longestName;
    }
}

// Type 1 elements that nobody but the caller knows, and type 2 elements.
void complete(DcmItem &dataset) {
    const std::pair<DcmTagKey, const char *> needed[] = {
        {DCM_SOPInstanceUID, "SOP instance UID"},
        {DCM_SeriesInstanceUID, "series instance UID"},
        {DCM_StructureSetLabel, "label"},
    };
    for (const auto &[key, name] : needed) {
        require(!word(dataset, key).empty(), std::string("the structure set was given no ") + name);
    }
    for (const DcmTagKey &key : {
             DCM_StructureSetDate, DCM_StructureSetTime, DCM_Manufacturer, DCM_SeriesNumber, DCM_OperatorsName,
         }) {
        if (!dataset.tagExists(key)) { require(dataset.insertEmptyElement(key), "an element of the object"); }
    }
}

// What stands in every file.
void begin(tomos_structures_draft &draft) {
    DcmItem &dataset = *draft.format.getDataset();
    put(dataset, DCM_SpecificCharacterSet, "ISO_IR 192");
    put(dataset, DCM_SOPClassUID, UID_RTStructureSetStorage);
    put(dataset, DCM_Modality, "RTSTRUCT");
    put(dataset, DCM_ApprovalStatus, "UNAPPROVED");
    // It speaks of pixels, which a structure set has none of.
    for (const DcmTagKey &key : {
             DCM_LossyImageCompression, DCM_LossyImageCompressionRatio, DCM_LossyImageCompressionMethod,
         }) {
        delete dataset.remove(key);
    }
    draft.frameOfReference = word(dataset, DCM_FrameOfReferenceUID);
    draft.study = word(dataset, DCM_StudyInstanceUID);
}

void addRegion(tomos_structures_draft &draft, const tomos_structures_roi &roi) {
    require(roi.number >= 0, "a region's number is negative");
    require(draft.numbers.insert(roi.number).second, "two regions have number " + std::to_string(roi.number));
    DcmItem &region = append(*draft.regions);
    putNumber(region, DCM_ROINumber, roi.number);
    put(region, DCM_ReferencedFrameOfReferenceUID, draft.frameOfReference);
    put(region, DCM_ROIName, oneLine(roi.name, longestName));
    put(region, DCM_ROIGenerationAlgorithm, "AUTOMATIC");

    DcmItem &outline = append(*draft.outlines);
    draft.outline = &outline;
    draft.contours = nullptr;
    if (roi.has_colour) {
        put(outline, DCM_ROIDisplayColor,
            std::to_string(roi.red) + "\\" + std::to_string(roi.green) + "\\" + std::to_string(roi.blue));
    }
    putNumber(outline, DCM_ReferencedROINumber, roi.number);

    DcmItem &observation = append(*draft.observations);
    putNumber(observation, DCM_ObservationNumber, roi.number);
    putNumber(observation, DCM_ReferencedROINumber, roi.number);
    put(observation, DCM_RTROIInterpretedType, codeString(roi.type));
    put(observation, DCM_ROIInterpreter, "");
    putCode(observation, roi);
}

// Goes away unless it was finished.
struct PartialFile {
    const char *path;
    ~PartialFile() {
        if (path != nullptr) { std::remove(path); }
    }
};

void write(tomos_structures_draft &draft, const char *path) {
    require(!draft.isWritten, "the structure set was written before");
    DcmItem &dataset = *draft.format.getDataset();
    complete(dataset);
    require(draft.regions->card() > 0, "the structure set has no region");
    require(!draft.images.empty(), "the structure set refers to no image");
    draft.isWritten = true;
    draft.outline = nullptr;
    draft.contours = nullptr;
    putReferences(draft);
    insert(dataset, std::move(draft.regions));
    insert(dataset, std::move(draft.outlines));
    insert(dataset, std::move(draft.observations));
    PartialFile file{path};
    require(
        draft.format.saveFile(
            path, EXS_LittleEndianImplicit, EET_ExplicitLength, EGL_withoutGL, EPD_withoutPadding),
        "the file cannot be written");
    file.path = nullptr;
}

} // namespace

extern "C" {

tomos_structures_draft *tomos_structures_begin(
    const char *source, const char *study, const char *series, const char *frame_of_reference, bool *guessed_text,
    char *error, size_t capacity) noexcept {
    return guarded<tomos_structures_draft *>(nullptr, error, capacity, [&] {
        std::unique_ptr<tomos_structures_draft> draft(new tomos_structures_draft);
        draft->source = copySource(source, {study, series, frame_of_reference}, *draft->format.getDataset());
        begin(*draft);
        if (guessed_text != nullptr) { *guessed_text = draft->source.guessedText; }
        return draft.release();
    });
}

void tomos_structures_discard(tomos_structures_draft *draft) noexcept {
    guarded(false, nullptr, 0, [&] {
        delete draft;
        return true;
    });
}

bool tomos_structures_set(
    tomos_structures_draft *draft, uint16_t group, uint16_t element, const char *text, char *error,
    size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        const DcmTagKey key(group, element);
        require(isOwn(key), std::string(DcmTag(key).getTagName()) + " is not the caller's to set");
        const DcmEVR representation = DcmTag(key).getEVR();
        const size_t limit = longestText(representation);
        put(*draft->format.getDataset(), key,
            representation == EVR_ST ? paragraph(text, limit) : oneLine(text, limit));
        return true;
    });
}

bool tomos_structures_add_image(
    tomos_structures_draft *draft, const char *sop_class, const char *sop_instance, uint32_t frame, char *error,
    size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        require(!orEmpty(sop_instance).empty(), "an image of the series has no SOP instance UID");
        const std::string stated = orEmpty(sop_class);
        draft->images.push_back({stated.empty() ? draft->source.sopClass : stated, sop_instance, frame});
        return true;
    });
}

bool tomos_structures_add_roi(
    tomos_structures_draft *draft, const tomos_structures_roi *roi, char *error, size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        require(!draft->isWritten, "the structure set was written before");
        addRegion(*draft, *roi);
        return true;
    });
}

bool tomos_structures_add_contour(
    tomos_structures_draft *draft, ptrdiff_t image, const double *points, size_t count, int decimals, char *error,
    size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        require(draft->outline != nullptr, "a contour comes before its region");
        require(count >= 3, "a contour has fewer than three points");
        const auto images = static_cast<ptrdiff_t>(draft->images.size());
        require(image < images, "a contour lies on an image that is not in the series");
        const std::string data = tomos::structures::decimals(points, 3 * count, decimals);
        if (draft->contours == nullptr) { draft->contours = &insertSequence(*draft->outline, DCM_ContourSequence); }
        DcmItem &contour = append(*draft->contours);
        if (image >= 0) {
            const auto &named = draft->images[static_cast<size_t>(image)];
            putReference(
                append(insertSequence(contour, DCM_ContourImageSequence)), named, std::to_string(named.frame));
        }
        put(contour, DCM_ContourGeometricType, "CLOSED_PLANAR");
        putNumber(contour, DCM_NumberOfContourPoints, static_cast<long long>(count));
        put(contour, DCM_ContourData, data);
        return true;
    });
}

bool tomos_structures_write(
    tomos_structures_draft *draft, const char *path, char *error, size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        write(*draft, path);
        return true;
    });
}

} // extern "C"
