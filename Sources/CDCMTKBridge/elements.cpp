#include <cstring>

#include "bridge_file.h"

#include <dcmtk/dcmdata/dcistrmb.h>

namespace {

// Meta elements are looked for in the meta header.
bool moveMeta(DcmFileFormat &format) {
    DcmDataset *dataset = format.getDataset();
    while (DcmElement *first = dataset->getElement(0)) {
        if (first->getGTag() != 0x0002) { return true; }
        DcmElement *element = dataset->remove(0UL);
        if (format.getMetaInfo()->insert(element, OFTrue).bad()) {
            delete element;
            return false;
        }
    }
    return true;
}

} // namespace

extern "C" {

tomos_dcm_file *tomos_dcm_open_elements(const void *bytes, size_t count, bool is_explicit) noexcept {
    try {
        OFunique_ptr<tomos_dcm_file> file(new tomos_dcm_file);
        DcmInputBufferStream stream;
        stream.setBuffer(bytes, static_cast<offile_off_t>(count));
        stream.setEos();
        DcmDataset *dataset = file->format.getDataset();
        dataset->transferInit();
        const OFCondition condition =
            dataset->read(stream, is_explicit ? EXS_LittleEndianExplicit : EXS_LittleEndianImplicit);
        dataset->transferEnd();
        if (condition.bad() || !moveMeta(file->format)) { return nullptr; }
        readUnknownByDictionary(*dataset);
        return file.release();
    } catch (...) {
        return nullptr;
    }
}

uint16_t tomos_dcm_dictionary_representation(uint16_t group, uint16_t element) noexcept {
    try {
        const DcmEVR representation = DcmTag(group, element).getEVR();
        switch (representation) {
        case EVR_UNKNOWN: case EVR_UNKNOWN2B: case EVR_UN: return 0;
        default: break;
        }
        const char *name = DcmVR(representation).getVRName();
        if (name == nullptr || std::strlen(name) != 2 || name[0] < 'A' || name[0] > 'Z') { return 0; }
        return static_cast<uint16_t>(
            static_cast<unsigned char>(name[0]) << 8 | static_cast<unsigned char>(name[1]));
    } catch (...) {
        return 0;
    }
}

} // extern "C"
