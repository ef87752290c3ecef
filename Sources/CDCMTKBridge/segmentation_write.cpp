#include "dcmtk_segmentation.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include "segmentation_header.h"
#include "segmentation_plan.h"
#include "objects_source.h"

namespace tomos::objects {

namespace {

// Writes frames of single bits one behind the other: a frame begins within a byte where its pixels do not fill bytes.
// (PS3.5 8.1.1: the first pixel is the lowest bit.)
class BitWriter {
public:
    BitWriter(std::ostream &output, const tomos_seg_content &written)
        : stream(output), content(written), pixels(size_t(written.rows) * written.columns),
          bytes((pixels + 7) / 8 + 1, 0) {}

    void write(const PlannedFrame &frame) {
        const uint16_t id = content.segments[frame.segment].id;
        const uint16_t *labels = content.labels + frame.slice * pixels;
        const size_t end = size_t(frame.rowEnd) * content.columns;
        size_t pixel = size_t(frame.rowBegin) * content.columns;
        for (size_t bit = used + pixel; pixel < end; ++pixel, ++bit) {
            bytes[bit >> 3] = uint8_t(bytes[bit >> 3] | (labels[pixel] == id) << (bit & 7));
        }
        const size_t whole = (used + pixels) >> 3;
        stream.write(reinterpret_cast<const char *>(bytes.data()), std::streamsize(whole));
        used = (used + pixels) & 7;
        const uint8_t begun = used > 0 ? bytes[whole] : 0;
        std::fill(bytes.begin(), bytes.end(), uint8_t(0));
        bytes[0] = begun;
    }

    void finish() {
        if (used > 0) { stream.put(static_cast<char>(bytes[0])); }
    }

private:
    std::ostream &stream;
    const tomos_seg_content &content;
    const size_t pixels;
    // The first `used` bits are of the frame before.
    std::vector<uint8_t> bytes;
    size_t used = 0;
};

void writeNumbers(std::ostream &stream, const tomos_seg_content &content, const Plan &plan, const PlannedFrame &frame) {
    const size_t pixels = size_t(content.rows) * content.columns, width = plan.bits / 8;
    const uint16_t *labels = content.labels + frame.slice * pixels;
    std::vector<char> bytes(pixels * width);
    for (size_t pixel = 0; pixel < pixels; ++pixel) {
        const uint16_t number = plan.numbers[labels[pixel]];
        bytes[pixel * width] = static_cast<char>(number & 0xFF);
        if (width == 2) { bytes[pixel * 2 + 1] = static_cast<char>(number >> 8); }
    }
    stream.write(bytes.data(), std::streamsize(bytes.size()));
}

void writePixels(std::ostream &stream, const tomos_seg_content &content, const Plan &plan) {
    if (content.kind == tomos_seg_binary) {
        BitWriter writer(stream, content);
        for (const PlannedFrame &frame : plan.frames) { writer.write(frame); }
        writer.finish();
        return;
    }
    const size_t pixels = size_t(content.rows) * content.columns;
    for (const PlannedFrame &frame : plan.frames) {
        if (content.kind == tomos_seg_labelmap) {
            writeNumbers(stream, content, plan, frame);
        } else {
            const auto *bytes = reinterpret_cast<const char *>(content.probabilities + frame.slice * pixels);
            stream.write(bytes, std::streamsize(pixels));
        }
    }
}

// Pixel data is the last element of an object, so that it can follow the toolkit's output without standing in memory.
void appendPixels(const char *path, const tomos_seg_content &content, const Plan &plan) {
    const uint64_t even = plan.length + plan.length % 2;
    std::vector<char> room(1 << 20);
    std::ofstream stream;
    stream.rdbuf()->pubsetbuf(room.data(), std::streamsize(room.size()));
    stream.open(path, std::ios::binary | std::ios::app);
    const char head[] = {'\xE0', '\x7F', '\x10', '\x00', 'O', plan.bits == 16 ? 'W' : 'B', 0, 0};
    stream.write(head, sizeof head);
    for (const int shift : {0, 8, 16, 24}) { stream.put(static_cast<char>(even >> shift & 0xFF)); }
    writePixels(stream, content, plan);
    if (even > plan.length) { stream.put(0); }
    stream.close();
    require(stream.good(), "the file cannot be written");
}

} // namespace

void write(const char *path, const char *source, const tomos_seg_content &content, tomos_seg_written &written) {
    const Plan plan = planFrames(content);
    DcmFileFormat file;
    DcmDataset &dataset = *file.getDataset();
    const SourceImage image = copySource(
        source, {content.study, content.source_series, content.frame_of_reference}, dataset);
    putHeader(content, image, plan, dataset);
    putGroups(content, plan, dataset);
    try {
        require(
            file.saveFile(path, EXS_LittleEndianExplicit, EET_ExplicitLength, EGL_withoutGL),
            "the file cannot be written");
        appendPixels(path, content, plan);
    } catch (...) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(path, ignored)) { std::filesystem::remove(path, ignored); }
        throw;
    }
    written = {static_cast<uint32_t>(plan.frames.size()), image.guessedText};
}

} // namespace tomos::objects

extern "C" bool tomos_seg_write(
    const char *path, const char *source, const tomos_seg_content *content, tomos_seg_written *written, char *error,
    size_t capacity) noexcept {
    using namespace tomos::objects;
    return guarded(false, error, capacity, [&] {
        if (!tomos_dcm_setup(error, capacity)) { return false; }
        write(path, source, *content, *written);
        return true;
    });
}
