#include "dcmtk_structures.h"

#include <charconv>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "objects_guard.h"
#include "objects_text.h"
#include "structures_numbers.h"

using namespace tomos::objects;

struct tomos_structures {
    struct Contour {
        std::string type, image;
        uint32_t frame = 0;
        std::vector<double> points;
    };
    struct Region {
        int32_t number = 0;
        std::string name, type, scheme, value, meaning, frameOfReference;
        bool hasColour = false;
        uint8_t colour[3] = {0, 0, 0};
        std::vector<Contour> contours;
    };
    std::string label, study, series, frameOfReference;
    std::set<std::string> frames, referencedSeries;
    std::vector<Region> regions;
};

namespace {

using Set = tomos_structures;

constexpr size_t mostRegions = 65535;
constexpr size_t mostContours = 4000000;
constexpr size_t mostPoints = 64000000;
// Bytes that a value may have in a file of any size.
constexpr size_t smallestLimit = 64u << 20;

// Runs `body` for every item of a sequence. Items are walked from one to the next: asked for by number, each would be
// counted from the start.
template <typename Body> void forEachItem(DcmItem &parent, const DcmTagKey &key, Body body) {
    DcmElement *found = nullptr;
    if (parent.findAndGetElement(key, found).bad()) { return; }
    auto *sequence = dynamic_cast<DcmSequenceOfItems *>(found);
    if (sequence == nullptr) { return; }
    for (DcmObject *next = sequence->nextInContainer(nullptr); next != nullptr;
         next = sequence->nextInContainer(next)) {
        if (auto *item = dynamic_cast<DcmItem *>(next)) { body(*item); }
    }
}

// A whole number from 0 that `text` begins with, false where there is none.
bool whole(const std::string &text, size_t &at, long &value) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '+')) { ++at; }
    const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
    at = static_cast<size_t>(read.ptr - text.data());
    return read.ec == std::errc() && value >= 0;
}

long wholeNumber(DcmItem &item, const DcmTagKey &key, const char *name, long limit) {
    const std::string text = word(item, key);
    size_t at = 0;
    long value = 0;
    require(whole(text, at, value) && value <= limit, std::string(name) + " is not a number in range");
    return value;
}

struct Reader {
    FileText text;
    Set &set;
    Uint32 longest;
    std::map<long, size_t> places;
    size_t contours = 0, points = 0;

    Reader(DcmItem &dataset, Set &set, Uint32 longest) : text(dataset), set(set), longest(longest) {}

    void readReferences(DcmItem &dataset) {
        forEachItem(dataset, DCM_ReferencedFrameOfReferenceSequence, [&](DcmItem &frame) {
            note(word(frame, DCM_FrameOfReferenceUID), set.frameOfReference, set.frames);
            forEachItem(frame, DCM_RTReferencedStudySequence, [&](DcmItem &study) {
                forEachItem(study, DCM_RTReferencedSeriesSequence, [&](DcmItem &series) {
                    note(word(series, DCM_SeriesInstanceUID), set.series, set.referencedSeries);
                });
            });
        });
    }

    void readRegions(DcmItem &dataset) {
        forEachItem(dataset, DCM_StructureSetROISequence, [&](DcmItem &item) {
            Set::Region region;
            region.number = static_cast<int32_t>(wholeNumber(item, DCM_ROINumber, "a ROI number", INT32_MAX));
            region.name = text.text(item, DCM_ROIName);
            region.frameOfReference = word(item, DCM_ReferencedFrameOfReferenceUID);
            note(region.frameOfReference, set.frameOfReference, set.frames);
            require(
                places.emplace(region.number, set.regions.size()).second,
                "two of its regions have number " + std::to_string(region.number));
            require(set.regions.size() < mostRegions, "it has more regions than any real structure set");
            set.regions.push_back(std::move(region));
        });
    }

    void readOutlines(DcmItem &dataset) {
        forEachItem(dataset, DCM_ROIContourSequence, [&](DcmItem &item) {
            Set::Region &region = referenced(item);
            readColour(item, region);
            forEachItem(item, DCM_ContourSequence, [&](DcmItem &contour) {
                require(++contours <= mostContours, "it has more contours than any real structure set");
                try {
                    region.contours.push_back(readContour(contour));
                } catch (const std::runtime_error &failure) {
                    throw Refusal(
                        "contour " + std::to_string(region.contours.size() + 1) + " of region " +
                        std::to_string(region.number) + ": " + failure.what());
                }
            });
        });
    }

    void readObservations(DcmItem &dataset) {
        forEachItem(dataset, DCM_RTROIObservationsSequence, [&](DcmItem &item) {
            Set::Region &region = referenced(item);
            if (region.type.empty()) { region.type = word(item, DCM_RTROIInterpretedType); }
            forEachItem(item, DCM_RTROIIdentificationCodeSequence, [&](DcmItem &code) {
                if (!region.value.empty()) { return; }
                region.scheme = text.text(code, DCM_CodingSchemeDesignator);
                region.value = text.text(code, DCM_CodeValue);
                if (region.value.empty()) { region.value = text.text(code, DCM_LongCodeValue); }
                region.meaning = text.text(code, DCM_CodeMeaning);
            });
        });
    }

private:
    static void note(const std::string &uid, std::string &first, std::set<std::string> &all) {
        if (uid.empty()) { return; }
        if (first.empty()) { first = uid; }
        all.insert(uid);
    }

    Set::Region &referenced(DcmItem &item) {
        const long number = wholeNumber(item, DCM_ReferencedROINumber, "a referenced ROI number", INT32_MAX);
        const auto place = places.find(number);
        require(place != places.end(), "it refers to region " + std::to_string(number) + " and has none");
        return set.regions[place->second];
    }

    // A colour that is not three numbers from 0 to 255 is none.
    void readColour(DcmItem &item, Set::Region &region) {
        const std::string stated = text.text(item, DCM_ROIDisplayColor);
        size_t at = 0;
        long parts[3];
        for (long &part : parts) {
            if (!whole(stated, at, part) || part > 255) { return; }
            while (at < stated.size() && (stated[at] == ' ' || stated[at] == '\\')) { ++at; }
        }
        region.hasColour = true;
        std::copy(parts, parts + 3, region.colour);
    }

    Set::Contour readContour(DcmItem &item) {
        Set::Contour contour;
        contour.type = word(item, DCM_ContourGeometricType);
        forEachItem(item, DCM_ContourImageSequence, [&](DcmItem &image) {
            if (!contour.image.empty()) { return; }
            contour.image = word(image, DCM_ReferencedSOPInstanceUID);
            if (!word(image, DCM_ReferencedFrameNumber).empty()) {
                contour.frame = static_cast<uint32_t>(
                    wholeNumber(image, DCM_ReferencedFrameNumber, "a referenced frame number", INT32_MAX));
            }
        });
        DcmElement *element = nullptr;
        char *data = nullptr;
        if (item.findAndGetElement(DCM_ContourData, element).good() && element->ident() == EVR_DS &&
            element->getLength() <= longest && element->getString(data).good() && data != nullptr) {
            const size_t length = std::min<size_t>(std::strlen(data), element->getLength());
            contour.points = tomos::structures::numbers(data, length, 3 * (mostPoints - points));
        }
        require(contour.points.size() % 3 == 0, "its coordinates are not three for each point");
        const size_t count = contour.points.size() / 3;
        if (!word(item, DCM_NumberOfContourPoints).empty()) {
            const long stated = wholeNumber(item, DCM_NumberOfContourPoints, "a number of points", INT32_MAX);
            require(
                static_cast<size_t>(stated) == count,
                "it has " + std::to_string(count) + " points and states " + std::to_string(stated));
        }
        points += count;
        return contour;
    }
};

void read(const char *path, Set &set) {
    // All at once: contours are most of such a file, and asking for each anew would open the file as often. What states
    // to be longer than the file, which may be deflated, is left alone.
    const size_t size = std::max<size_t>(OFStandard::getFileSize(path), smallestLimit);
    const Uint32 longest = static_cast<Uint32>(std::min<size_t>(size, DCM_UndefinedLength - 1));
    DcmFileFormat file;
    require(file.loadFile(path, EXS_Unknown, EGL_noChange, longest, ERM_autoDetect), "cannot be read as DICOM");
    DcmItem &dataset = *file.getDataset();
    readUnknownByDictionary(dataset);
    require(word(dataset, DCM_SOPClassUID) == UID_RTStructureSetStorage, "is no RT Structure Set");
    Reader reader(dataset, set, longest);
    set.label = reader.text.text(dataset, DCM_StructureSetLabel);
    set.study = word(dataset, DCM_StudyInstanceUID);
    reader.readReferences(dataset);
    reader.readRegions(dataset);
    reader.readOutlines(dataset);
    reader.readObservations(dataset);
}

} // namespace

extern "C" {

tomos_structures *tomos_structures_open(const char *path, char *error, size_t capacity) noexcept {
    return guarded<tomos_structures *>(nullptr, error, capacity, [&] {
        std::unique_ptr<tomos_structures> set(new tomos_structures);
        read(path, *set);
        return set.release();
    });
}

void tomos_structures_close(tomos_structures *set) noexcept {
    guarded(false, nullptr, 0, [&] {
        delete set;
        return true;
    });
}

tomos_structures_info tomos_structures_describe(const tomos_structures *set) noexcept {
    return {
        set->label.c_str(), set->study.c_str(), set->series.c_str(), set->frameOfReference.c_str(),
        set->frames.size(), set->referencedSeries.size(), set->regions.size(),
    };
}

bool tomos_structures_get_roi(const tomos_structures *set, size_t roi, tomos_structures_roi *out) noexcept {
    if (roi >= set->regions.size()) { return false; }
    const auto &region = set->regions[roi];
    *out = {
        region.number, region.name.c_str(), region.hasColour, region.colour[0], region.colour[1], region.colour[2],
        region.type.c_str(), region.scheme.c_str(), region.value.c_str(), region.meaning.c_str(),
        region.frameOfReference.c_str(), region.contours.size(),
    };
    return true;
}

bool tomos_structures_get_contour(
    const tomos_structures *set, size_t roi, size_t contour, tomos_structures_contour *out) noexcept {
    if (roi >= set->regions.size() || contour >= set->regions[roi].contours.size()) { return false; }
    const auto &found = set->regions[roi].contours[contour];
    *out = {
        found.type.c_str(), found.image.c_str(), found.frame, found.points.data(), found.points.size() / 3,
    };
    return true;
}

} // extern "C"
