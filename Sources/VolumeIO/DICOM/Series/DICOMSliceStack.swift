import Glibc
import Volumes

/// The images of one series in the order of their positions, checked to be one even grid.
struct DICOMSliceStack {
    /// Images by rising position along the slice normal (one only for a mosaic).
    private(set) var images: [DICOMImageHeader]
    /// The grid, RAS.
    private(set) var geometry: Geometry
    private(set) var notices: [String] = []
    /// How the decoded slices come onto the grid; nil when they are the grid.
    private(set) var regrid: DICOMRegrid?

    /// Orders and checks the images, which must not be empty nor hold two at one place.
    init(_ images: [DICOMImageHeader], series: String, policies: DICOMPolicies) throws {
        guard let first = images.first else { throw DICOMError.empty(series: series) }
        if first.mosaic != nil {
            self = try Self.mosaic(images, first, series)
            return
        }
        let normal = first.normal
        self.images = images.map { (depth: $0.position.dot(normal), image: $0) }
            .sorted { $0.depth < $1.depth }.map(\.image)
        let base = self.images[0]
        guard images.count > 1 else {
            let (thickness, notice) = try Self.thickness(of: base)
            let shape = Shape(base.columns, base.rows, 1)
            geometry = Geometry(
                shape: shape, affine: rasAffine(base, step: normal * thickness, origin: base.position))
            notices.append(notice)
            try Self.requirePlausible(geometry, base)
            return
        }
        let depths = self.images.map { $0.position.dot(normal) }
        var regrid = DICOMRegrid(columns: base.columns, rows: base.rows, slices: images.count)
        let rounded =
            Self.isEven(self.images, depths, series) ? nil : DICOMRoundedPositions(self.images.map(\.position))
        let extent = self.images[images.count - 1].position - base.position
        var (origin, step) = (base.position, extent)
        if let rounded {
            (origin, step) = (rounded.origin, rounded.step)
        } else {
            if policies.gaps == .fail {
                try Self.requireEven(depths, self.images.areOfOneFile, series)
            } else {
                try regrid.even(depths, series)
            }
            step = extent / Double(regrid.output.k - 1)
            try Self.requireOnGrid(
                self.images, regrid.isIdentity ? nil : depths, step, extent: extent, series)
        }
        notices = Self.stepNotices(base, step: step, normal: normal, isEven: regrid.isIdentity)
        if let rounded { notices.append(rounded.notice) }
        if regrid.interpolated > 0 {
            notices.append(
                "\(regrid.interpolated) of \(regrid.output.k) slices are interpolated: "
                    + "the \(images.count) acquired ones are not evenly spaced")
        }
        let degrees = Self.tilt(step, normal)
        if degrees > 0, policies.tilt == .fail {
            throw DICOMError.tilted(series: series, degrees: degrees)
        } else if degrees > 0, policies.tilt == .shear {
            let shifts = self.images.map { image -> SIMD2<Double> in
                let along = image.position - base.position
                return [
                    along.dot(base.rowDirection) / base.columnSpacing,
                    along.dot(base.columnDirection) / base.rowSpacing,
                ]
            }
            let corner = try regrid.upright(shifts, series)
            origin += base.rowDirection * (corner.x * base.columnSpacing)
            origin += base.columnDirection * (corner.y * base.rowSpacing)
            step = normal * step.dot(normal)
            notices.append(
                "the slices were tilted by \(millimetres(degrees)) degrees (gantry tilt): they are shifted onto an "
                    + "upright grid")
        } else if degrees > 0 {
            notices.append(
                "the slices are tilted by \(millimetres(degrees)) degrees (gantry tilt): kept as acquired, the affine "
                    + "is sheared")
        }
        geometry = Geometry(shape: regrid.output, affine: rasAffine(base, step: step, origin: origin))
        self.regrid = regrid.isIdentity ? nil : regrid
        try Self.requirePlausible(geometry, base)
    }

    /// The angle between the stack and the slice normal in degrees, to one decimal; 0 when they are one as far as
    /// headers can say.
    private static func tilt(_ step: Vec3, _ normal: Vec3) -> Double {
        let cosine = abs(step.normalized.dot(normal))
        return cosine < 1 - 1e-4 ? (acosDegrees(cosine) * 10).rounded() / 10 : 0
    }

    /// The readers' one rule for grids, see `GeometryLimits`.
    private static func requirePlausible(_ geometry: Geometry, _ image: DICOMImageHeader) throws {
        if let flaw = geometry.flaw {
            throw DICOMError.file(path: image.path, reason: "gives no usable grid: \(flaw) (export the series again)")
        }
    }

    private init(images: [DICOMImageHeader], geometry: Geometry) { (self.images, self.geometry) = (images, geometry) }
}

/// The voxel-to-mm map of images like `image`, `step` mm (LPS) apart, the first voxel at `origin` (LPS).
///
/// Column i follows a row (PixelSpacing's second value apart), column j goes down the rows (its first value).
/// This is the one place where DICOM's left-posterior-superior becomes right-anterior-superior. (PS3.3 C.7.6.2.1.1)
func rasAffine(_ image: DICOMImageHeader, step: Vec3, origin: Vec3) -> Affine {
    let toRAS = Vec3(-1, -1, 1)
    return Affine(
        i: image.rowDirection * image.columnSpacing * toRAS, j: image.columnDirection * image.rowSpacing * toRAS,
        k: step * toRAS, origin: origin * toRAS)
}

extension DICOMSliceStack {
    // MARK: One series, one grid

    /// Refuses images that cannot share a grid, whichever volume each belongs to.
    static func requireUniform(_ images: [DICOMImageHeader], _ series: String) throws {
        func require(
            _ what: String, _ describe: (DICOMImageHeader) -> String,
            _ same: (DICOMImageHeader, DICOMImageHeader) -> Bool
        ) throws {
            var parts: [(image: DICOMImageHeader, count: Int)] = []
            for image in images {
                if let n = parts.firstIndex(where: { same($0.image, image) }) {
                    parts[n].count += 1
                } else if parts.count < 16 {
                    parts.append((image, 1))
                }
            }
            guard parts.count > 1 else { return }
            let texts = parts.map { part in
                let kind = (part.image.acquisition.frames > 1 ? "frame" : "file") + (part.count == 1 ? "" : "s")
                return "\(describe(part.image)) in \(part.count) \(kind) (\(part.image.path))"
            }
            // Parts of one file cannot be put into folders of their own.
            let isOneFile = Set(parts.map(\.image.path)).count < parts.count
            let splitting = "--split-by \(DICOMSplitKey.orientation.rawValue) makes an image of each"
            let frames = "export each part as a file of its own"
            throw isOneFile
                ? DICOMError.mixed(
                    series: series, what: what, parts: texts, remedy: what == orientation ? splitting : frames)
                : DICOMError.mixed(series: series, what: what, parts: texts)
        }
        let orientation = "slice orientation"
        // Who the patients are is not said.
        try require("patient", { _ in "one" }) { $0.patient.mayBe($1.patient) }
        try require("size", { "\($0.columns)x\($0.rows)" }) { ($0.columns, $0.rows) == ($1.columns, $1.rows) }
        try require(orientation, { ($0.rowDirection.text + "\\" + $0.columnDirection.text) }) {
            ($0.rowDirection - $1.rowDirection).length < 1e-3 && ($0.columnDirection - $1.columnDirection).length < 1e-3
        }
        try require("pixel spacing", { "\(millimetres($0.rowSpacing))\\\(millimetres($0.columnSpacing)) mm" }) {
            abs($0.rowSpacing - $1.rowSpacing) <= 1e-4 * $0.rowSpacing
                && abs($0.columnSpacing - $1.columnSpacing) <= 1e-4 * $0.columnSpacing
        }
        try require("frame of reference", { $0.frameOfReference ?? "none" }) {
            $0.frameOfReference == $1.frameOfReference
        }
        try require("colour", { $0.isColour ? $0.photometric : "grey-scale" }) { $0.isColour == $1.isColour }
        try require("kind of image", { $0.mosaic == nil ? "single slice" : "mosaic" }) {
            ($0.mosaic == nil) == ($1.mosaic == nil)
        }
    }

    // MARK: Even spacing

    /// How far a gap may be from the median gap, mm.
    static func tolerance(_ gap: Double) -> Double { max(0.01, 0.01 * gap) }

    /// Whether the positions are one even grid as they stand.
    private static func isEven(_ images: [DICOMImageHeader], _ depths: [Double], _ series: String) -> Bool {
        let extent = images[images.count - 1].position - images[0].position
        do {
            try requireEven(depths, images.areOfOneFile, series)
            try requireOnGrid(images, nil, extent / Double(images.count - 1), extent: extent, series)
            return true
        } catch {
            return false
        }
    }

    private static func requireEven(_ depths: [Double], _ isOneFile: Bool, _ series: String) throws {
        let gaps = zip(depths.dropFirst(), depths).map { $0 - $1 }
        let median = gaps.sorted()[(gaps.count - 1) / 2]
        for (n, gap) in gaps.enumerated() where !(abs(gap - median) <= tolerance(median)) {
            let steps = (gap / median).rounded()
            if steps >= 2, abs(gap - steps * median) <= tolerance(median) * steps, steps < 1e6 {
                throw DICOMError.missingSlices(
                    series: series, slice: n + 2, distance: gap, expected: median, missing: Int(known: steps) - 1)
            }
            throw DICOMError.unevenSpacing(
                series: series, slice: n + 2, distance: gap, expected: median, isOneFile: isOneFile)
        }
    }

    /// Small errors of one sign add up to a place that is wrong: every slice must lie where the affine puts it; of
    /// slices that will be resampled by depth, on the line from the first to the last.
    private static func requireOnGrid(
        _ images: [DICOMImageHeader], _ depths: [Double]?, _ step: Vec3, extent: Vec3, _ series: String
    ) throws {
        let allowed = tolerance(step.length)
        for (k, image) in images.enumerated() {
            let share = depths.map { ($0[k] - $0[0]) / ($0[$0.count - 1] - $0[0]) }
            let expected = share.map { extent * $0 } ?? step * Double(k)
            let off = (image.position - images[0].position - expected).length
            guard off <= allowed else {
                throw DICOMError.offGrid(series: series, slice: k + 1, distance: off, allowed: allowed)
            }
        }
    }

    private static func thickness(of image: DICOMImageHeader) throws -> (Double, notice: String) {
        for (name, value) in [
            ("SpacingBetweenSlices", image.spacingBetweenSlices.map(abs)), ("SliceThickness", image.sliceThickness),
        ] {
            if let value, value > 0 {
                guard GeometryLimits.spacing.contains(value) else {
                    throw DICOMError.value(
                        path: image.path, attribute: name, value: "\(value)", expected: GeometryLimits.spacingText)
                }
                return (value, "a single slice: its thickness of \(millimetres(value)) mm is \(name)")
            }
        }
        return (1, "a single slice that states no thickness: 1 mm is assumed")
    }

    private static func stepNotices(
        _ image: DICOMImageHeader, step: Vec3, normal: Vec3, isEven: Bool
    ) -> [String] {
        guard isEven, let stated = image.spacingBetweenSlices.map(abs), stated > 0 else { return [] }
        let measured = step.dot(normal)
        guard abs(stated - measured) > max(0.01, 0.05 * measured) else { return [] }
        return [
            "the slices lie \(millimetres(measured)) mm apart, though SpacingBetweenSlices says "
                + "\(millimetres(stated)): the positions count"
        ]
    }

    // MARK: Mosaic

    /// A mosaic states the place of its whole image; the first tile's place follows from the tile size.
    private static func mosaic(
        _ images: [DICOMImageHeader], _ image: DICOMImageHeader, _ series: String
    ) throws -> DICOMSliceStack {
        guard let mosaic = image.mosaic else { throw DICOMError.empty(series: series) }
        let (rows, columns) = (image.rows / mosaic.down, image.columns / mosaic.across)
        if !mosaic.positions.isEmpty { return try grid(image, mosaic, Shape(columns, rows, mosaic.slices), series) }
        let (thickness, _) = try thickness(of: image)
        let right = image.rowDirection * image.columnSpacing * Double(image.columns - columns) / 2
        let down = image.columnDirection * image.rowSpacing * Double(image.rows - rows) / 2
        let affine = rasAffine(image, step: mosaic.normal * thickness, origin: image.position + right + down)
        var stack = DICOMSliceStack(
            images: [image], geometry: Geometry(shape: Shape(columns, rows, mosaic.slices), affine: affine))
        try requirePlausible(stack.geometry, image)
        stack.notices.append("a Siemens mosaic of \(mosaic.slices) slices")
        return stack
    }

    /// A mosaic that states the place of each tile: judged like a stack of single slices.
    private static func grid(
        _ image: DICOMImageHeader, _ mosaic: Mosaic, _ shape: Shape, _ series: String
    ) throws -> DICOMSliceStack {
        let tiles = mosaic.positions.map { position in
            var tile = image
            (tile.mosaic, tile.position, tile.columns, tile.rows) = (nil, position, shape.i, shape.j)
            return tile
        }
        let stack = try DICOMSliceStack(tiles, series: series, policies: DICOMPolicies())
        let order = stack.images.map(\.position)
        var affine = stack.geometry.affine
        if order == mosaic.positions.reversed() {
            let step = affine.column(2)
            affine = Affine(
                i: affine.column(0), j: affine.column(1), k: -step,
                origin: affine.origin + step * Double(mosaic.slices - 1))
        } else if order != mosaic.positions {
            throw DICOMError.file(
                path: image.path, reason: "the tiles of its UIH grid do not follow each other in space")
        }
        var result = DICOMSliceStack(images: [image], geometry: Geometry(shape: shape, affine: affine))
        result.notices = stack.notices + ["a UIH grid of \(mosaic.slices) slices"]
        return result
    }
}

/// The angle of a cosine, in degrees.
private func acosDegrees(_ cosine: Double) -> Double { acos(min(1, max(-1, cosine))) * 180 / Double.pi }
