import Foundation
import TestSupport

extension TemporaryFolder {
    /// Copies the sample series of 31 slices, or some of its files, under another series number and series UID.
    /// - Parameters:
    ///   - number: One digit; the sample's own is 2.
    ///   - uid: The last digit of the UID, by default one for each number.
    ///   - prefix: What the files' names begin with.
    func copySeries(
        to name: String, number: Int = 2, files: Int = 31, uid: Int? = nil, prefix: String = ""
    ) throws {
        let source = repository + "/sample-data/study/case-2"
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
        for one in try FileManager.default.contentsOfDirectory(atPath: source).sorted().prefix(files) {
            var data = try Data(contentsOf: URL(fileURLWithPath: source + "/" + one))
            data.replace(Array("267543863".utf8), with: "26754386\(uid ?? (number == 2 ? 3 : number + 4))")
            // SeriesNumber (0020,0011), explicit little endian.
            data.replace([0x20, 0, 0x11, 0] + Array("IS".utf8) + [2, 0], with: "\(number)", after: 8)
            try data.write(to: URL(fileURLWithPath: file("\(name)/\(prefix)\(one)")))
        }
    }

    /// The files of a folder as entries of an archive, under `prefix`.
    func entries(of name: String, under prefix: String) throws -> [ArchiveEntry] {
        try FileManager.default.contentsOfDirectory(atPath: file(name)).sorted().map { one in
            ArchiveEntry(prefix + one, Array(try Data(contentsOf: URL(fileURLWithPath: file("\(name)/\(one)")))))
        }
    }

    /// Names of files in a folder, sorted; none where it is not there.
    func list(_ name: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: file(name))) ?? []).sorted()
    }
}

extension Data {
    /// Puts a text in the place of every find of `bytes`, or `after` so many bytes of it.
    fileprivate mutating func replace(_ bytes: [UInt8], with text: String, after: Int = 0) {
        var from = startIndex
        while let found = range(of: Data(bytes), in: from..<endIndex) {
            replaceSubrange(
                found.lowerBound + after..<found.lowerBound + after + text.utf8.count, with: Data(text.utf8))
            from = found.upperBound
        }
    }
}
