import Foundation
import VolumeIO
import Volumes

/// Several files that go by one name: which of them is meant, nobody can tell.
public struct TwoFilesError: TomosError, Equatable {
    /// The name.
    public let name: String
    /// The files, two or more.
    public let paths: [String]

    /// Makes the error.
    public init(name: String, paths: [String]) { (self.name, self.paths) = (name, paths) }

    /// What one of them says is not what another says.
    public var category: ErrorCategory { .badData }

    /// The message.
    public var description: String {
        "\(paths.joined(separator: " and ")): \(paths.count == 2 ? "two" : "\(paths.count)") files for one case, "
            + "'\(name)'; keep the right one and move the other\(paths.count > 2 ? "s" : "") out of the folder"
    }
}

/// Files that differ in their ending only.
package enum SameName {
    /// The files by folder and stem, in the order in which they come. `.hdr` and `.img` of one kind are one image, which
    /// goes by its header.
    package static func groups(_ paths: [String]) -> [[String]] {
        var places: [String: Int] = [:]
        var groups: [[String]] = []
        for path in paths {
            let key = VolumeFileName(path).map { $0.folder + $0.stem } ?? path
            if let place = places[key] {
                groups[place].append(path)
            } else {
                places[key] = groups.count
                groups.append([path])
            }
        }
        return groups.map(withoutVoxelFiles)
    }

    /// The files, each name once.
    static func single(_ paths: [String]) throws(TwoFilesError) -> [String] {
        var single: [String] = []
        for group in groups(paths) {
            if group.count > 1 { throw TwoFilesError(name: CaseStem.of(group[0]), paths: group) }
            single += group
        }
        return single
    }

    /// Files of a list in its order, without the `.img` whose `.hdr` is there; a file that is listed twice stays twice.
    static func listed(_ paths: [String]) throws(TwoFilesError) -> [String] {
        var seen = Set<String>()
        let kept = Set(try single(paths.filter { seen.insert($0).inserted }))
        return paths.filter(kept.contains)
    }

    /// Files of volumes of a folder, sorted, each name once; hidden files are left out.
    static func files(in folder: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return try single(names.filter { !$0.hasPrefix(".") && VolumeFileName($0) != nil }.map { prefix + $0 })
    }

    private static func withoutVoxelFiles(_ group: [String]) -> [String] {
        let hasHeader = group.contains { VolumeFileName($0)?.part == .header }
        return hasHeader ? group.filter { VolumeFileName($0)?.part != .voxels } : group
    }
}
