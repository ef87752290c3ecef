#include "segmentation_object.h"

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

namespace tomos::objects {

namespace {

uint64_t pixelsOfFrame(const tomos_seg_info &info) { return uint64_t(info.rows) * info.columns; }

std::string syntaxName(const std::string &syntax) {
    const char *name = dcmFindNameOfUID(syntax.c_str());
    return name == nullptr ? oneLine(syntax.c_str(), 64) : std::string(name) + " (" + syntax + ")";
}

// The toolkit takes a syntax that it does not know for plain little endian: only the element itself tells.
std::string syntaxOf(DcmFileFormat &format) {
    DcmMetaInfo *meta = format.getMetaInfo();
    const std::string stated = meta == nullptr ? "" : word(*meta, DCM_TransferSyntaxUID);
    const char *guess = DcmXfer(format.getDataset()->getOriginalXfer()).getXferID();
    return stated.empty() && guess != nullptr ? guess : stated;
}

void judgeNative(const tomos_seg_object &object, const std::string &syntax, uint64_t fileLength) {
    const tomos_seg_info &info = object.info;
    const uint64_t pixels = pixelsOfFrame(info) * info.frames;
    const uint64_t needed = info.bits_allocated == 1 ? (pixels + 7) / 8 : pixels * (info.bits_allocated / 8);
    // Deflated pixels are in memory already.
    const bool isInFile = syntax != UID_DeflatedExplicitVRLittleEndianTransferSyntax;
    const uint64_t length = object.pixels->getLength();
    const uint64_t there = isInFile ? std::min(length, fileLength) : length;
    require(
        needed <= there, "its pixels should take " + std::to_string(needed) + " bytes, and it has " +
                             std::to_string(there));
}

// (PS3.5 A.4.2: in RLE each frame is one fragment. Item 0 is the offset table.)
void findFragments(tomos_seg_object &object, DcmPixelSequence &sequence) {
    for (DcmObject *next = sequence.nextInContainer(nullptr); next != nullptr; next = sequence.nextInContainer(next)) {
        if (auto *item = dynamic_cast<DcmPixelItem *>(next)) { object.fragments.push_back(item); }
    }
    require(!object.fragments.empty(), "its pixels are absent");
    object.fragments.erase(object.fragments.begin());
    require(
        object.fragments.size() == object.info.frames,
        "it has " + std::to_string(object.info.frames) + " frames in " + std::to_string(object.fragments.size()) +
            " fragments");
}

void judgeFragments(const tomos_seg_object &object, uint64_t fileLength) {
    const uint64_t needed = pixelsOfFrame(object.info) * (object.info.bits_allocated / 8);
    for (DcmPixelItem *fragment : object.fragments) {
        const uint64_t length = fragment->getLength();
        // PS3.5 G.3.1: two bytes make 128 at most.
        require(
            length <= fileLength && needed <= 64 * length && needed <= UINT32_MAX,
            "its pixels should take " + std::to_string(needed) + " bytes a frame, and one has " +
                std::to_string(length) + ", compressed");
    }
}

void readBytes(tomos_seg_object &object, DcmElement &element, uint64_t offset, std::vector<uint8_t> &bytes) {
    // In the order of the lowest byte first, words too: bits are counted from there.
    require(
        element.getPartialValue(
            bytes.data(), static_cast<Uint32>(offset), static_cast<Uint32>(bytes.size()), &object.cache,
            EBO_LittleEndian),
        "its pixels cannot be read");
}

void readBits(tomos_seg_object &object, size_t index, uint16_t *out) {
    const uint64_t pixels = pixelsOfFrame(object.info), begin = pixels * index;
    std::vector<uint8_t> bytes((begin + pixels + 7) / 8 - begin / 8);
    readBytes(object, *object.pixels, begin / 8, bytes);
    for (uint64_t pixel = 0, bit = begin & 7; pixel < pixels; ++pixel, ++bit) {
        out[pixel] = bytes[bit >> 3] >> (bit & 7) & 1;
    }
}

void readNative(tomos_seg_object &object, size_t index, uint16_t *out) {
    const uint64_t pixels = pixelsOfFrame(object.info), width = object.info.bits_allocated / 8;
    std::vector<uint8_t> bytes(pixels * width);
    readBytes(object, *object.pixels, bytes.size() * index, bytes);
    for (uint64_t pixel = 0; pixel < pixels; ++pixel) {
        const uint8_t *first = bytes.data() + pixel * width;
        out[pixel] = width == 1 ? first[0] : static_cast<uint16_t>(first[0] | first[1] << 8);
    }
}

void readEncapsulated(tomos_seg_object &object, size_t index, uint16_t *out) {
    const tomos_seg_info &info = object.info;
    DcmPixelItem &fragment = *object.fragments[index];
    std::vector<uint8_t> bytes(fragment.getLength());
    readBytes(object, fragment, 0, bytes);
    tomos_dcm_image image = {};
    image.syntax = UID_RLELosslessTransferSyntax;
    image.photometric = "MONOCHROME2";
    image.rows = info.rows;
    image.columns = info.columns;
    image.samples = 1;
    image.bits_allocated = image.bits_stored = info.bits_allocated;
    image.high_bit = static_cast<uint16_t>(info.bits_allocated - 1);
    image.bytes = bytes.data();
    image.count = bytes.size();
    const uint64_t pixels = pixelsOfFrame(info), width = info.bits_allocated / 8;
    std::vector<uint8_t> cells(pixels * width);
    char colour[32], error[256] = "";
    const bool isDecoded = tomos_dcm_decode(
        &image, cells.data(), static_cast<uint32_t>(cells.size()), colour, sizeof colour, error, sizeof error);
    require(isDecoded, std::string("a frame cannot be decoded: ") + error);
    for (uint64_t pixel = 0; pixel < pixels; ++pixel) {
        uint16_t cell = cells[pixel];
        if (width == 2) { std::memcpy(&cell, cells.data() + 2 * pixel, 2); }
        out[pixel] = cell;
    }
}

// A pixel must mean something.
void judgeValues(const tomos_seg_object &object, const uint16_t *values, size_t count) {
    const tomos_seg_info &info = object.info;
    if (info.kind == tomos_seg_labelmap) {
        const auto isUnknown = [&](uint16_t value) { return !object.isKnown[value] && value != info.background; };
        const uint16_t *unknown = std::find_if(values, values + count, isUnknown);
        if (unknown == values + count) { return; }
        throw Refusal("a pixel is of segment " + std::to_string(*unknown) + ", which its table lacks");
    }
    if (info.kind == tomos_seg_binary) { return; }
    const uint16_t most = *std::max_element(values, values + count);
    require(
        most <= info.maximum_fractional_value,
        "a pixel is " + std::to_string(most) + ", above its maximum fractional value");
}

} // namespace

void findPixels(tomos_seg_object &object, DcmItem &dataset, uint64_t fileLength) {
    DcmElement *element = nullptr;
    dataset.findAndGetElement(DCM_PixelData, element);
    object.pixels = dynamic_cast<DcmPixelData *>(element);
    require(object.pixels != nullptr, "its pixels are absent");
    const std::string syntax = syntaxOf(object.format);
    const DcmXfer known(syntax.c_str());
    require(
        known.getXfer() != EXS_Unknown, "its pixels are compressed with " + syntaxName(syntax) + ", which is not read");
    if (!known.isEncapsulated()) {
        judgeNative(object, syntax, fileLength);
        return;
    }
    require(
        known.getXfer() == EXS_RLELossless && object.info.bits_allocated > 1,
        "its pixels are compressed with " + syntaxName(syntax) + ", which is not read");
    E_TransferSyntax original = EXS_Unknown;
    const DcmRepresentationParameter *parameter = nullptr;
    DcmPixelSequence *sequence = nullptr;
    object.pixels->getOriginalRepresentationKey(original, parameter);
    const bool isFound =
        DcmXfer(original).isEncapsulated() &&
        object.pixels->getEncapsulatedRepresentation(original, parameter, sequence).good() && sequence != nullptr;
    require(isFound, "its pixels are not compressed, though it says so");
    findFragments(object, *sequence);
    judgeFragments(object, fileLength);
}

} // namespace tomos::objects

extern "C" bool tomos_seg_pixels(
    tomos_seg_object *object, size_t index, uint16_t *out, size_t count, char *error, size_t capacity) noexcept {
    using namespace tomos::objects;
    return guarded(false, error, capacity, [&] {
        require(index < object->info.frames, "there is no frame " + std::to_string(index + 1));
        require(count == pixelsOfFrame(object->info), "a frame has another number of pixels");
        if (!object->fragments.empty()) {
            readEncapsulated(*object, index, out);
        } else if (object->info.bits_allocated == 1) {
            readBits(*object, index, out);
        } else {
            readNative(*object, index, out);
        }
        judgeValues(*object, out, count);
        return true;
    });
}
