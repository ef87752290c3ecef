import Preparation

/// Where the places of one volume are in another: an affine map after a smooth displacement.
struct Registration: Sendable {
    private let affine: AffineMap
    private let displacement: Displacement?
    /// The grid of the displacement.
    private let spacing: SIMD3<Double>
    /// Where the parts that were registered begin in their volumes, in mm along S, R, A.
    private let fixedOffset, movingOffset: SIMD3<Double>

    /// Bytes of a registration on a grid of so many samples.
    static func bytes(samples: Int) -> Int { samples * MemoryLayout<SIMD4<Float>>.stride }

    /// Bytes that finding one takes at most: fourteen grids of values in the demons, fewer and a list of points before.
    static let workingBytes = ReducedVolume.mostSamples * 16 * MemoryLayout<Float>.stride

    /// Registers `moving` to `fixed`.
    init(fixed: ReducedVolume, moving: ReducedVolume, demons: Demons? = Demons()) {
        let start = AffineStart(fixed: fixed, moving: moving).find()
        self.init(ReducedPart(fixed), ReducedPart(moving), start, demons)
    }

    /// Registers parts of two volumes more closely than the whole of them were.
    init(refining coarse: Registration, fixed: ReducedPart, moving: ReducedPart) {
        let (start, columns) = (coarse.affine(fixed.offset) - moving.offset, coarse.affine.columns)
        self.init(fixed, moving, AffineMap(origin: start, columns.0, columns.1, columns.2), Demons())
    }

    private init(_ fixedPart: ReducedPart, _ movingPart: ReducedPart, _ start: AffineMap, _ demons: Demons?) {
        let (fixed, moving) = (fixedPart.values, movingPart.values)
        (fixedOffset, movingOffset) = (fixedPart.offset, movingPart.offset)
        let fitted = AffineFit(fixed: fixed, moving: moving).fit(from: start)
        let warped = [start, fitted].map { fixed.resampled(moving, $0) }
        // Where the field of view reaches beyond the moving volume's there is nothing to compare.
        let likeness = warped.map { correlation(fixed.values, $0.values, where: warped[0].inside) }
        // A fit that ends less alike than it began, or turns a volume inside out, has lost its way.
        let isBetter = likeness[1] >= likeness[0] && (0.3...3).contains(fitted.determinant / start.determinant)
        affine = isBetter ? fitted : start
        spacing = fixed.spacing
        let moved = warped[isBetter ? 1 : 0]
        displacement = demons?.displacement(
            fixed: fixed.values, moving: moved.values, inside: moved.inside, size: fixed.size)
    }

    /// The place in the moving volume, in mm along S, R, A, of a place in the fixed one.
    func callAsFunction(_ place: SIMD3<Double>) -> SIMD3<Double> {
        let place = place - fixedOffset
        guard let displacement else { return affine(place) + movingOffset }
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

/// A volume on a coarse grid, or a part of one.
struct ReducedPart: Sendable {
    let values: ReducedVolume
    /// Where it begins in the volume, in mm along S, R, A.
    let offset: SIMD3<Double>

    init(_ values: ReducedVolume, offset: SIMD3<Double> = .zero) { (self.values, self.offset) = (values, offset) }
}

/// Where the pixels of a slice are in a stack of another volume.
struct SliceMap {
    /// The first pixel's place, and the way to the next row and column, in samples of the displacement.
    let start, rowStep, columnStep: SIMD3<Float>
    let displacement: Displacement?
    /// From there to samples of the stack.
    let origin: SIMD3<Float>
    let columns: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)

    /// The places of a row's pixels.
    func places(row: Int, into places: inout [SIMD3<Float>]) {
        let first = start + rowStep * Float(row)
        for column in places.indices { places[column] = first + columnStep * Float(column) }
        displacement?.add(to: &places)
        for column in places.indices {
            let place = places[column]
            places[column] = origin + columns.0 * place.x + columns.1 * place.y + columns.2 * place.z
        }
    }
}

extension ReducedVolume {
    /// The box in mm, along S, R, A, outside of which the planes hold next to nothing.
    var content: (low: SIMD3<Double>, high: SIMD3<Double>) {
        var (low, high) = (SIMD3<Double>.zero, extent)
        for axis in 0..<3 {
            var sums = [Double](repeating: 0, count: size[axis])
            var n = 0
            for x in 0..<size.x {
                for y in 0..<size.y {
                    for z in 0..<size.z {
                        sums[axis == 0 ? x : axis == 1 ? y : z] += Double(values[n])
                        n += 1
                    }
                }
            }
            let enough = 0.05 * (sums.max() ?? 0)
            guard enough > 0, let first = sums.firstIndex(where: { $0 > enough }),
                let last = sums.lastIndex(where: { $0 > enough })
            else { continue }
            low[axis] = Double(first) * spacing[axis]
            high[axis] = Double(last + 1) * spacing[axis]
        }
        return (low, high)
    }

    /// The values of another volume at the image of every sample of this one, and whether that lies inside it.
    func resampled(_ other: ReducedVolume, _ map: AffineMap) -> (values: [Float], inside: [Bool]) {
        var (result, inside): ([Float], [Bool]) = ([], [])
        result.reserveCapacity(values.count)
        inside.reserveCapacity(values.count)
        other.values.withUnsafeBufferPointer { values in
            let sampler = Sampler(values.baseAddress!, other.size)
            for x in 0..<size.x {
                for y in 0..<size.y {
                    for z in 0..<size.z {
                        let place = (SIMD3(Double(x), Double(y), Double(z)) + 0.5) * spacing
                        let image = map(place)
                        result.append(sampler(SIMD3<Float>(image / other.spacing - 0.5)))
                        inside.append(all(image .>= .zero) && all(image .<= other.extent))
                    }
                }
            }
        }
        return (result, inside)
    }
}

/// Pearson's correlation over some samples; 0 when one of them is constant there.
private func correlation(_ a: [Float], _ b: [Float], where isCounted: [Bool]) -> Double {
    let places = isCounted.indices.filter { isCounted[$0] }
    let count = Double(max(1, places.count))
    let (meanA, meanB) = (
        places.reduce(0) { $0 + Double(a[$1]) } / count, places.reduce(0) { $0 + Double(b[$1]) } / count
    )
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for n in places {
        let (x, y) = (Double(a[n]) - meanA, Double(b[n]) - meanB)
        ab += x * y
        aa += x * x
        bb += y * y
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
}
