#include "dcmtk_items.h"

#include <algorithm>
#include <cstring>

#include "bridge_file.h"

namespace {

DcmItem *item(tomos_dcm_item *opaque) { return reinterpret_cast<DcmItem *>(opaque); }
tomos_dcm_item *opaque(DcmItem *item) { return reinterpret_cast<tomos_dcm_item *>(item); }

DcmElement *find(tomos_dcm_item *parent, uint16_t group, uint16_t element) {
    DcmElement *found = nullptr;
    if (parent == nullptr || item(parent)->findAndGetElement(DcmTagKey(group, element), found).bad()) {
        return nullptr;
    }
    return found;
}

} // namespace

extern "C" {

tomos_dcm_item *tomos_dcm_dataset(tomos_dcm_file *file) noexcept {
    try {
        return opaque(file->format.getDataset());
    } catch (...) {
        return nullptr;
    }
}

size_t tomos_dcm_items(
    tomos_dcm_item *parent, uint16_t group, uint16_t element, tomos_dcm_item **items, size_t capacity) noexcept {
    try {
        auto *sequence = dynamic_cast<DcmSequenceOfItems *>(find(parent, group, element));
        if (sequence == nullptr) { return 0; }
        // From one item to the next: asking for item n by number would walk the list from its start each time.
        size_t count = 0;
        for (DcmObject *next = sequence->nextInContainer(nullptr); next != nullptr;
             next = sequence->nextInContainer(next)) {
            if (count < capacity) { items[count] = opaque(dynamic_cast<DcmItem *>(next)); }
            count += 1;
        }
        return count;
    } catch (...) {
        return 0;
    }
}

ptrdiff_t tomos_dcm_item_text(
    tomos_dcm_item *parent, uint16_t group, uint16_t element, char *text, size_t capacity) noexcept {
    try {
        DcmElement *found = find(parent, group, element);
        OFString value;
        if (found == nullptr || found->getOFStringArray(value).bad()) { return -1; }
        if (text != nullptr && capacity > 0) {
            const size_t count = std::min(value.size(), capacity - 1);
            std::memcpy(text, value.data(), count);
            text[count] = 0;
        }
        return static_cast<ptrdiff_t>(value.size());
    } catch (...) {
        return -1;
    }
}

ptrdiff_t tomos_dcm_item_value(
    tomos_dcm_item *parent, uint16_t group, uint16_t element, void *out, size_t capacity) noexcept {
    try {
        DcmElement *found = find(parent, group, element);
        if (found == nullptr) { return -1; }
        const Uint32 length = found->getLength();
        if (out != nullptr && capacity >= length && length > 0 &&
            found->getPartialValue(out, 0, length, nullptr, EBO_LittleEndian).bad()) {
            return -1;
        }
        return static_cast<ptrdiff_t>(length);
    } catch (...) {
        return -1;
    }
}

} // extern "C"
