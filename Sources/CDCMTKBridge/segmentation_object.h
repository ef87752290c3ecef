// An open segmentation object.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "dcmtk_segmentation.h"
#include "objects_guard.h"
#include "objects_text.h"

struct tomos_seg_object {
    DcmFileFormat format;
    // Keeps the file open between two reads of the pixels, which stay in it.
    DcmFileCache cache;
    DcmPixelData *pixels = nullptr;
    // Fragments of encapsulated pixels, one a frame. Empty for native ones.
    std::vector<DcmPixelItem *> fragments;
    tomos_seg_info info = {};
    std::vector<tomos_seg_segment> segments;
    std::vector<tomos_seg_frame> frames;
    // Whether the table has a segment of this number.
    std::vector<bool> isKnown;
    // Texts that the above point to: a deque never moves them.
    std::deque<std::string> texts;

    const char *keep(std::string text) {
        texts.push_back(std::move(text));
        return texts.back().c_str();
    }
};

namespace tomos::objects {

// The first item of the sequence `key`, NULL where it is absent.
DcmItem *firstItem(DcmItem &item, const DcmTagKey &key);

// Items of the sequence `key`, in their order.
std::vector<DcmItem *> itemsOf(DcmItem &item, const DcmTagKey &key);

// An unsigned 16-bit element. False where it is absent.
bool readNumber(DcmItem &item, const DcmTagKey &key, uint16_t &value);

// Reads the table of segments.
void readSegments(tomos_seg_object &object, DcmItem &dataset, FileText &text);

// Reads the functional groups of every frame.
void readGroups(tomos_seg_object &object, DcmItem &dataset);

// Finds the pixels and judges them against what the header says and the file has.
void findPixels(tomos_seg_object &object, DcmItem &dataset, uint64_t fileLength);

} // namespace tomos::objects
