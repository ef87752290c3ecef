import Foundation
import TestSupport
import Testing

@testable import VolumeIO

/// What scripts/pydicom-reference wrote.
enum PydicomReferences {
    static let folder: String? = {
        let folder = ProcessInfo.processInfo.environment["TOMOS_PYDICOM"]
        if folder == nil { print("skipped: pydicom's test files, because TOMOS_PYDICOM names no folder of references") }
        return folder
    }()

    /// Names of the references and the files they were made from.
    static let files: [(name: String, path: String)] = {
        let list = (try? String(contentsOfFile: (folder ?? "") + "/paths.txt", encoding: .utf8)) ?? ""
        return list.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t")
            return (String(parts[0]), String(parts[1]))
        }
    }()
}

/// The test files that come with pydicom, frame by frame against pydicom's own values, which scripts/pydicom-reference
/// writes into a folder: `TOMOS_PYDICOM=folder swift test --filter PydicomConformanceTests`.
@Suite(.enabled(if: PydicomReferences.folder != nil))
struct PydicomConformanceTests {
    private enum Outcome {
        case agrees, refused(String), differs(String)
        /// Only one of the two reads the file.
        case readsMore(String)
    }

    /// A frame's values: RGB of 8-bit colour, else the stored values.
    private func values(_ pixels: borrowing DICOMPixels, _ frame: Int) throws -> [Double] {
        let layout = pixels.layout
        if layout.samples == 3, layout.format.bitsStored == 8 { return try pixels.rgb(frame: frame).map { Double($0) } }
        var cells = [UInt8](repeating: 0, count: layout.frameBytes)
        try cells.withUnsafeMutableBytes { try pixels.decode(frame: frame, into: $0) }
        return cells.withUnsafeBytes { raw in
            if layout.format.isFloat {
                return layout.format.bytes == 4
                    ? raw.bindMemory(to: Float.self).map { Double($0) } : Array(raw.bindMemory(to: Double.self))
            }
            let values = [Int64](unsafeUninitializedCapacity: layout.pixels * layout.samples) { buffer, count in
                DICOMPixels.unpack(raw, layout.format, into: buffer)
                count = layout.pixels * layout.samples
            }
            return values.map { Double($0) }
        }
    }

    /// Decoders of lossy codestreams round differently, and more so where they enlarge halved colour.
    private func tolerance(_ layout: DICOMPixelLayout) -> Double {
        layout.syntax.coding == .jpeg ? layout.samples == 3 ? 3 : 1 : 0
    }

    /// Files that pydicom reads and this reader refuses, with part of the reason. Everything else must agree.
    private static let refused: [String: String] = [
        // Elements without value representations under a compressed syntax, which has to have them.
        "SC_rgb_jpeg.dcm": "cannot be read as DICOM"
    ]

    private func outcome(_ name: String, _ path: String) -> Outcome {
        let reference = try? NumPyArray("\(PydicomReferences.folder ?? "")/\(name).npy")
        do {
            let pixels = try DICOMPixels(path)
            let layout = pixels.layout
            guard let reference else { return .readsMore("pydicom does not") }
            guard reference.shape == [layout.frames, layout.rows, layout.columns, layout.samples] else {
                return .differs("shape \(reference.shape)")
            }
            for frame in 0..<layout.frames {
                let values = try self.values(pixels, frame)
                let start = frame * values.count
                if let n = values.indices.first(where: {
                    abs(values[$0] - reference.values[start + $0]) > tolerance(layout)
                }) {
                    let worst = values.indices.map { abs(values[$0] - reference.values[start + $0]) }.max() ?? 0
                    return .differs(
                        "frame \(frame) value \(n): \(values[n]), pydicom \(reference.values[start + n]), worst \(worst)"
                    )
                }
            }
            return .agrees
        } catch {
            return .refused("\(error)".replacingOccurrences(of: path, with: ""))
        }
    }

    @Test("pydicom's test files agree with pydicom's values, or are refused with the reason")
    func all() {
        #expect(PydicomReferences.files.count > 50)
        for (name, path) in PydicomReferences.files {
            let file = name.split(separator: "+").last.map(String.init) ?? name
            let isKnown = FileManager.default.fileExists(atPath: "\(PydicomReferences.folder ?? "")/\(name).npy")
            switch outcome(name, path) {
            case .agrees: print("pydicom: \(name): agrees")
            case .refused(let reason):
                print("pydicom: \(name): refused\(reason)")
                #expect(!isKnown || Self.refused[file].map { reason.contains($0) } == true, "\(name): \(reason)")
            case .readsMore(let reason): print("pydicom: \(name): read, \(reason)")
            case .differs(let reason):
                print("pydicom: \(name): differs: \(reason)")
                Issue.record("\(name): \(reason)")
            }
        }
    }
}
