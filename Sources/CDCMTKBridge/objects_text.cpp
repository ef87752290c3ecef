#include "objects_text.h"

#include <charconv>
#include <cmath>

#include <iconv.h>

namespace tomos::objects {

namespace {

// No text of a header is longer; values above stay in the file when it is opened, and their lengths may be lies.
constexpr Uint32 longestText = 65536;

bool isPlain(const OFString &text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char byte) { return byte < 0x80 && byte != 0x1B; });
}

bool hasParagraphs(DcmEVR representation) {
    return representation == EVR_LT || representation == EVR_ST || representation == EVR_UT;
}

// `text` in UTF-8; false when it is not in the character set `from`.
bool recode(const char *from, const OFString &text, std::string &out) {
    const iconv_t converter = iconv_open("UTF-8", from);
    if (converter == reinterpret_cast<iconv_t>(-1)) { return false; }
    // No letter takes more than four bytes.
    std::string room(4 * text.size(), 0);
    char *in = const_cast<char *>(text.data()), *end = room.data();
    size_t left = text.size(), free = room.size();
    const bool isWhole = iconv(converter, &in, &left, &end, &free) != static_cast<size_t>(-1);
    iconv_close(converter);
    if (isWhole) { out.assign(room.data(), room.size() - free); }
    return isWhole;
}

// Japanese with escapes, which the toolkit's conversion lacks and which alone needs no other table.
bool recodeJapanese(const OFString &text, std::string &out) {
    // Half-width letters stand in the upper half of the bytes (ISO IR 13), where the 7-bit encoding switches to them.
    OFString switched;
    bool isUpper = false;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if ((byte >= 0xA1 && byte <= 0xDF) != isUpper) {
            isUpper = !isUpper;
            switched += isUpper ? "\x1B(I" : "\x1B(J";
        }
        switched += static_cast<char>(isUpper ? byte & 0x7F : byte);
    }
    return recode("ISO-2022-JP-2", text, out) || recode("ISO-2022-JP-3", switched, out);
}

// Bytes of the character that begins at `place`; 0 where no whole one does.
size_t characterLength(const std::string &text, size_t place) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(place);
    const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || length > text.size() - place) { return 0; }
    for (size_t next = 1; next < length; ++next) {
        if ((byte(place + next) & 0xC0) != 0x80) { return 0; }
    }
    return length;
}

std::string shortened(const char *text, size_t limit, bool hasLines) {
    const std::string whole = text == nullptr ? "" : text;
    std::string kept;
    size_t place = 0;
    for (size_t count = 0; count < limit && place < whole.size(); ++count) {
        const size_t length = characterLength(whole, place);
        const unsigned char first = static_cast<unsigned char>(whole[place]);
        const bool isLineEnd = first == '\n' || first == '\r';
        if (length == 0) {
            kept += '?';
        } else if (first == 0x7F || (first < 0x20 && !(hasLines && isLineEnd))) {
            kept += ' ';
        } else if (first == '\\' && !hasLines) {
            kept += '/';
        } else {
            kept.append(whole, place, length);
        }
        place += std::max<size_t>(length, 1);
    }
    const size_t begin = kept.find_first_not_of(' '), end = kept.find_last_not_of(' ');
    return begin == std::string::npos ? "" : kept.substr(begin, end - begin + 1);
}

} // namespace

bool isText(DcmEVR representation) {
    switch (representation) {
    case EVR_LO: case EVR_LT: case EVR_PN: case EVR_SH: case EVR_ST: case EVR_UC: case EVR_UT: return true;
    default: return false;
    }
}

FileText::FileText(DcmItem &dataset) : isUsable(sets.selectCharacterSet(dataset).good()) {}

std::string FileText::converted(const OFString &text, DcmEVR representation) {
    if (isPlain(text)) { return std::string(text.data(), text.size()); }
    const char *delimiters = representation == EVR_PN ? "\\^=" : hasParagraphs(representation) ? "\t\n\f\r" : "\\";
    OFString whole;
    if (isUsable && sets.convertString(text, whole, delimiters).good()) {
        return std::string(whole.data(), whole.size());
    }
    std::string out;
    if (text.find('\x1B') != OFString_npos && recodeJapanese(text, out)) { return out; }
    guessed = true;
    // Every byte is a letter of Latin 1, so that this cannot fail.
    if (!recode("UTF-8", text, out)) { recode("ISO-8859-1", text, out); }
    std::replace(out.begin(), out.end(), '\x1B', '?');
    return out;
}

std::string FileText::text(DcmItem &item, const DcmTagKey &key) {
    DcmElement *element = nullptr;
    OFString value;
    if (item.findAndGetElement(key, element).bad()) { return ""; }
    require(element->getLength() <= longestText, "a text in its header is longer than any real one");
    if (element->getOFStringArray(value).bad()) { return ""; }
    return converted(value, element->ident());
}

void FileText::convert(DcmElement &element) {
    require(element.getLength() <= longestText, "a value in its header is longer than any real one");
    if (auto *sequence = dynamic_cast<DcmSequenceOfItems *>(&element)) {
        for (DcmObject *item = sequence->nextInContainer(nullptr); item != nullptr;
             item = sequence->nextInContainer(item)) {
            for (DcmObject *part = item->nextInContainer(nullptr); part != nullptr;
                 part = item->nextInContainer(part)) {
                if (auto *nested = dynamic_cast<DcmElement *>(part)) { convert(*nested); }
            }
        }
        return;
    }
    OFString value;
    if (!isText(element.ident()) || element.getOFStringArray(value).bad() || isPlain(value)) { return; }
    require(element.putString(converted(value, element.ident()).c_str()), "a text of the source");
}

std::string word(DcmItem &item, const DcmTagKey &key) {
    DcmElement *element = nullptr;
    OFString value;
    if (item.findAndGetElement(key, element).bad() || element->getLength() > longestText) { return ""; }
    if (element->getOFString(value, 0).bad()) { return ""; }
    return std::string(value.data(), value.size());
}

std::string oneLine(const char *text, size_t limit) { return shortened(text, limit, false); }

std::string paragraph(const char *text, size_t limit) { return shortened(text, limit, true); }

std::string codeString(const char *text) {
    std::string code = oneLine(text, 16);
    std::string kept;
    for (size_t place = 0; place < code.size(); place += std::max<size_t>(characterLength(code, place), 1)) {
        const char letter = code[place];
        const bool isSmall = letter >= 'a' && letter <= 'z';
        const bool isAllowed =
            (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == ' ' || letter == '_';
        kept += isSmall ? static_cast<char>(letter - 'a' + 'A') : isAllowed ? letter : '_';
    }
    return kept;
}

std::string decimal(double number) {
    require(std::isfinite(number), "a length or position is not a finite number");
    // A negative zero would be read as one.
    if (number == 0) { return "0"; }
    char room[16];
    const auto shortest = std::to_chars(room, room + sizeof room, number);
    if (shortest.ec == std::errc()) { return std::string(room, shortest.ptr); }
    std::string nearest;
    double least = INFINITY;
    for (const auto format : {std::chars_format::general, std::chars_format::scientific}) {
        for (int digits = 16; digits > 0; --digits) {
            const auto written = std::to_chars(room, room + sizeof room, number, format, digits);
            if (written.ec != std::errc()) { continue; }
            double read = 0;
            std::from_chars(room, written.ptr, read);
            if (std::abs(read - number) < least) {
                least = std::abs(read - number);
                nearest.assign(room, written.ptr);
            }
            break;
        }
    }
    return nearest;
}

} // namespace tomos::objects
