import Testing

@testable import Segmentation

@Suite
struct StackAlignmentTests {
    /// Slices of 64 x 64 cut from one long body: a disc that wanders and swells along the axis.
    private func slices(_ places: Range<Int>) -> [[Float]] {
        places.map { place in
            let t = Double(place)
            let (x, y, r) = (32 + 14 * sinus(t / 9), 32 + 10 * sinus(t / 5 + 1), 10 + 4 * sinus(t / 7 + 2))
            return (0..<64 * 64).map { n in
                let (dx, dy) = (Double(n % 64) - x, Double(n / 64) - y)
                return dx * dx + dy * dy < r * r ? 1 : 0.2
            }
        }
    }

    /// A smooth wave without importing a library for it: Bhaskara's approximation of the sine.
    private func sinus(_ x: Double) -> Double {
        let half = x.truncatingRemainder(dividingBy: 2 * .pi)
        let (sign, a): (Double, Double) = half > .pi ? (-1, half - .pi) : (1, half)
        return sign * 16 * a * (.pi - a) / (5 * .pi * .pi - 4 * a * (.pi - a))
    }

    @Test(arguments: [-3, -1, 0, 2, 4])
    func findsHowFarTheFieldsOfViewAreApart(shift: Int) {
        // The query begins `shift` slices further along the body than the stack, so its slice n is the stack's n + shift.
        let alignment = StackAlignment([slices(20..<60), slices(20..<60)], side: 64)
        let found = alignment.shifts(of: slices(20 + shift..<60 + shift), side: 64)
        #expect(found == [Double(shift), Double(shift)])
    }

    @Test
    func staysPutWhereNothingTells() {
        let flat = Array(repeating: [Float](repeating: 0.5, count: 64 * 64), count: 30)
        #expect(StackAlignment([flat, slices(0..<30)], side: 64).shifts(of: flat, side: 64) == [0, 0])
        #expect(StackAlignment([slices(0..<1)], side: 64).shifts(of: slices(0..<9), side: 64) == [0])
    }

    @Test
    func shiftsMoveEveryOtherDraw() {
        let choice = SupportChoice(counts: [40, 40], support: 2)
        let draws = Draws(choice: choice, count: 3, shifts: [3, -2]).references(for: 20, of: 40)
        let slices = draws.map { draw in (0..<2).map { stack in draw.first { $0.stack == stack }?.slice } }
        #expect(slices == [[20, 20], [23, 18], [20, 20]])
        let ends = Draws(choice: choice, count: 2, shifts: [3, -2]).references(for: 39, of: 40)[1]
        #expect(ends.first { $0.stack == 0 }?.slice == 39)
    }
}
