// Text of DICOM files as UTF-8.
#pragma once

#include <string>

#include "objects_guard.h"

#include <dcmtk/dcmdata/dcspchrs.h>

namespace tomos::objects {

// Whether values of this representation are in the file's character set.
bool isText(DcmEVR representation);

// Turns a file's text into UTF-8.
class FileText {
public:
    explicit FileText(DcmItem &dataset);

    // Text of an element that `item` may hold, "" where it is absent. Values beyond any real text's length are refused.
    std::string text(DcmItem &item, const DcmTagKey &key);
    // Turns the text of `element`, and of all that is nested in it, into UTF-8 where it stands.
    void convert(DcmElement &element);
    // Whether some text did not fit the character set that the file names.
    bool hasGuessed() const { return guessed; }

private:
    std::string converted(const OFString &text, DcmEVR representation);

    DcmSpecificCharacterSet sets;
    bool isUsable;
    bool guessed = false;
};

// The first value of an element as plain text, as UIDs and numbers have it; "" where it is absent.
std::string word(DcmItem &item, const DcmTagKey &key);

// The first `limit` characters of UTF-8, on one line and without the backslash that separates values.
std::string oneLine(const char *text, size_t limit);
// The same for texts that may have lines and backslashes.
std::string paragraph(const char *text, size_t limit);
// A code string: at most 16 of A to Z, 0 to 9, space and underscore.
std::string codeString(const char *text);
// The decimal string of at most 16 characters that is nearest to `number`. (PS3.5 6.2, DS)
std::string decimal(double number);

} // namespace tomos::objects
