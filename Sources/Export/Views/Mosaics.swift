import Volumes

/// The slices of one plane as one picture, and the label map in it.
struct PlaneMosaic {
    let plane: DisplayPlane
    let form: TileForm
    /// Side of a pixel in mm.
    let pixel: Double
    /// The slices shown, and where they lie.
    let slices: [Int]
    let positions: [Double]
    /// Tiles in a row.
    let columns: Int
    let picture: RGBPicture
    /// The label map, deflated.
    let map: [UInt8]
    /// The slice that shows most.
    let mostTelling: Int
    /// The picture's file.
    var webP: [UInt8] = []

    init(_ plane: DisplayPlane, _ source: TileSource, _ region: ViewRegion, _ detail: Mosaics.Detail) throws {
        let geometry = source.volume.geometry
        pixel = detail.pixel
        form = TileForm(plane, geometry, region: region.box, pixel: detail.pixel)
        self.plane = plane
        let axis = plane.axes(geometry.orientation).slice
        let range = region.slices.range(axis, of: geometry.shape)
        slices = Snapshot.evenlySpaced(detail.slices, in: ClosedRange(range))
        let count = slices.count
        positions = slices.map { Self.position(of: $0, along: axis, plane, geometry, region) }
        let (width, height) = (form.width, form.height)
        let side = (Double(count * height) / Double(width)).squareRoot().rounded(.up)
        columns = min(max(Int(clamping: side), 1), count)
        var picture = RGBPicture(width: columns * width, height: (count + columns - 1) / columns * height)
        var maps: [UInt8] = []
        maps.reserveCapacity(count * width * height)
        for (n, slice) in slices.enumerated() {
            picture.draw(
                grey: form.grey(slice, of: source), width: width, x: n % columns * width, y: n / columns * height)
            maps += form.map(slice, of: source)
        }
        self.picture = picture
        mostTelling = slices[Self.mostTelling(maps, tiles: count)]
        map = try Zlib.deflated(maps)
    }

    /// Where a slice lies in mm RAS, in the middle of what it shows.
    private static func position(
        of slice: Int, along axis: Orientation.SignedAxis, _ plane: DisplayPlane, _ geometry: Geometry,
        _ region: ViewRegion
    ) -> Double {
        var voxel = Vec3((0..<3).map { Double(region.box[$0].lowerBound + region.box[$0].upperBound - 1) / 2 })
        voxel[axis.axis] = Double(axis.reversed ? geometry.shape[axis.axis] - 1 - slice : slice)
        return shortened(geometry.affine.position(of: voxel)[plane.component], digits: 3)
    }

    /// Of the tiles that show the most different labels the one nearest the labels' centre of mass; the middle one where
    /// there are none.
    private static func mostTelling(_ maps: [UInt8], tiles: Int) -> Int {
        let size = maps.count / tiles
        var (distinct, labelled): ([Int], [Int]) = ([], [])
        for tile in 0..<tiles {
            var counts = [Int](repeating: 0, count: 256)
            for pixel in tile * size..<(tile + 1) * size { counts[Int(maps[pixel])] += 1 }
            distinct.append(counts.dropFirst().reduce(0) { $0 + ($1 > 0 ? 1 : 0) })
            labelled.append(size - counts[0])
        }
        return LabelSpread.mostTelling(distinct: distinct, voxels: labelled)
    }

    /// What view.js says of it.
    var described: ViewDocument.Plane {
        let edges = plane.edges
        return ViewDocument.Plane(
            name: plane.name, file: plane.fileName, columns: columns, slices: slices.count, width: form.width,
            height: form.height, pixel: pixel, positions: positions,
            edges: [edges.left, edges.right, edges.top, edges.bottom].map { String($0) }, map: Zlib.base64(map))
    }
}

/// The mosaics of the three planes, as finely as a number of bytes allows.
struct Mosaics {
    /// How fine: pixels of the longest side of a tile, slices of a plane, and the qualities of WebP that are tried.
    struct Detail {
        var side: Double
        var slices: Int
        var qualities: [Int]
        var pixel = 1.0
    }

    /// From fine to coarse. A mosaic of fewer, smaller tiles looks better than one of which noise took the bytes.
    private static let details = [
        Detail(side: 128, slices: 24, qualities: [70, 55, 42, 32]),
        Detail(side: 112, slices: 20, qualities: [42, 30, 22]),
        Detail(side: 96, slices: 16, qualities: [30, 20]),
        Detail(side: 72, slices: 12, qualities: [25, 10]),
        Detail(side: 48, slices: 8, qualities: [10, 0]),
    ]

    private(set) var planes: [PlaneMosaic] = []

    /// - Parameter budget: Bytes that pictures and maps may take, the maps as text.
    init(source: TileSource, region: ViewRegion, budget: Int) throws {
        let geometry = source.volume.geometry
        let longest = region.longestSide(geometry)
        for (n, var detail) in Self.details.enumerated() {
            // Enlarging more than twice shows nothing more.
            detail.pixel = shortenedUp(max(longest / detail.side, geometry.spacing.min() / 2))
            planes = try DisplayPlane.allCases.map { try PlaneMosaic($0, source, region, detail) }
            let left = budget - planes.reduce(0) { $0 + $1.map.count * 4 / 3 + 400 }
            // From the worst to the best: what does not fit at one does not fit at a better one.
            var fits = false
            for quality in detail.qualities.reversed() {
                let files = try planes.map { try $0.picture.webP(quality: quality) }
                let size = files.reduce(0) { $0 + $1.count }
                let isCoarsest = !fits && n == Self.details.count - 1
                guard size <= left || isCoarsest else { break }
                for plane in planes.indices { planes[plane].webP = files[plane] }
                fits = true
            }
            if fits { return }
        }
    }
}
