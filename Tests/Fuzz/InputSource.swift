import CZlib
import Foundation
import VolumeIO

/// The files of one input: a changed seed and what lies beside it.
struct FuzzInput {
    /// A file of the input.
    struct File {
        let name: String
        let bytes: [UInt8]
        /// Whether the bytes are to be compressed on writing, so that the damage passes the checksum.
        var isCompressed = false
    }

    let files: [File]

    /// Writes the files into an existing folder.
    func write(to folder: String) throws {
        for file in files {
            let path = folder + "/" + file.name
            guard file.isCompressed else {
                try Data(file.bytes).write(to: URL(fileURLWithPath: path))
                continue
            }
            guard let stream = gzopen(path, "wb1") else { throw CocoaError(.fileWriteUnknown) }
            let written = file.bytes.withUnsafeBytes { gzwrite(stream, $0.baseAddress, UInt32($0.count)) }
            guard gzclose(stream) == Z_OK, Int(written) == file.bytes.count else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
    }
}

/// Makes the inputs of a run out of seed files.
struct InputSource {
    /// A seed file, read whole.
    private struct Seed {
        let name: String
        let folder: Int
        let bytes: [UInt8]
        /// Whether it is no DICOM.
        var isVolumeFile: Bool { VolumeFileName(name) != nil }
    }

    /// The number of seed files.
    var seedCount: Int { seeds.count }

    /// The folders the seeds were found under.
    let roots: [String]

    private let run: UInt64
    private let seeds: [Seed]
    /// Indices into `seeds`, by folder.
    private let folders: [[Int]]

    /// Larger files are no seeds: reading them would take the time of a hundred small ones.
    private static let largestSeed = 300_000
    /// More files of one folder are mostly slices of one series and teach nothing new.
    private static let seedsPerFolder = 12

    /// Takes the small files under the folders, in the order of their paths.
    init(folders roots: [String], run: UInt64) throws {
        (self.run, self.roots) = (run, roots)
        var paths: [String: [String]] = [:]
        for root in roots {
            let names = try FileManager.default.subpathsOfDirectory(atPath: root)
            for path in names.map({ root + "/" + $0 }) {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                guard attributes[.type] as? FileAttributeType == .typeRegular,
                    let size = attributes[.size] as? Int, (1...Self.largestSeed).contains(size)
                else { continue }
                let name = (path as NSString).lastPathComponent
                guard VolumeFileName(name) != nil || DICOMLook.isDICOM(path) else { continue }
                paths[(path as NSString).deletingLastPathComponent, default: []].append(path)
            }
        }
        var (seeds, folders): ([Seed], [[Int]]) = ([], [])
        for folder in paths.keys.sorted() {
            let chosen = paths[folder, default: []].sorted().prefix(Self.seedsPerFolder)
            folders.append(Array(seeds.count..<seeds.count + chosen.count))
            for path in chosen {
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                let name = (path as NSString).lastPathComponent
                seeds.append(Seed(name: name, folder: folders.count - 1, bytes: bytes))
            }
        }
        for (name, bytes) in try GeneratedSeeds.all() {
            folders.append([seeds.count])
            seeds.append(Seed(name: name, folder: folders.count - 1, bytes: bytes))
        }
        guard !seeds.isEmpty else { throw BrokenPromise(description: "no seed files under \(roots)") }
        (self.seeds, self.folders) = (seeds, folders)
    }

    /// The input of a number.
    func input(_ number: Int) -> FuzzInput {
        var mutator = Mutator(random: FuzzRandom(run: run, input: number))
        // Folders and not files are drawn, so that a long series does not crowd out the rest.
        let folder = folders[mutator.random.below(folders.count)]
        let seed = seeds[folder[mutator.random.below(folder.count)]]
        let other = seeds[mutator.random.below(seeds.count)]
        // Every third input is whole but for numbers that are extreme.
        if mutator.random.below(3) == 0, !seed.isVolumeFile || VolumeFileName(seed.name)?.format == .nifti {
            var numbers = ExtremeNumbers(random: mutator.random)
            let content = seed.isVolumeFile ? Self.inflated(seed.bytes) ?? seed.bytes : seed.bytes
            let changed = seed.isVolumeFile ? numbers.change(nifti: content) : numbers.change(dicom: content)
            let file = FuzzInput.File(
                name: seed.name, bytes: changed, isCompressed: seed.isVolumeFile && content.count != seed.bytes.count)
            return FuzzInput(
                files: [file]
                    + (seed.isVolumeFile ? partner(of: seed, in: folder) : neighbours(of: seed, in: folder, &mutator)))
        }
        guard seed.isVolumeFile else {
            let changed = mutator.change(seed.bytes, splicing: other.bytes, words: Mutator.dicomWords)
            return FuzzInput(
                files: [.init(name: seed.name, bytes: changed)] + neighbours(of: seed, in: folder, &mutator))
        }
        return FuzzInput(files: [volumeFile(seed, other, &mutator)] + partner(of: seed, in: folder))
    }

    /// Sometimes other slices of the series.
    private func neighbours(of seed: Seed, in folder: [Int], _ mutator: inout Mutator) -> [FuzzInput.File] {
        guard mutator.random.below(4) == 0 else { return [] }
        let others = folder.map { seeds[$0] }.filter { $0.name != seed.name && !$0.isVolumeFile }
        return others.prefix(mutator.random.below(3)).map { .init(name: $0.name, bytes: $0.bytes) }
    }

    /// A compressed seed is damaged as it is, or inside, or inside and left uncompressed.
    private func volumeFile(_ seed: Seed, _ other: Seed, _ mutator: inout Mutator) -> FuzzInput.File {
        let kind = mutator.random.below(4)
        let content = kind == 0 ? seed.bytes : Self.inflated(seed.bytes) ?? seed.bytes
        let changed = mutator.change(content, splicing: other.bytes, words: Mutator.niftiWords)
        return .init(name: seed.name, bytes: changed, isCompressed: kind == 1)
    }

    private func partner(of seed: Seed, in folder: [Int]) -> [FuzzInput.File] {
        func stem(_ name: String) -> Substring { name.prefix { $0 != "." } }
        return folder.map { seeds[$0] }.filter { $0.name != seed.name && stem($0.name) == stem(seed.name) }
            .map { .init(name: $0.name, bytes: $0.bytes) }
    }

    /// The content of a whole gzip file of less than 4 MB.
    private static func inflated(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: [0x1f, 0x8b]) else { return nil }
        var stream = z_stream()
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = bytes
        return input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: 4 << 20) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                _ = inflate(&stream, Z_FINISH)
                count = output.count - Int(stream.avail_out)
            }
        }
    }
}

/// Whether a seed file is DICOM, by the mark that nearly all have.
private enum DICOMLook {
    static func isDICOM(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: 132) else {
            return false
        }
        return head.count == 132 && head.suffix(4).elementsEqual("DICM".utf8)
            || head.starts(with: [8, 0]) || head.starts(with: [2, 0])
    }
}
