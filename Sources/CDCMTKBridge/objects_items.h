// Elements put into a data set or an item, each checked.
#pragma once

#include <string>

#include "dcmtk_segmentation.h"
#include "objects_guard.h"

namespace tomos::objects {

// Puts a value that must fit its representation: UIDs, dates, code strings, numbers.
void put(DcmItem &item, const DcmTagKey &key, const std::string &value);
void put(DcmItem &item, const DcmTagKey &key, uint16_t value);
// Puts text that has been cut to its length.
void putText(DcmItem &item, const DcmTagKey &key, const std::string &value);
// Puts numbers as decimal strings.
void putDecimals(DcmItem &item, const DcmTagKey &key, const double *numbers, size_t count);

// A new item at the end of the sequence `key`, which is made where it is absent.
DcmItem &append(DcmItem &item, const DcmTagKey &key);
// Puts a sequence of one coded concept.
DcmItem &putCode(DcmItem &item, const DcmTagKey &key, const tomos_seg_code &code);
// Puts a sequence without items.
void putEmpty(DcmItem &item, const DcmTagKey &key);

inline bool isGiven(const char *text) { return text != nullptr && *text != 0; }
inline bool isGiven(const tomos_seg_code &code) { return isGiven(code.value); }

} // namespace tomos::objects
