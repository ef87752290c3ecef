import Volumes

/// A volume in a file whose header is judged and whose voxels are still to be read: what the readers of NRRD, MetaImage and
/// MGH come to, each in its way.
struct StoredVolume {
    /// Where the voxels lie.
    struct Content {
        /// The file.
        var path: String
        /// The first byte of the voxels: of the file or, where header and voxels are compressed together, of what it
        /// inflates to.
        var offset: Int
        /// How the voxels are compressed, by themselves; nil where the header is compressed with them, or nothing is.
        var compression: ContentStream.Compression?
    }

    /// What the header says.
    let info: VolumeFileInfo
    let type: VoxelType
    let isBigEndian: Bool
    let content: Content

    /// The voxels of some volumes, one after the other as they are stored.
    ///
    /// - Parameter values: Values of a voxel, side by side.
    func voxels(volumes: Range<Int>, values: Int = 1) throws(VolumeFileError) -> VoxelBuffer {
        let start = content.compression == nil ? content.offset : 0
        let each = values * info.geometry.shape.count
        let end = start + each * info.volumeCount * type.width
        let stream =
            if let compression = content.compression {
                try ContentStream(content.path, from: content.offset, compression)
            } else {
                try ContentStream(content.path)
            }
        try stream.judgeSize(expected: end)
        try stream.confirmMemory(volumes.count * each * type.width)
        try stream.skip(to: start + volumes.lowerBound * each * type.width)
        let voxels = try stream.voxels(
            type, volumes.count * each, isBigEndian: isBigEndian, expected: end)
        try stream.confirmEnd(expected: end)
        return voxels
    }

    /// One volume with its grid, of several the given one or the first with a notice.
    func volume(_ path: String, index: Int?) throws(VolumeFileError) -> Volume {
        let count = info.volumeCount
        guard (0..<count).contains(index ?? 0) else {
            throw .noSuchVolume(path: path, index: index ?? 0, count: count)
        }
        var notices = info.notices
        if index == nil, count > 1 { notices.append(Self.firstOfSeveral(count)) }
        return Volume(
            geometry: info.geometry, voxels: try voxels(volumes: (index ?? 0)..<(index ?? 0) + 1),
            scaling: info.scaling, notices: notices)
    }

    /// What is said where a file holds several volumes and nobody chose.
    static func firstOfSeveral(_ count: Int) -> String {
        "the file holds \(count) volumes; volume 0 is taken (choose another with --volume-index)"
    }

    /// All volumes.
    func series() throws(VolumeFileError) -> VolumeSeries {
        VolumeSeries(
            geometry: info.geometry, voxels: try voxels(volumes: 0..<info.volumeCount), count: info.volumeCount,
            scaling: info.scaling, interval: nil)
    }

    /// The only volume as label ids.
    func labels(_ path: String) throws(VolumeFileError) -> LabelVolume {
        guard info.volumeCount == 1 else { throw .severalLabelVolumes(path: path, count: info.volumeCount) }
        let ids = try LabelIDs.of(
            try voxels(volumes: 0..<1), info.scaling, path: path, shape: info.geometry.shape)
        return LabelVolume(geometry: info.geometry, voxels: ids)
    }
}
