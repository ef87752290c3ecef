import Foundation

/// Images with their label maps, paired by name: lists of files, or folders of them.
public struct NamePairs: Sendable, Equatable {
    /// An image and its label map.
    public struct Pair: Sendable, Equatable {
        /// The two files.
        public var image, labels: String
        /// What they go by; no two pairs have one name.
        public var name: String
    }

    /// The pairs, in the order of the images.
    public let pairs: [Pair]
    /// What a person should know.
    public let notices: [String]

    /// Pairs what a command line names: on each side files, or one folder.
    ///
    /// Two lists are paired in their order, which must not be another than their names tell. A folder is paired by
    /// names: of two folders every file must find its partner; beside a list, what the list does not ask for is left out
    /// with a notice. One folder given twice holds images and label maps, told apart by the label maps' endings.
    ///
    /// - Throws: ``NamePairError``, ``TwoFilesError``, ``StudyError``.
    public static func find(images: [String], labels: [String]) throws -> NamePairs {
        var (image, label) = (try Side(images), try Side(labels))
        if let folder = image.folder, let other = label.folder, isSame(folder, other) {
            label.files = label.files.filter { CaseStem.endsAsLabelMap(CaseStem.of($0)) }
            let maps = Set(label.files)
            image.files = try SameName.files(in: folder).filter { !maps.contains($0) }
        }
        for side in [image, label] {
            if side.files.isEmpty { throw NamePairError.emptyFolder(side.folder ?? "") }
        }
        return image.folder == nil && label.folder == nil
            ? try inOrder(image.files, label.files) : try byName(image, label)
    }

    /// One side of the pairs.
    private struct Side {
        var files: [String]
        /// The folder, where it is one.
        var folder: String?

        init(_ paths: [String]) throws {
            let folders = paths.filter(NamePairs.isFolder)
            if paths.count == 1, let folder = folders.first {
                self.folder = folder
                do {
                    files = try SameName.files(in: folder)
                } catch let error as TwoFilesError {
                    throw error
                } catch {
                    throw StudyError.unreadable(folder, reason: "check its permissions")
                }
            } else if let folder = folders.first {
                throw NamePairError.folderAmongFiles(folder)
            } else {
                files = try SameName.listed(paths)
            }
        }
    }

    // MARK: lists

    /// Pairs lists in their order, after making sure that their names do not tell another.
    static func inOrder(_ images: [String], _ labels: [String]) throws -> NamePairs {
        guard images.count == labels.count else {
            throw NamePairError.differentCounts(images: images.count, labels: labels.count)
        }
        for (image, map) in zip(images, labels) where isSame(image, map) { throw NamePairError.sameFile(image) }
        let matches = NameMatch.all(images: images, labels: labels)
        let places = images.indices
        if let total = matches.first(where: \.isTotal) {
            if places.contains(where: { total.labelsOfImage[$0] != [$0] }) {
                throw otherOrder(total, images, labels)
            }
        } else if let other = matches.first(where: { match in
            places.contains { !match.labelsOfImage[$0].isEmpty && !match.labelsOfImage[$0].contains($0) }
        }) {
            throw otherOrder(other, images, labels)
        }
        let untold = places.filter { n in !matches.contains { $0.labelsOfImage[n].contains(n) } }
        var notices: [String] = []
        if images.count > 1, let first = untold.first {
            let more = untold.count > 1 ? " and \(untold.count - 1) more" : ""
            notices.append(
                "the names do not tell which label map belongs to which image; paired in the order given: "
                    + "\(images[first]) with \(labels[first])\(more)")
        }
        notices += channels(images, labels)
        let isChannel = matches.first(where: \.isTotal)?.convention == .channel
        return NamePairs(pairs: pairs(zip(images, labels).map { ($0, $1) }, isChannel: isChannel), notices: notices)
    }

    /// Channels of one case that were listed with its label map each.
    private static func channels(_ images: [String], _ labels: [String]) -> [String] {
        Dictionary(grouping: images.indices, by: { labels[$0] }).values.compactMap { places -> String? in
            let found = places.map { images[$0] }
            let channels = found.compactMap { CaseStem.channel(CaseStem.of($0)) }
            guard channels.count == found.count, Set(channels.map(\.name)).count == 1,
                Set(channels.map(\.number)).count > 1
            else { return nil }
            return
                "\(found.joined(separator: " and ")): channels of one case by nnU-Net's names; each becomes a labelled "
                + "volume of its own"
        }.sorted()
    }

    private static func otherOrder(_ match: NameMatch, _ images: [String], _ labels: [String]) -> NamePairError {
        .otherOrder(
            images.indices.compactMap { n in
                match.labelsOfImage[n].count == 1 ? [images[n], labels[match.labelsOfImage[n][0]]] : nil
            })
    }

    // MARK: folders

    private static func byName(_ image: Side, _ label: Side) throws -> NamePairs {
        // What a person named one by one must find its partner; so must all of two folders.
        let both = image.folder != nil && label.folder != nil
        let (allImages, allLabels) = (both || image.folder == nil, both || label.folder == nil)
        let best = NameMatch.best(
            images: image.files, labels: label.files, allImages: allImages, allLabels: allLabels)
        let (images, labels) = (image.files, label.files)
        guard let match = best else { throw NamePairError.emptyFolder(image.folder ?? "") }
        try requireUnique(match, images, labels)
        if allLabels, let extra = labels.indices.first(where: { match.imagesOfLabel[$0].isEmpty }) {
            throw NamePairError.noImage(labels: labels[extra], images: image.folder ?? "the images given")
        }
        if allImages, let extra = images.indices.first(where: { match.labelsOfImage[$0].isEmpty }) {
            throw NamePairError.noLabelMap(image: images[extra], labels: label.folder ?? "the label maps given")
        }
        let found = images.indices.compactMap { n in match.labelsOfImage[n].first.map { (images[n], labels[$0]) } }
        let leftOut =
            allImages
            ? labels.indices.filter { match.imagesOfLabel[$0].isEmpty }.map { labels[$0] }
            : images.indices.filter { match.labelsOfImage[$0].isEmpty }.map { images[$0] }
        let partner = allImages ? "image" : "label map"
        return NamePairs(
            pairs: pairs(found, isChannel: match.convention == .channel),
            notices: leftOut.map { "\($0): left out, no \(partner) of its name is given" })
    }

    /// Refuses files of which several claim one partner.
    static func requireUnique(_ match: NameMatch, _ images: [String], _ labels: [String]) throws {
        for (n, claims) in match.imagesOfLabel.enumerated() where claims.count > 1 {
            let paths = claims.map { images[$0] }
            if match.convention == .channel {
                throw NamePairError.severalChannels(name: CaseStem.of(labels[n]), images: paths)
            }
            throw NamePairError.severalImages(labels: labels[n], images: paths)
        }
        for (n, claims) in match.labelsOfImage.enumerated() where claims.count > 1 {
            throw NamePairError.severalLabelMaps(image: images[n], labels: claims.map { labels[$0] })
        }
    }

    // MARK: names

    /// The pairs with their names: the image's stem, without nnU-Net's channel where that is the convention; with folders
    /// before it where several images have one.
    static func pairs(_ files: [(image: String, labels: String)], isChannel: Bool = false) -> [Pair] {
        let stems = files.map { CaseStem.of($0.image) }
        let bare = isChannel ? stems.map { CaseStem.channel($0)?.name ?? $0 } : stems
        let names = Set(bare).count == bare.count ? bare : withFolders(files.map(\.image), stems)
        return zip(files, names).map { Pair(image: $0.image, labels: $0.labels, name: $1) }
    }

    /// Stems with as many folders before them as it takes to tell them apart.
    private static func withFolders(_ paths: [String], _ stems: [String]) -> [String] {
        let folders = paths.map {
            $0.split(separator: "/").dropLast().filter { $0 != "." && $0 != ".." }.map(String.init)
        }
        for depth in 1...max(1, folders.map(\.count).max() ?? 1) {
            let names = zip(folders, stems).map { ($0.suffix(depth) + [$1]).joined(separator: "_") }
            if Set(names).count == names.count { return names }
        }
        return stems
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func isSame(_ a: String, _ b: String) -> Bool {
        let canonical = { URL(fileURLWithPath: $0).resolvingSymlinksInPath().standardizedFileURL.path }
        return canonical(a) == canonical(b)
    }
}
