@testable import VolumeIO

extension DICOMWriter {
    /// Sets a sequence, each of its items a data set in explicit little endian.
    mutating func set(_ group: UInt16, _ element: UInt16, items: [DICOMWriter]) {
        set(group, element, "SQ", Self.sequence(items.map(\.dataSet)))
    }

    /// The elements alone, as an item holds them.
    var dataSet: [UInt8] {
        var bare = self
        bare.hasMeta = false
        return bare.bytes
    }

    /// Items of a sequence in bytes.
    static func sequence(_ items: [[UInt8]]) -> [UInt8] {
        items.flatMap { [0xFE, 0xFF, 0, 0xE0] + little(UInt32($0.count)) + $0 }
    }

    /// An element without a value representation, as it stands inside a value of VR UN. (PS3.5 6.2.2)
    static func implicit(_ group: UInt16, _ element: UInt16, _ value: [UInt8]) -> [UInt8] {
        let padded = value + (value.count % 2 == 0 ? [] : [0x20])
        return little(group) + little(element) + little(UInt32(padded.count)) + padded
    }

    /// A Modality LUT of words, or of bytes where `isPacked`.
    mutating func modalityLUT(first: Int, _ entries: [Int], bits: Int = 16, isPacked: Bool = false) {
        var table = DICOMWriter()
        let descriptor = [entries.count & 0xFFFF, first, bits]
        table.set(0x0028, 0x3002, "US", descriptor.flatMap { Self.little(UInt16(truncatingIfNeeded: $0)) })
        table[0x0028, 0x3004, "LO"] = "HU"
        let data = isPacked ? entries.map { UInt8($0) } : entries.flatMap { Self.little(UInt16($0)) }
        table.set(0x0028, 0x3006, "OW", data + (data.count % 2 == 0 ? [] : [0]))
        set(0x0028, 0x3000, items: [table])
    }

    /// A 4x3 image of `places.count` frames, placed by functional groups in `orientations`; pixels of frame n rise from
    /// 100 n.
    static func enhanced(_ places: [String], orientations: [String] = ["1\\0\\0\\0\\1\\0"]) -> DICOMWriter {
        var file = DICOMWriter.slice(1, z: 0)
        file[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.4.1"
        file[0x0008, 0x0060, "CS"] = "MR"
        for element in [UInt16(0x0032), 0x0037] { file.remove(0x0020, element) }
        file.remove(0x0028, 0x0030)
        file[0x0028, 0x0008, "IS"] = "\(places.count)"
        file.pixels(places.indices.flatMap { n in (0..<12).map { UInt16(100 * n + $0) } })
        func group(_ tags: (UInt16, UInt16), _ element: (UInt16, UInt16), _ value: String) -> DICOMWriter {
            var (holder, item) = (DICOMWriter(), DICOMWriter())
            item[element.0, element.1, "DS"] = value
            holder.set(tags.0, tags.1, items: [item])
            return holder
        }
        file.set(0x5200, 0x9229, items: [group((0x0028, 0x9110), (0x0028, 0x0030), "0.5\\0.25")])
        file.set(
            0x5200, 0x9230,
            items: places.enumerated().map { n, place in
                var frame = group((0x0020, 0x9113), (0x0020, 0x0032), place)
                var plane = DICOMWriter()
                plane[0x0020, 0x0037, "DS"] = orientations[n % orientations.count]
                frame.set(0x0020, 0x9116, items: [plane])
                return frame
            })
        return file
    }
}
