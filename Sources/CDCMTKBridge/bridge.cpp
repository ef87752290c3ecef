#include "dcmtk_bridge.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <fstream>
#include <mutex>
#include <string>

#include <iconv.h>

#include "bridge_file.h"

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

namespace {

// Elements longer than this stay in the file until asked for, so that opening a file does not read its pixels.
constexpr Uint32 longestValueReadAtOnce = 4096;

ptrdiff_t copy(const char *from, size_t length, char *to, size_t capacity) {
    if (to != nullptr && capacity > 0) {
        const size_t count = std::min(length, capacity - 1);
        std::memcpy(to, from, count);
        to[count] = 0;
    }
    return static_cast<ptrdiff_t>(length);
}

void say(const char *what, char *error, size_t capacity) { copy(what, std::strlen(what), error, capacity); }

bool check(const OFCondition &condition, char *error, size_t capacity) {
    if (condition.good()) { return true; }
    say(condition.text(), error, capacity);
    return false;
}

// Runs `body` and turns whatever it throws into `failure`: nothing may unwind into Swift.
template <typename Result, typename Body>
Result guarded(Result failure, char *error, size_t capacity, Body body) noexcept {
    try {
        return body();
    } catch (const std::exception &exception) {
        say(exception.what(), error, capacity);
    } catch (...) {
        say("unknown error in DCMTK", error, capacity);
    }
    return failure;
}

DcmElement *find(tomos_dcm_file *file, uint16_t group, uint16_t element) {
    DcmElement *found = nullptr;
    const DcmTagKey key(group, element);
    DcmItem *item = group == 0x0002 ? static_cast<DcmItem *>(file->format.getMetaInfo())
                                    : static_cast<DcmItem *>(file->format.getDataset());
    if (item == nullptr || item->findAndGetElement(key, found).bad()) { return nullptr; }
    return found;
}

bool convert(const char *set, OFString &text) {
    const iconv_t converter = iconv_open("UTF-8", set);
    if (converter == reinterpret_cast<iconv_t>(-1)) { return false; }
    // No letter takes more than four bytes.
    std::string room(4 * text.size(), 0);
    char *in = const_cast<char *>(text.data()), *out = &room[0];
    size_t left = text.size(), free = room.size();
    const bool isWhole = iconv(converter, &in, &left, &out, &free) != static_cast<size_t>(-1);
    iconv_close(converter);
    if (isWhole) { text = OFString(room.data(), room.size() - free); }
    return isWhole;
}

// Text that is not plain ASCII is in the character sets that the file names. Left as it is when they do not fit it.
void toUTF8(tomos_dcm_file *file, OFString &text) {
    const auto isPlain = [](unsigned char byte) { return byte < 0x80 && byte != 0x1B; };
    if (std::all_of(text.begin(), text.end(), isPlain)) { return; }
    DcmSpecificCharacterSet sets;
    OFString converted;
    if (sets.selectCharacterSet(*file->format.getDataset()).good() &&
        sets.convertString(text, converted, "\\\t\n\f\r").good()) {
        text = converted;
    } else if (!convert("ISO-2022-JP-2", text)) {
        // The toolkit's conversion lacks the Japanese sets. An escape of none that is known must not reach a terminal.
        std::replace(text.begin(), text.end(), '\x1B', '?');
    }
}

// The encapsulated representation of the pixel data, or null.
DcmPixelSequence *pixelSequence(tomos_dcm_file *file) {
    auto *pixels = dynamic_cast<DcmPixelData *>(find(file, 0x7FE0, 0x0010));
    if (pixels == nullptr) { return nullptr; }
    E_TransferSyntax syntax = EXS_Unknown;
    const DcmRepresentationParameter *parameter = nullptr;
    pixels->getOriginalRepresentationKey(syntax, parameter);
    DcmPixelSequence *sequence = nullptr;
    if (!DcmXfer(syntax).isEncapsulated()) { return nullptr; }
    if (pixels->getEncapsulatedRepresentation(syntax, parameter, sequence).bad()) { return nullptr; }
    return sequence;
}

// Item 0 is the offset table.
DcmPixelItem *pixelItem(tomos_dcm_file *file, size_t index, char *error, size_t capacity) {
    DcmPixelSequence *sequence = pixelSequence(file);
    DcmPixelItem *item = nullptr;
    if (sequence == nullptr) {
        say("pixel data is not encapsulated", error, capacity);
        return nullptr;
    }
    return check(sequence->getItem(item, static_cast<unsigned long>(index)), error, capacity) ? item : nullptr;
}

E_ByteOrder fileByteOrder(tomos_dcm_file *file) {
    return DcmXfer(file->format.getDataset()->getOriginalXfer()).getByteOrder();
}

bool copyBytes(
    tomos_dcm_file *file, DcmElement *element, uint64_t offset, void *out, size_t count, char *error,
    size_t capacity) {
    const uint64_t length = element->getLength();
    if (offset > length || count > length - offset) {
        say("value is shorter than asked for", error, capacity);
        return false;
    }
    // Asking for the file's own byte order keeps the toolkit from swapping.
    return count == 0 || check(
        element->getPartialValue(
            out, static_cast<Uint32>(offset), static_cast<Uint32>(count), &file->cache, fileByteOrder(file)),
        error, capacity);
}

} // namespace

extern "C" {

bool tomos_dcm_setup(char *error, size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        static std::once_flag once;
        std::call_once(once, [] {
            OFLog::configure(OFLogger::OFF_LOG_LEVEL);
            DcmRLEDecoderRegistration::registerCodecs();
            DJDecoderRegistration::registerCodecs();
            DJLSDecoderRegistration::registerCodecs();
        });
        if (dcmDataDict.isDictionaryLoaded()) { return true; }
        say("data dictionary not found", error, capacity);
        return false;
    });
}

tomos_dcm_file *tomos_dcm_open(const char *path, bool header_only, char *error, size_t capacity) noexcept {
    return guarded<tomos_dcm_file *>(nullptr, error, capacity, [&]() -> tomos_dcm_file * {
        OFunique_ptr<tomos_dcm_file> file(new tomos_dcm_file);
        const OFCondition condition =
            header_only ? file->format.loadFileUntilTag(
                              path, EXS_Unknown, EGL_noChange, longestValueReadAtOnce, ERM_autoDetect, DCM_PixelData)
                        : file->format.loadFile(path, EXS_Unknown, EGL_noChange, longestValueReadAtOnce);
        if (!check(condition, error, capacity)) { return nullptr; }
        readUnknownByDictionary(*file->format.getDataset());
        return file.release();
    });
}

tomos_dcm_file *tomos_dcm_open_delimited(const char *path, size_t kept, char *error, size_t capacity) noexcept {
    return guarded<tomos_dcm_file *>(nullptr, error, capacity, [&]() -> tomos_dcm_file * {
        static const char delimiter[] = {'\xFE', '\xFF', '\xDD', '\xE0', 0, 0, 0, 0};
        std::ifstream stream(path, std::ios::binary);
        std::string bytes(kept, 0);
        if (!stream.read(&bytes[0], static_cast<std::streamsize>(kept))) {
            say("the file cannot be read", error, capacity);
            return nullptr;
        }
        bytes.append(delimiter, sizeof delimiter);
        OFunique_ptr<tomos_dcm_file> file(new tomos_dcm_file);
        DcmInputBufferStream buffer;
        buffer.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
        buffer.setEos();
        file->format.transferInit();
        const OFCondition condition = file->format.read(buffer);
        file->format.transferEnd();
        if (!check(condition, error, capacity)) { return nullptr; }
        readUnknownByDictionary(*file->format.getDataset());
        return file.release();
    });
}

void tomos_dcm_close(tomos_dcm_file *file) noexcept {
    guarded(false, nullptr, 0, [&] {
        delete file;
        return true;
    });
}

ptrdiff_t tomos_dcm_transfer_syntax(tomos_dcm_file *file, char *text, size_t capacity) noexcept {
    return guarded<ptrdiff_t>(-1, nullptr, 0, [&]() -> ptrdiff_t {
        // The toolkit reads a syntax it does not know as plain little endian: only the element itself tells.
        const ptrdiff_t stated = tomos_dcm_text(file, 0x0002, 0x0010, text, capacity);
        if (stated > 0) { return stated; }
        const char *guess = DcmXfer(file->format.getDataset()->getOriginalXfer()).getXferID();
        return guess == nullptr || *guess == 0 ? -1 : copy(guess, std::strlen(guess), text, capacity);
    });
}

ptrdiff_t tomos_dcm_text(tomos_dcm_file *file, uint16_t group, uint16_t element, char *text, size_t capacity) noexcept {
    return guarded<ptrdiff_t>(-1, nullptr, 0, [&]() -> ptrdiff_t {
        DcmElement *found = find(file, group, element);
        OFString value;
        if (found == nullptr || found->getOFStringArray(value).bad()) { return -1; }
        toUTF8(file, value);
        return copy(value.data(), value.size(), text, capacity);
    });
}

bool tomos_dcm_bytes(
    tomos_dcm_file *file, uint16_t group, uint16_t element, const uint8_t **bytes, size_t *count) noexcept {
    return guarded(false, nullptr, 0, [&] {
        DcmElement *found = find(file, group, element);
        Uint8 *values = nullptr;
        if (found == nullptr || found->getUint8Array(values).bad() || values == nullptr) { return false; }
        *bytes = values;
        *count = found->getLength();
        return true;
    });
}

void tomos_dcm_uid_name(const char *uid, char *text, size_t capacity) noexcept {
    guarded(false, nullptr, 0, [&] {
        const char *name = dcmFindNameOfUID(uid);
        say(name == nullptr ? "" : name, text, capacity);
        return true;
    });
}

bool tomos_dcm_is_big_endian(tomos_dcm_file *file) noexcept {
    return guarded(false, nullptr, 0, [&] { return fileByteOrder(file) == EBO_BigEndian; });
}

tomos_dcm_pixel_data tomos_dcm_pixel_info(tomos_dcm_file *file) noexcept {
    tomos_dcm_pixel_data none = {};
    return guarded(none, nullptr, 0, [&] {
        tomos_dcm_pixel_data info = {};
        DcmElement *element = nullptr;
        for (const uint16_t candidate : {0x0010, 0x0008, 0x0009}) {
            element = find(file, 0x7FE0, candidate);
            info.element = candidate;
            if (element != nullptr) { break; }
        }
        if (element == nullptr) { return info; }
        if (DcmPixelSequence *sequence = pixelSequence(file)) {
            const unsigned long items = sequence->card();
            info.kind = tomos_dcm_pixels_encapsulated;
            info.fragments = items > 0 ? items - 1 : 0;
            return info;
        }
        info.kind = tomos_dcm_pixels_native;
        info.length = element->getLength();
        const char *name = element->getTag().getVRName();
        if (name != nullptr && std::strlen(name) == 2) {
            info.representation = static_cast<uint16_t>(static_cast<unsigned char>(name[0]) << 8 | static_cast<unsigned char>(name[1]));
        }
        return info;
    });
}

bool tomos_dcm_value_bytes(
    tomos_dcm_file *file, uint16_t group, uint16_t element, uint64_t offset, void *out, size_t count, char *error,
    size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        DcmElement *found = find(file, group, element);
        if (found == nullptr) {
            say("element is absent", error, capacity);
            return false;
        }
        return copyBytes(file, found, offset, out, count, error, capacity);
    });
}

ptrdiff_t tomos_dcm_value_length(tomos_dcm_file *file, uint16_t group, uint16_t element) noexcept {
    return guarded<ptrdiff_t>(-1, nullptr, 0, [&]() -> ptrdiff_t {
        DcmElement *found = find(file, group, element);
        return found == nullptr ? -1 : static_cast<ptrdiff_t>(found->getLength());
    });
}

ptrdiff_t tomos_dcm_item_length(tomos_dcm_file *file, size_t item) noexcept {
    return guarded<ptrdiff_t>(-1, nullptr, 0, [&]() -> ptrdiff_t {
        DcmPixelItem *found = pixelItem(file, item, nullptr, 0);
        return found == nullptr ? -1 : static_cast<ptrdiff_t>(found->getLength());
    });
}

bool tomos_dcm_item_bytes(
    tomos_dcm_file *file, size_t item, void *out, size_t count, char *error, size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        DcmPixelItem *found = pixelItem(file, item, error, capacity);
        return found != nullptr && copyBytes(file, found, 0, out, count, error, capacity);
    });
}

bool tomos_dcm_decode(
    const tomos_dcm_image *image, void *out, uint32_t count, char *colour, size_t colour_capacity, char *error,
    size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        // A data set of one image in one fragment: the toolkit's own search for a frame's fragments trusts the
        // offset table, and ours has already judged it.
        DcmDataset dataset;
        const auto set = [&](const DcmTagKey &key, uint16_t value) {
            return check(dataset.putAndInsertUint16(key, value), error, capacity);
        };
        if (!set(DCM_Rows, image->rows) || !set(DCM_Columns, image->columns) ||
            !set(DCM_SamplesPerPixel, image->samples) || !set(DCM_BitsAllocated, image->bits_allocated) ||
            !set(DCM_BitsStored, image->bits_stored) || !set(DCM_HighBit, image->high_bit) ||
            !set(DCM_PixelRepresentation, image->is_signed ? 1 : 0) ||
            !set(DCM_PlanarConfiguration, image->planar) ||
            !check(dataset.putAndInsertString(DCM_PhotometricInterpretation, image->photometric), error, capacity) ||
            !check(dataset.putAndInsertString(DCM_NumberOfFrames, "1"), error, capacity)) {
            return false;
        }
        OFunique_ptr<DcmPixelSequence> sequence(new DcmPixelSequence(DCM_PixelSequenceTag));
        OFunique_ptr<DcmPixelItem> table(new DcmPixelItem(DCM_PixelItemTag));
        if (!check(sequence->insert(table.get()), error, capacity)) { return false; }
        table.release();
        OFunique_ptr<DcmPixelItem> fragment(new DcmPixelItem(DCM_PixelItemTag));
        if (!check(fragment->putUint8Array(image->bytes, image->count), error, capacity) ||
            !check(sequence->insert(fragment.get()), error, capacity)) {
            return false;
        }
        fragment.release();
        OFunique_ptr<DcmPixelData> pixels(new DcmPixelData(DCM_PixelData));
        pixels->putOriginalRepresentation(DcmXfer(image->syntax).getXfer(), nullptr, sequence.release());
        Uint32 startFragment = 0;
        OFString model;
        // The toolkit wants room for an even number of bytes.
        OFVector<Uint8> even(count % 2 == 0 ? 0 : count + 1);
        void *room = even.empty() ? out : &even[0];
        if (!check(
                pixels->getUncompressedFrame(&dataset, 0, startFragment, room, count + count % 2, model), error,
                capacity)) {
            return false;
        }
        if (!even.empty()) { std::memcpy(out, room, count); }
        copy(model.data(), model.size(), colour, colour_capacity);
        return true;
    });
}

} // extern "C"
