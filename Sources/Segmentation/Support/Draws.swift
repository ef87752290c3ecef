/// The draws of support that an ensemble averages, made unlike each other so that their errors are.
struct Draws: Sendable {
    let choice: SupportChoice
    /// Draws for each slice.
    let count: Int
    /// Shifts of the stacks by likeness; nil when no draw asks for them.
    let shifts: [Double]?

    /// The support of query slice `index` of `slices`, draw by draw: matched by relative position and by likeness in
    /// turn, each draw among other volumes of the pack.
    func references(for index: Int, of slices: Int) -> [[SupportLibrary.Reference]] {
        (0..<count).map { draw in
            choice.references(for: index, of: slices, draw: draw, shifts: draw.isMultiple(of: 2) ? nil : shifts)
        }
    }
}
