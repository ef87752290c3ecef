#include <cstring>
#include <vector>

#include "bridge_file.h"

#include <dcmtk/dcmdata/dcistrmb.h>

namespace {

// Sequences of functional groups have a few megabytes; what is longer is no text and no number.
constexpr Uint32 longestReread = 64u << 20;

// Whether a value of this representation is more than bytes.
bool isStructured(DcmEVR representation) {
    switch (representation) {
    case EVR_OB: case EVR_OW: case EVR_OF: case EVR_OD: case EVR_OL: case EVR_OV: case EVR_ox: case EVR_px:
    case EVR_UN: case EVR_UNKNOWN: case EVR_UNKNOWN2B: case EVR_na: case EVR_pixelItem: case EVR_PixelData:
        return false;
    default: return true;
    }
}

void append(std::vector<Uint8> &bytes, const DcmTagKey &key, const Uint8 *value, Uint32 count) {
    const Uint32 padded = count + count % 2;
    for (const Uint16 half : {key.getGroup(), key.getElement(), Uint16(padded), Uint16(padded >> 16)}) {
        bytes.push_back(Uint8(half));
        bytes.push_back(Uint8(half >> 8));
    }
    bytes.insert(bytes.end(), value, value + count);
    if (padded != count) { bytes.push_back(0x20); }
}

// The element as implicit little endian reads it, or null when its value is no such thing.
DcmElement *reread(DcmElement &element) {
    const DcmTag &tag = element.getTag();
    Uint8 *value = nullptr;
    const Uint32 count = element.getLength();
    if (count == 0 || count > longestReread || element.getUint8Array(value).bad() || value == nullptr) { return nullptr; }
    std::vector<Uint8> bytes;
    if (const char *creator = tag.getPrivateCreator()) {
        const DcmTagKey block(tag.getGroup(), Uint16(tag.getElement() >> 8));
        append(bytes, block, reinterpret_cast<const Uint8 *>(creator), Uint32(std::strlen(creator)));
    }
    append(bytes, tag.getXTag(), value, count);
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), offile_off_t(bytes.size()));
    stream.setEos();
    DcmDataset dataset;
    dataset.transferInit();
    if (dataset.read(stream, EXS_LittleEndianImplicit).bad()) { return nullptr; }
    dataset.transferEnd();
    return dataset.remove(tag.getXTag());
}

} // namespace

void readUnknownByDictionary(DcmItem &item) {
    std::vector<DcmElement *> unknown;
    for (DcmObject *next = item.nextInContainer(nullptr); next != nullptr; next = item.nextInContainer(next)) {
        if (auto *sequence = dynamic_cast<DcmSequenceOfItems *>(next)) {
            for (DcmObject *part = sequence->nextInContainer(nullptr); part != nullptr;
                 part = sequence->nextInContainer(part)) {
                if (auto *inner = dynamic_cast<DcmItem *>(part)) { readUnknownByDictionary(*inner); }
            }
        } else if (next->getVR() == EVR_UN && next->getGTag() != 0x7FE0) {
            unknown.push_back(dynamic_cast<DcmElement *>(next));
        }
    }
    for (DcmElement *element : unknown) {
        if (element == nullptr) { continue; }
        DcmTag known(element->getTag());
        known.lookupVRinDictionary();
        if (!isStructured(known.getEVR())) { continue; }
        if (DcmElement *better = reread(*element)) {
            if (item.insert(better, OFTrue).bad()) { delete better; }
        }
    }
}
