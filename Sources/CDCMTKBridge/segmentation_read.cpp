#include <filesystem>

#include "segmentation_object.h"
#include "segmentation_terms.h"

namespace tomos::objects {

namespace {

// Elements longer than this stay in the file until asked for.
constexpr Uint32 longestValueReadAtOnce = 4096;

uint16_t neededNumber(DcmItem &dataset, const DcmTagKey &key, const char *name) {
    uint16_t value = 0;
    require(readNumber(dataset, key, value), std::string("it has no ") + name);
    return value;
}

tomos_seg_kind kindOf(DcmItem &dataset) {
    const std::string sopClass = word(dataset, DCM_SOPClassUID);
    const std::string type = oneLine(word(dataset, DCM_SegmentationType).c_str(), 16);
    if (sopClass == labelMapStorage) {
        require(type == "LABELMAP" || type.empty(), "its segmentation type is " + type + ", not LABELMAP");
        return tomos_seg_labelmap;
    }
    require(sopClass == UID_SegmentationStorage, "it is not a DICOM Segmentation object");
    if (type == "BINARY") { return tomos_seg_binary; }
    require(type == "FRACTIONAL", "its segmentation type \"" + type + "\" is none of BINARY, FRACTIONAL and LABELMAP");
    return tomos_seg_fractional;
}

void readBits(tomos_seg_info &info, DcmItem &dataset) {
    const uint16_t bits = neededNumber(dataset, DCM_BitsAllocated, "bits allocated");
    const bool isRight = info.kind == tomos_seg_binary       ? bits == 1
                         : info.kind == tomos_seg_fractional ? bits == 8
                                                             : bits == 8 || bits == 16;
    require(isRight, "it has " + std::to_string(bits) + " bits a pixel, which its segmentation type does not allow");
    info.bits_allocated = bits;
    uint16_t number = 1;
    readNumber(dataset, DCM_SamplesPerPixel, number);
    require(number == 1, "it has " + std::to_string(number) + " samples a pixel, not one");
    if (readNumber(dataset, DCM_BitsStored, number)) {
        require(number == bits, "it stores " + std::to_string(number) + " of " + std::to_string(bits) + " bits");
    }
    if (readNumber(dataset, DCM_PixelRepresentation, number)) { require(number == 0, "its pixels are signed"); }
    if (info.kind != tomos_seg_fractional) { return; }
    info.maximum_fractional_value = neededNumber(dataset, DCM_MaximumFractionalValue, "maximum fractional value");
    require(info.maximum_fractional_value > 0, "its maximum fractional value is 0");
    info.is_probability = word(dataset, DCM_SegmentationFractionalType) != "OCCUPANCY";
}

void readTexts(tomos_seg_object &object, DcmItem &dataset, FileText &text) {
    tomos_seg_info &info = object.info;
    info.sop_instance = object.keep(word(dataset, DCM_SOPInstanceUID));
    info.series = object.keep(word(dataset, DCM_SeriesInstanceUID));
    info.study = object.keep(word(dataset, DCM_StudyInstanceUID));
    info.frame_of_reference = object.keep(word(dataset, DCM_FrameOfReferenceUID));
    info.patient_id = object.keep(text.text(dataset, DCM_PatientID));
    info.series_description = object.keep(text.text(dataset, DCM_SeriesDescription));
    info.content_label = object.keep(text.text(dataset, DCM_ContentLabel));
    DcmItem *series = firstItem(dataset, DCM_ReferencedSeriesSequence);
    info.referenced_series = object.keep(series == nullptr ? "" : word(*series, DCM_SeriesInstanceUID));
}

uint32_t frameCount(DcmItem &dataset) {
    const std::string text = word(dataset, DCM_NumberOfFrames);
    require(!text.empty(), "it has no number of frames");
    Sint32 number = 0;
    const bool isNumber = dataset.findAndGetSint32(DCM_NumberOfFrames, number).good();
    require(isNumber && number > 0, "its number of frames is \"" + oneLine(text.c_str(), 32) + "\"");
    return static_cast<uint32_t>(number);
}

} // namespace

DcmItem *firstItem(DcmItem &item, const DcmTagKey &key) {
    DcmElement *element = nullptr;
    if (item.findAndGetElement(key, element).bad()) { return nullptr; }
    auto *sequence = dynamic_cast<DcmSequenceOfItems *>(element);
    return sequence == nullptr ? nullptr : dynamic_cast<DcmItem *>(sequence->nextInContainer(nullptr));
}

std::vector<DcmItem *> itemsOf(DcmItem &item, const DcmTagKey &key) {
    DcmElement *element = nullptr;
    std::vector<DcmItem *> items;
    if (item.findAndGetElement(key, element).bad()) { return items; }
    auto *sequence = dynamic_cast<DcmSequenceOfItems *>(element);
    if (sequence == nullptr) { return items; }
    // From one item to the next: asking for item n by number would walk the list from its start each time.
    for (DcmObject *next = sequence->nextInContainer(nullptr); next != nullptr;
         next = sequence->nextInContainer(next)) {
        if (auto *nested = dynamic_cast<DcmItem *>(next)) { items.push_back(nested); }
    }
    return items;
}

bool readNumber(DcmItem &item, const DcmTagKey &key, uint16_t &value) {
    Uint16 found = 0;
    if (item.findAndGetUint16(key, found).bad()) { return false; }
    value = found;
    return true;
}

tomos_seg_object *open(const char *path) {
    OFunique_ptr<tomos_seg_object> object(new tomos_seg_object);
    require(
        object->format.loadFile(path, EXS_Unknown, EGL_noChange, longestValueReadAtOnce), "it cannot be read");
    DcmItem &dataset = *object->format.getDataset();
    readUnknownByDictionary(dataset);
    FileText text(dataset);
    tomos_seg_info &info = object->info;
    info.kind = kindOf(dataset);
    info.rows = neededNumber(dataset, DCM_Rows, "rows");
    info.columns = neededNumber(dataset, DCM_Columns, "columns");
    require(info.rows > 0 && info.columns > 0, "it has no rows or no columns");
    require(!dataset.tagExists(DCM_TotalPixelMatrixColumns), "it lies on a slide of a microscope, which is not read");
    info.frames = frameCount(dataset);
    readBits(info, dataset);
    // Before anything is made for each frame: their number is now one that the pixels bear out.
    findPixels(*object, dataset, std::filesystem::file_size(std::filesystem::path(path)));
    readTexts(*object, dataset, text);
    readSegments(*object, dataset, text);
    readGroups(*object, dataset);
    return object.release();
}

} // namespace tomos::objects

extern "C" {

tomos_seg_object *tomos_seg_open(const char *path, char *error, size_t capacity) noexcept {
    using namespace tomos::objects;
    return guarded<tomos_seg_object *>(nullptr, error, capacity, [&]() -> tomos_seg_object * {
        return tomos_dcm_setup(error, capacity) ? open(path) : nullptr;
    });
}

void tomos_seg_close(tomos_seg_object *object) noexcept {
    tomos::objects::guarded(false, nullptr, 0, [&] {
        delete object;
        return true;
    });
}

tomos_seg_info tomos_seg_about(const tomos_seg_object *object) noexcept { return object->info; }

bool tomos_seg_segment_at(const tomos_seg_object *object, size_t index, tomos_seg_segment *segment) noexcept {
    if (index >= object->segments.size()) { return false; }
    *segment = object->segments[index];
    return true;
}

bool tomos_seg_frame_at(const tomos_seg_object *object, size_t index, tomos_seg_frame *frame) noexcept {
    if (index >= object->frames.size()) { return false; }
    *frame = object->frames[index];
    return true;
}

} // extern "C"
