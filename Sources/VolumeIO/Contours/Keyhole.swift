/// Holes joined with the borders around them by channels of no width, so that one polygon has them all.
struct Keyhole {
    private let borders: [SliceBorder]
    /// For each border the holes whose channels end on it, in the order in which it passes them.
    private let holes: [[Int]]

    init(_ borders: [SliceBorder]) {
        var holes = [[Int]](repeating: [], count: borders.count)
        for (number, border) in borders.enumerated() {
            if let channel = border.channel { holes[channel.border].append(number) }
        }
        for number in holes.indices where holes[number].count > 1 {
            // Channels end on lines that are walked upwards, from large j to small.
            holes[number].sort {
                guard let one = borders[$0].channel, let other = borders[$1].channel else { return false }
                return (one.point, -one.far.y) < (other.point, -other.far.y)
            }
        }
        (self.borders, self.holes) = (borders, holes)
    }

    /// A border that is being walked: its next point, and its next hole.
    private struct Walk {
        var border: Int
        var point = 0
        var hole = 0
    }

    /// The polygon of an outer border and all its holes, and theirs. Its walk has no recursion: in a sieve each hole
    /// may hang on another.
    func polygon(_ outer: Int) -> [SIMD2<Double>] {
        var points: [SIMD2<Double>] = []
        var open = [Walk(border: outer)]
        while var walk = open.popLast() {
            let (border, holes) = (borders[walk.border], holes[walk.border])
            let next = walk.hole < holes.count ? holes[walk.hole] : nil
            let channel = next.flatMap { borders[$0].channel }
            let end = channel?.point ?? border.points.count
            points += border.points[walk.point..<end]
            walk.point = end
            if let next, let channel {
                points += [channel.far, channel.near]
                walk.hole += 1
                open += [walk, Walk(border: next)]
            } else if let channel = border.channel {
                points += [channel.near, channel.far]
            }
        }
        return points
    }
}
