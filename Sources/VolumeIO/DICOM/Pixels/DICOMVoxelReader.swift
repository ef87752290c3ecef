import Dispatch
import Glibc
import Platform
import Synchronization
import Volumes

/// Decodes ordered images into one voxel array.
///
/// Where all images share one rescale the stored integers are kept, in the smallest type that holds every image's
/// stored range. Where they do not (PET), or where values go through a table, they are rescaled image by image to float32.
struct DICOMVoxelReader {
    private let images: [DICOMImageHeader]
    private let mosaic: Mosaic?
    private let pixels: Int

    /// Takes images of one size.
    init(_ images: [DICOMImageHeader], mosaic: Mosaic?) {
        (self.images, self.mosaic) = (images, mosaic)
        pixels = images[0].rows * images[0].columns
    }

    /// Voxels, their scaling, which stored values are padding, and what was decided on the way.
    func read() throws -> (VoxelBuffer, ValueScaling, ClosedRange<Double>?, [String]) {
        var (padding, notices) = sharedPadding()
        notices += Set(images.compactMap(\.lossNotice)).sorted()
        let scaling = images[0].scaling
        if images.contains(where: \.format.isFloat) { return try floats(notices) }
        if images.allSatisfy({ $0.scaling == scaling && $0.modalityLUT == nil }) {
            let range = padding.map { Double($0.lowerBound)...Double($0.upperBound) }
            return (try integers(), scaling, range, notices)
        }
        let (values, range) = try rescaled(padding)
        notices.append(
            images.lazy.compactMap(\.modalityLUT).first?.notice
                ?? "rescale differs between slices: values are rescaled slice by slice to float32")
        if let range {
            notices.append("padding voxels are set to \(range.lowerBound), below every value")
        }
        return (.float32(values), .identity, range, notices)
    }

    /// Padding is only known for the volume when its images do not contradict each other.
    private func sharedPadding() -> (ClosedRange<Int64>?, [String]) {
        var notices = Set(images.compactMap(\.paddingNotice)).sorted()
        let ranges = Set(images.compactMap(\.padding))
        if ranges.count > 1 {
            notices.append("PixelPaddingValue differs between slices: no voxel is treated as padding")
            return (nil, notices)
        }
        return (ranges.first, notices)
    }

    private func integers() throws -> VoxelBuffer {
        let low = images.map { $0.format.range.lowerBound }.min() ?? 0
        let high = images.map { $0.format.range.upperBound }.max() ?? 0
        func holds<T: FixedWidthInteger>(_: T.Type) -> Bool { low >= T.min && high <= T.max }
        if holds(UInt8.self) { return .uint8(try stored()) }
        if holds(Int8.self) { return .int8(try stored()) }
        if holds(UInt16.self) { return .uint16(try stored()) }
        if holds(Int16.self) { return .int16(try stored()) }
        if holds(UInt32.self) { return .uint32(try stored()) }
        if holds(Int32.self) { return .int32(try stored()) }
        return .int64(try stored())
    }

    private func stored<Value: FixedWidthInteger>() throws -> [Value] {
        try assemble { image, cells, out in DICOMPixels.unpack(cells, image.format, into: out) }
    }

    /// Values of FloatPixelData and DoubleFloatPixelData, kept as stored where all images share one rescale.
    private func floats(_ notices: [String]) throws -> (VoxelBuffer, ValueScaling, ClosedRange<Double>?, [String]) {
        if let other = images.first(where: { !$0.format.isFloat }) {
            throw DICOMError.file(
                path: other.path, reason: "holds integers, other images of its series floating-point numbers")
        }
        let shared = images.allSatisfy { $0.scaling == images[0].scaling } ? images[0].scaling : nil
        func stored<Value: BinaryFloatingPoint>(_: Value.Type) throws -> [Value] {
            try assemble { image, cells, out in
                let scaling = shared == nil ? image.scaling : .identity
                func fill<Cell: BinaryFloatingPoint>(_: Cell.Type) {
                    let cells = cells.bindMemory(to: Cell.self)
                    for n in 0..<pixels {
                        out.initializeElement(
                            at: n, to: Value(cells[n]) * Value(scaling.slope) + Value(scaling.intercept))
                    }
                }
                if image.format.bytes == 4 { fill(Float.self) } else { fill(Double.self) }
            }
        }
        let isDouble = images.contains { $0.format.bytes == 8 }
        let voxels: VoxelBuffer = isDouble ? .float64(try stored(Double.self)) : .float32(try stored(Float.self))
        let paddings = Set(images.map(\.floatPadding))
        var notices = notices
        if paddings.count > 1 {
            notices.append("FloatPixelPaddingValue differs between slices: no voxel is treated as padding")
        }
        return (
            voxels, shared ?? .identity, paddings.count == 1 && shared != nil ? images[0].floatPadding : nil, notices
        )
    }

    /// Values in float32. A padding voxel has no value, and its rescaled number would differ from slice to slice and
    /// could be a real one elsewhere: all of them become one number below what any slice can hold.
    private func rescaled(_ padding: ClosedRange<Int64>?) throws -> ([Float], ClosedRange<Double>?) {
        let lowest =
            images.map { image in
                let (range, scaling) = (image.format.range, image.scaling)
                if let table = image.modalityLUT { return table.lowest }
                return min(
                    Double(range.lowerBound) * scaling.slope + scaling.intercept,
                    Double(range.upperBound) * scaling.slope + scaling.intercept)
            }.min() ?? 0
        let outside = Float(lowest.rounded(.down)).nextDown - 1
        let values: [Float] = try assemble { image, cells, out in
            let stored = UnsafeMutableBufferPointer<Int64>.allocate(capacity: pixels)
            defer { stored.deallocate() }
            DICOMPixels.unpack(cells, image.format, into: stored)
            let (slope, intercept, table) = (image.scaling.slope, image.scaling.intercept, image.modalityLUT)
            for n in 0..<pixels {
                let isPadding = padding.map { $0.contains(stored[n]) } ?? false
                let value =
                    isPadding ? outside : Float(table?.value(stored[n]) ?? Double(stored[n]) * slope + intercept)
                out.initializeElement(at: n, to: value)
            }
        }
        return (values, padding == nil ? nil : Double(outside)...Double(outside))
    }

    /// Largest sum of the buffers that frames are decoded into at one time, in bytes; one is always allowed.
    private static let cellLimit = 256 << 20

    /// Decodes the frames, several at a time; `convert` writes each image's values to their place, so the voxels are
    /// the same at any number of threads. Of several failures the first in order is thrown.
    private func assemble<Value>(
        _ convert: (DICOMImageHeader, UnsafeRawBufferPointer, UnsafeMutableBufferPointer<Value>) throws -> Void
    ) throws -> [Value] {
        let workers = max(1, min(ThreadBudget.count, 16, Self.cellLimit / max(1, pixels * widest)))
        let runs = runs(for: workers)
        let failure = Mutex<(run: Int, error: any Error)?>(nil)
        let next = Atomic(0)
        let values = try [Value](unsafeUninitializedCapacity: pixels * images.count) { buffer, count in
            // Each run writes only the places of its images, and `convert` only what it is given.
            nonisolated(unsafe) let (buffer, convert) = (buffer, convert)
            DispatchQueue.concurrentPerform(iterations: min(workers, runs.count)) { _ in
                let cells = UnsafeMutableRawBufferPointer.allocate(byteCount: pixels * widest, alignment: 16)
                defer { cells.deallocate() }
                // Runs are taken in order, so that none before the first failing one is left out.
                while failure.withLock({ $0 == nil }) {
                    let run = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard run < runs.count else { return }
                    do {
                        try decode(runs[run], through: cells, into: buffer, convert)
                    } catch {
                        failure.withLock { if run < $0?.run ?? .max { $0 = (run, error) } }
                    }
                }
            }
            if let failure = failure.withLock({ $0 }) { throw failure.error }
            count = pixels * images.count
        }
        return mosaic.map { untile(values, $0) } ?? values
    }

    private var widest: Int { images.map { $0.format.bytes }.max() ?? 4 }

    /// Indices of images that one worker decodes with the file open: of each file all, or, where the files are fewer
    /// than the workers, parts.
    private func runs(for workers: Int) -> [[Int]] {
        var (places, order): ([String: [Int]], [String]) = ([:], [])
        for (k, image) in images.enumerated() {
            if places[image.path] == nil { order.append(image.path) }
            places[image.path, default: []].append(k)
        }
        return order.flatMap { path in
            let all = places[path] ?? []
            let size = order.count >= workers ? all.count : (all.count + workers - 1) / workers
            return stride(from: 0, to: all.count, by: size).map { Array(all[$0..<min($0 + size, all.count)]) }
        }
    }

    /// Decodes images of one file through a buffer of cells.
    private func decode<Value>(
        _ run: [Int], through cells: UnsafeMutableRawBufferPointer, into values: UnsafeMutableBufferPointer<Value>,
        _ convert: (DICOMImageHeader, UnsafeRawBufferPointer, UnsafeMutableBufferPointer<Value>) throws -> Void
    ) throws {
        let file = try DICOMFrameFile(images[run[0]])
        for place in run {
            let part = try file.decode(images[place], through: cells)
            if images[place].variant?.hasRowsReversed == true { reverseRows(part, rows: images[place].rows) }
            let out = UnsafeMutableBufferPointer(rebasing: values[place * pixels..<(place + 1) * pixels])
            try convert(images[place], UnsafeRawBufferPointer(part), out)
        }
    }

    /// Puts the last row first, in bytes: a row of cells stays as it is.
    private func reverseRows(_ cells: UnsafeMutableRawBufferPointer, rows: Int) {
        let length = cells.count / rows
        for row in 0..<rows / 2 {
            let (upper, lower) = (row * length, (rows - 1 - row) * length)
            for n in 0..<length { (cells[upper + n], cells[lower + n]) = (cells[lower + n], cells[upper + n]) }
        }
    }

    /// Lays the tiles of each mosaic behind each other: tile n stands at row n / across, column n % across of the layout.
    private func untile<Value>(_ tiled: [Value], _ mosaic: Mosaic) -> [Value] {
        let (rows, columns) = (images[0].rows / mosaic.down, images[0].columns / mosaic.across)
        var values: [Value] = []
        values.reserveCapacity(rows * columns * mosaic.slices * images.count)
        for image in images.indices {
            for slice in 0..<mosaic.slices {
                let tile = slice / mosaic.across * rows * images[0].columns + slice % mosaic.across * columns
                for row in 0..<rows {
                    let start = image * pixels + tile + row * images[0].columns
                    values += tiled[start..<start + columns]
                }
            }
        }
        return values
    }
}

/// A file whose frames are decoded: opened at its pixels where the header told their place, else parsed.
private enum DICOMFrameFile: ~Copyable {
    case placed(DICOMPixelFile)
    case parsed(DICOMPixels)

    init(_ image: DICOMImageHeader) throws {
        if let place = image.pixels {
            self = .placed(try DICOMPixelFile(image.path, place))
        } else {
            self = .parsed(try DICOMPixels(image.path))
        }
    }

    /// The cells of an image of the file, at the beginning of a buffer that has room for them.
    func decode(
        _ image: DICOMImageHeader, through cells: UnsafeMutableRawBufferPointer
    ) throws -> UnsafeMutableRawBufferPointer {
        switch self {
        case .placed(let file):
            try Self.require(file.place.layout, image)
            let part = UnsafeMutableRawBufferPointer(rebasing: cells[..<file.place.layout.frameBytes])
            try file.decode(frame: image.frame, into: part)
            return part
        case .parsed(let file):
            try Self.require(file.layout, image)
            let part = UnsafeMutableRawBufferPointer(rebasing: cells[..<file.layout.frameBytes])
            try file.decode(frame: image.frame, into: part)
            return part
        }
    }

    /// Checks that the file still holds the image its header was read from: files change between two looks.
    private static func require(_ layout: DICOMPixelLayout, _ image: DICOMImageHeader) throws {
        guard layout.rows == image.rows, layout.columns == image.columns, layout.format == image.format,
            layout.samples == 1
        else { throw DICOMError.file(path: image.path, reason: "has changed while it was read") }
    }
}
