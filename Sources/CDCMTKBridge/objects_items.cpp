#include "objects_items.h"

#include "objects_text.h"

namespace tomos::objects {

namespace {

std::string name(const DcmTagKey &key) { return DcmTag(key).getTagName(); }

} // namespace

void putText(DcmItem &item, const DcmTagKey &key, const std::string &value) {
    require(item.putAndInsertString(key, value.c_str()), name(key));
}

void put(DcmItem &item, const DcmTagKey &key, const std::string &value) {
    require(!value.empty(), name(key) + " is empty");
    putText(item, key, value);
    DcmElement *element = nullptr;
    require(item.findAndGetElement(key, element), name(key));
    // A UID of the source tells whose it is, and a message may end up in a log.
    const std::string shown = element->ident() == EVR_UI ? "" : " \"" + oneLine(value.c_str(), 64) + "\"";
    require(element->checkValue("1-n"), name(key) + shown);
}

void put(DcmItem &item, const DcmTagKey &key, uint16_t value) {
    require(item.putAndInsertUint16(key, value), name(key));
}

void putDecimals(DcmItem &item, const DcmTagKey &key, const double *numbers, size_t count) {
    std::string text;
    for (size_t index = 0; index < count; ++index) {
        if (index > 0) { text += '\\'; }
        text += decimal(numbers[index]);
    }
    putText(item, key, text);
}

DcmItem &append(DcmItem &item, const DcmTagKey &key) {
    DcmItem *made = nullptr;
    require(item.findOrCreateSequenceItem(key, made, -2), name(key));
    return *made;
}

DcmItem &putCode(DcmItem &item, const DcmTagKey &key, const tomos_seg_code &code) {
    require(isGiven(code.scheme) && isGiven(code.value) && isGiven(code.meaning), name(key) + " is not complete");
    DcmItem &made = append(item, key);
    // PS3.3 8.1: a value beyond the length of SH goes into an element of its own.
    const std::string value = oneLine(code.value, 1024);
    const bool isURN = value.rfind("urn:", 0) == 0 || value.find("://") != std::string::npos;
    putText(made, isURN ? DCM_URNCodeValue : value.size() > 16 ? DCM_LongCodeValue : DCM_CodeValue, value);
    putText(made, DCM_CodingSchemeDesignator, oneLine(code.scheme, 16));
    putText(made, DCM_CodeMeaning, oneLine(code.meaning, 64));
    return made;
}

void putEmpty(DcmItem &item, const DcmTagKey &key) {
    require(item.insertEmptyElement(key, OFTrue), name(key));
}

} // namespace tomos::objects
