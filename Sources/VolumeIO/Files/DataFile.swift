import Foundation
import Platform

/// The file that a header names for its voxels.
enum DataFile {
    /// A file named in a header: one file, in the header's folder or below it.
    static func beside(_ header: String, _ name: String) throws(VolumeFileError) -> String {
        let name = name.trimmingCharacters(in: .whitespaces)
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if name.hasPrefix("LIST") || name.contains("%") {
            throw .unsupportedFormat(
                path: header, format: "a header whose voxels lie in several files", wayOut: "save it as one file")
        }
        guard !name.isEmpty, !name.hasPrefix("/"), !parts.contains("..") else {
            throw .badField(
                path: header, field: "data file", value: "'\(SafeText.words(name).prefix(60))'",
                expected: "a file in the header's folder: put it there and name it so")
        }
        let folder = header.lastIndex(of: "/").map { header[...$0] } ?? ""
        return folder + name
    }
}
