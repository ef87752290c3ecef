/// What one convention says about which label map belongs to which image.
package struct NameMatch {
    /// The convention.
    let convention: NameConvention
    /// For each image the label maps of its key.
    package let labelsOfImage: [[Int]]
    /// For each label map the images of its key.
    package let imagesOfLabel: [[Int]]

    init(_ convention: NameConvention, images: [String], labels: [String]) {
        self.convention = convention
        let keys = convention.keys(images: images, labels: labels)
        let imagesByKey = Self.places(keys.images)
        let labelsByKey = Self.places(keys.labels)
        labelsOfImage = keys.images.map { $0.flatMap { labelsByKey[$0] } ?? [] }
        imagesOfLabel = keys.labels.map { $0.flatMap { imagesByKey[$0] } ?? [] }
    }

    /// Images that have a label map.
    package var count: Int { labelsOfImage.filter { !$0.isEmpty }.count }

    /// Label maps with more than one image, and images with more than one label map.
    var isUnique: Bool { labelsOfImage.allSatisfy { $0.count <= 1 } && imagesOfLabel.allSatisfy { $0.count <= 1 } }

    /// Whether every image has one label map and every label map one image.
    var isTotal: Bool {
        labelsOfImage.allSatisfy { $0.count == 1 } && imagesOfLabel.allSatisfy { $0.count == 1 }
    }

    /// Whether every image has one label map, where that is asked, and the same of label maps; none is claimed twice.
    func fits(allImages: Bool, allLabels: Bool) -> Bool {
        isUnique && count > 0 && (!allImages || labelsOfImage.allSatisfy { $0.count == 1 })
            && (!allLabels || imagesOfLabel.allSatisfy { $0.count == 1 })
    }

    /// What all conventions say, strongest first.
    static func all(images: [String], labels: [String]) -> [NameMatch] {
        NameConvention.allCases.map { NameMatch($0, images: images, labels: labels) }
    }

    /// The convention that fits, or else the one that fits most files; the stronger of two.
    package static func best(
        images: [String], labels: [String], allImages: Bool = true, allLabels: Bool = true
    ) -> NameMatch? {
        let all = all(images: images, labels: labels)
        return all.first { $0.fits(allImages: allImages, allLabels: allLabels) } ?? all.max { $0.count < $1.count }
    }

    private static func places(_ keys: [String?]) -> [String: [Int]] {
        var places: [String: [Int]] = [:]
        for (n, key) in keys.enumerated() { if let key { places[key, default: []].append(n) } }
        return places
    }
}
