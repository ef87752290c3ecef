#include "dcmtk_bridge.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <mutex>

#include "bridge_file.h"

#include <dcmtk/dcmdata/dcrledrg.h>
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

tomos_dcm_pixels tomos_dcm_pixel_info(tomos_dcm_file *file, uint64_t *length, size_t *fragments) noexcept {
    *length = 0;
    *fragments = 0;
    return guarded(tomos_dcm_pixels_none, nullptr, 0, [&] {
        DcmElement *element = find(file, 0x7FE0, 0x0010);
        if (element == nullptr) {
            const bool isFloat = find(file, 0x7FE0, 0x0008) != nullptr || find(file, 0x7FE0, 0x0009) != nullptr;
            return isFloat ? tomos_dcm_pixels_float : tomos_dcm_pixels_none;
        }
        if (DcmPixelSequence *sequence = pixelSequence(file)) {
            const unsigned long items = sequence->card();
            *fragments = items > 0 ? items - 1 : 0;
            return tomos_dcm_pixels_encapsulated;
        }
        *length = element->getLength();
        return tomos_dcm_pixels_native;
    });
}

bool tomos_dcm_fragment(
    tomos_dcm_file *file, size_t index, const uint8_t **bytes, size_t *count, char *error, size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        DcmPixelSequence *sequence = pixelSequence(file);
        if (sequence == nullptr) {
            say("pixel data is not encapsulated", error, capacity);
            return false;
        }
        DcmPixelItem *item = nullptr;
        Uint8 *values = nullptr;
        if (!check(sequence->getItem(item, static_cast<unsigned long>(index) + 1), error, capacity)) { return false; }
        if (!check(item->getUint8Array(values), error, capacity)) { return false; }
        *bytes = values;
        *count = values == nullptr ? 0 : item->getLength();
        return true;
    });
}

bool tomos_dcm_decode(tomos_dcm_file *file, void *out, uint32_t count, char *error, size_t capacity) noexcept {
    return guarded(false, error, capacity, [&] {
        auto *pixels = dynamic_cast<DcmPixelData *>(find(file, 0x7FE0, 0x0010));
        if (pixels == nullptr) {
            say("no pixel data", error, capacity);
            return false;
        }
        Uint32 startFragment = 0;
        OFString colourModel;
        const OFCondition condition =
            pixels->getUncompressedFrame(file->format.getDataset(), 0, startFragment, out, count, colourModel);
        return check(condition, error, capacity);
    });
}

} // extern "C"
