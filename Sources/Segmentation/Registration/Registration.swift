import Preparation

/// Where the places of one volume are in another: an affine map after a smooth displacement.
struct Registration: Sendable {
    private let affine: AffineMap
    private let displacement: Displacement
    /// The grid of the displacement.
    private let spacing: SIMD3<Double>
    /// Where the parts that were registered begin in their volumes, in mm along S, R, A.
    private let fixedOffset, movingOffset: SIMD3<Double>

    /// Bytes of a registration on a grid of so many samples.
    static func bytes(samples: Int) -> Int { samples * MemoryLayout<SIMD4<Float>>.stride }

    /// Bytes that finding one takes on a finest grid of so many samples at most, beside the features of both volumes.
    static func workingBytes(samples: Int) -> Int {
        DeformableFit.roomFloats(samples: samples) * MemoryLayout<Float>.stride
    }

    /// Registers the whole of `moving` to the whole of `fixed`.
    init(fixed: ComparedVolume, moving: ReducedVolume) {
        let moving = ComparedVolume(moving, coarser: fixed.coarser)
        let map = AffineMap(registering: moving, to: fixed)
        self.init(fixed, moving, map, offsets: (.zero, .zero))
    }

    /// Registers parts of two volumes, from an affine map between the volumes on.
    init(fixed: ComparedVolume, offset: SIMD3<Double>, moving: ReducedPart, from map: AffineMap) {
        let (start, columns) = (map(offset) - moving.offset, map.columns)
        self.init(
            fixed, ComparedVolume(moving.values, coarser: fixed.coarser),
            AffineMap(origin: start, columns.0, columns.1, columns.2), offsets: (offset, moving.offset))
    }

    private init(
        _ fixed: ComparedVolume, _ moving: ComparedVolume, _ map: AffineMap,
        offsets: (fixed: SIMD3<Double>, moving: SIMD3<Double>)
    ) {
        (affine, fixedOffset, movingOffset) = (map, offsets.fixed, offsets.moving)
        spacing = fixed.finest.spacing
        displacement = Displacement(DeformableFit(fixed: fixed, moving: moving, map: map).displacement())
    }

    /// The place in the moving volume, in mm along S, R, A, of a place in the fixed one.
    func callAsFunction(_ place: SIMD3<Double>) -> SIMD3<Double> {
        let place = place - fixedOffset
        let shift = displacement.at(SIMD3<Float>(place / spacing - 0.5))
        return affine(place + SIMD3<Double>(shift) * spacing) + movingOffset
    }

    /// The map from the pixels of one of the fixed volume's slices to samples of a stack of the moving one.
    func map(slice: Int, of query: StackFrame, to stack: StackFrame) -> SliceMap {
        let origin = query.place(slice: slice, row: 0, column: 0)
        let sample = { (place: SIMD3<Double>) in SIMD3<Float>((place - fixedOffset) / spacing - 0.5) }
        let start = sample(origin)
        // Samples of the displacement -> mm -> mm in the moving volume -> samples of the stack: affine all the way.
        let image = { (place: SIMD3<Double>) in
            SIMD3<Float>(stack.index(of: affine(place * spacing + spacing / 2) + movingOffset))
        }
        let zero = image(.zero)
        return SliceMap(
            start: start, rowStep: sample(query.place(slice: slice, row: 1, column: 0)) - start,
            columnStep: sample(query.place(slice: slice, row: 0, column: 1)) - start, displacement: displacement,
            origin: zero,
            columns: (
                image(SIMD3(1, 0, 0)) - zero, image(SIMD3(0, 1, 0)) - zero, image(SIMD3(0, 0, 1)) - zero
            ))
    }
}

extension AffineMap {
    /// The map from places in `fixed` to those in `moving` by which these look most alike.
    init(registering moving: ComparedVolume, to fixed: ComparedVolume) {
        self.init(registering: moving.sketch, to: fixed.sketch)
    }

    /// The same of volumes on a grid each.
    init(registering moving: ReducedVolume, to fixed: ReducedVolume) {
        let start = AffineStart(fixed: fixed, moving: moving).find()
        let fitted = AffineFit(fixed: fixed, moving: moving).fit(from: start)
        self = Self.isBetter(fitted, than: start, fixed, moving) ? fitted : start
    }

    /// A fit that ends less alike than it began, or turns a volume inside out, has lost its way.
    private static func isBetter(
        _ fitted: AffineMap, than start: AffineMap, _ fixed: ReducedVolume, _ moving: ReducedVolume
    ) -> Bool {
        let values = KernelGrid(fixed)
        let (first, second) = (PlacedVolume(moving, on: fixed, start), PlacedVolume(moving, on: fixed, fitted))
        // Where the field of view reaches beyond the moving volume's there is nothing to compare.
        return values.correlation(second.values, where: first.inside)
            >= values.correlation(first.values, where: first.inside)
            && (0.3...3).contains(fitted.determinant / start.determinant)
    }
}

/// A volume on a coarse grid, or a part of one.
struct ReducedPart: Sendable {
    let values: ReducedVolume
    /// Where it begins in the volume, in mm along S, R, A.
    let offset: SIMD3<Double>

    init(_ values: ReducedVolume, offset: SIMD3<Double> = .zero) { (self.values, self.offset) = (values, offset) }
}
