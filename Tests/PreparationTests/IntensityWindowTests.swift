import Testing
import Volumes

@testable import Preparation

/// A row of voxels 1 mm apart.
func row(
    _ voxels: VoxelBuffer, scaling: ValueScaling = .identity, modality: String? = nil,
    padding: ClosedRange<Double>? = nil
) -> Volume {
    Volume(
        geometry: Geometry(shape: Shape(voxels.count, 1, 1), affine: .identity), voxels: voxels, scaling: scaling,
        modality: modality, padding: padding)
}

@Suite struct IntensityWindowTextTests {
    @Test(arguments: [
        ("auto", IntensityWindow.automatic, "auto"), ("none", .minMax, "none"),
        ("ct", .range(lower: -500, upper: 1000), "range(-500, 1000)"),
        ("MR", .percentile(lower: 0.5, upper: 99.5), "percentile(0.5, 99.5)"),
        ("range(-160,240)", .range(lower: -160, upper: 240), "range(-160, 240)"),
        (" Range( 0.25 , 1e3 ) ", .range(lower: 0.25, upper: 1000), "range(0.25, 1000)"),
        ("percentile(0, 100)", .percentile(lower: 0, upper: 100), "percentile(0, 100)"),
        ("percentile(0.5, 99.5)", .percentile(lower: 0.5, upper: 99.5), "percentile(0.5, 99.5)"),
    ]) func readsAndPrints(_ text: String, _ window: IntensityWindow, _ printed: String) {
        #expect(IntensityWindow(text) == window)
        #expect("\(window)" == printed)
        #expect(IntensityWindow(printed) == window)
    }

    @Test(arguments: [
        "", "automatic", "range", "range()", "range(1)", "range(1, 2, 3)", "range(2, 1)", "range(1, 1)", "range(a, b)",
        "range(1, 2", "range 1 2", "range(nan, 2)", "range(0, inf)", "percentile(-1, 50)", "percentile(0, 100.5)",
        "percentile(99, 1)", "percentile(, 5)", "(1, 2)", "window(1, 2)", "range(1, 2))",
    ]) func refusesNonsense(_ text: String) {
        #expect(IntensityWindow(text) == nil)
    }
}

@Suite struct IntensityScaleTests {
    @Test func ctTakesItsFixedWindow() throws {
        let scale = try IntensityWindow.automatic.scale(for: row(.int16([-1024, -200, 50, 3000]), modality: "CT"))
        #expect((scale.lower, scale.upper, scale.notice) == (-500, 1000, nil))
    }

    @Test func theVolumeInsideTheWindowSetsTheRange() throws {
        // Values -200...300 lie inside -500...1000: window first, then min-max over the volume.
        let scale = try IntensityWindow.ct.scale(for: row(.int16([-200, 50, 300])))
        #expect((scale.lower, scale.upper) == (-200, 300))
        #expect(scale(50) == 0.5)
    }

    @Test func otherModalitiesTakePercentilesAboveZero() throws {
        // numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], [0.5, 99.5])
        let voxels = VoxelBuffer.int16([-5, 0, 0, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])
        for modality in ["MR", nil, "PT"] {
            let scale = try IntensityWindow.automatic.scale(for: row(voxels, modality: modality))
            #expect(abs(scale.lower - 1) < 1e-12 && abs(scale.upper - 8.85) < 1e-12)
        }
        let quartile = try IntensityWindow.percentile(lower: 25, upper: 50).scale(for: row(voxels))
        #expect((quartile.lower, quartile.upper) == (2.5, 4))
    }

    @Test func noneTakesTheWholeRange() throws {
        let scale = try IntensityWindow.minMax.scale(for: row(.float32([3, -1, 7])))
        #expect((scale.lower, scale.upper) == (-1, 7))
    }

    @Test func mapsAndClamps() throws {
        let scale = IntensityScale(lower: 10, upper: 30)
        #expect([0, 10, 15, 30, 99, -.infinity, .infinity, .nan].map { scale($0) } == [0, 0, 0.25, 1, 1, 0, 1, 0])
    }

    @Test func paddingAndNonFiniteVoxelsCountForNothing() throws {
        let padded = try IntensityWindow.minMax.scale(for: row(.int16([-2000, 5, 9, 3000]), padding: -2000...(-2000)))
        #expect((padded.lower, padded.upper) == (5, 3000))
        let range = try IntensityWindow.percentile(lower: 0, upper: 100)
            .scale(for: row(.int16([1, 5, 9, 3000]), padding: 2000...4000))
        #expect((range.lower, range.upper) == (1, 9))
        let floats = try IntensityWindow.percentile(lower: 0, upper: 100)
            .scale(for: row(.float32([.nan, .infinity, 2, 4, -.infinity])))
        #expect((floats.lower, floats.upper) == (2, 4))
    }

    @Test func slicesArePreparedWithPaddingAtZero() {
        let volume = row(.int16([-2000, 0, 50, 100]), padding: -2000...(-2000))
        let scale = IntensityScale(lower: -100, upper: 100)
        let slice = volume.slice(0, in: SliceLayout(volume.geometry, plane: .native), scale: scale)
        #expect(slice.values == [0, 0.5, 0.75, 1])
    }

    @Test func nothingAboveZeroFallsBackWithANotice() throws {
        let scale = try IntensityWindow.mr.scale(for: row(.int16([-5, -1, 0])))
        #expect((scale.lower, scale.upper) == (-5, 0))
        #expect(
            scale.notice == "no voxel is above 0, so the window percentile(0.5, 99.5) became the volume's range")
    }

    @Test(arguments: [IntensityWindow.minMax, .mr, .ct, .automatic]) func aConstantVolumeIsZeroWithANotice(
        _ window: IntensityWindow
    ) throws {
        let scale = try window.scale(for: row(.uint8([7, 7, 7])))
        #expect([0, 7, 100].map { scale($0) } == [0, 0, 0])
        let notice = try #require(scale.notice)
        #expect(notice.hasPrefix("all values (7 to 7) are the same once clipped to the window "))
    }

    @Test func aVolumeOutsideTheWindowIsZeroWithANotice() throws {
        let scale = try IntensityWindow.ct.scale(for: row(.int16([2000, 3000])))
        #expect(scale(2500) == 0)
        #expect(
            scale.notice
                == "all values (2000 to 3000) are the same once clipped to the window range(-500, 1000), "
                + "so the image is empty")
    }

    @Test func nothingMeasuredIsAnError() {
        #expect(throws: PreparationError.nothingMeasured(Shape(2, 1, 1))) {
            try IntensityWindow.automatic.scale(for: row(.float32([.nan, .infinity])))
        }
        #expect(
            "\(PreparationError.nothingMeasured(Shape(2, 1, 1)))"
                == "all 2 voxels of the 2x1x1 volume are padding, NaN or infinite; there is nothing to segment "
                + "(check the export)")
    }

    @Test func windowsMadeInCodeAreChecked() {
        let window = IntensityWindow.range(lower: 5, upper: 5)
        #expect(throws: PreparationError.unusableWindow(window)) { try window.scale(for: row(.int8([1, 2]))) }
        #expect(
            "\(PreparationError.unusableWindow(window))"
                == "window range(5, 5): the lower bound must be below the upper, percentiles within 0 to 100 "
                + "(for example range(-500, 1000) or percentile(0.5, 99.5))")
    }
}

@Suite struct PercentileTests {
    /// 5000 pseudo-random numbers of 31 bits: x <- 1103515245 x + 12345 mod 2^31 from 12345.
    static let numbers: [Int] = {
        var x = 12345
        return (0..<5000).map { _ in
            x = (1_103_515_245 &* x &+ 12345) & 0x7fff_ffff
            return x
        }
    }()

    // numpy 2's percentile(v[v > 0], [0.5, 37.2, 99.5]) of the same voxels as float64.
    static let cases: [(VoxelBuffer, [Double])] = [
        (.uint8(numbers.map { UInt8(($0 >> 8) % 200) }), [1.0, 72.0, 199.0]),
        (.int8(numbers.map { Int8(($0 >> 8) % 200 - 100) }), [1.0, 37.0, 99.0]),
        (.uint16(numbers.map { UInt16(($0 >> 8) % 60000) }), [302.98, 22426.884000000002, 59685.03]),
        (.int16(numbers.map { Int16(($0 >> 8) % 4000 - 1000) }), [19.63, 1106.0720000000001, 2982.0]),
        (.uint32(numbers.map { UInt32($0 * 2) }), [20674433.45, 1599228586.296, 4277189324.38]),
        (.int32(numbers.map { Int32($0 - 1 << 30) }), [4820656.149999999, 402956976.26000005, 1068908723.5]),
        (
            .uint64(numbers.map { UInt64($0) << 33 }),
            [8.879601553107845e+16, 6.868634476969634e+18, 1.8370388267012436e+19]
        ),
        (
            .int64(numbers.map { Int64($0 - 1 << 30) * 1_000_003 }),
            [4820670611968.45, 402958185130928.8, 1068911930226170.5]
        ),
        (
            .float32(numbers.map { Float(Double($0 >> 8) / 1000 - 1000) }),
            [46.58003988265991, 2751.1056855468755, 7355.808723144531]
        ),
        (.float64(numbers.map { Double($0) / 1e5 - 5000 }), [73.45963375000001, 6054.1144402, 16409.6970135]),
    ]

    @Test(arguments: cases) func agreeWithNumPyForEveryStoredType(_ voxels: VoxelBuffer, _ expected: [Double]) throws {
        let found = try #require(VoxelStatistics(volume: row(voxels)).percentilesAboveZero([0.5, 37.2, 99.5]))
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-12 * abs(b)) }
    }

    @Test func aNegativeSlopeTurnsTheOrder() throws {
        // numpy.percentile(v[v > 0], [0.5, 99.5]), v = stored * -0.25 + 300.
        let volume = row(
            .int16(Self.numbers.map { Int16(($0 >> 8) % 4000 - 1000) }),
            scaling: ValueScaling(slope: -0.25, intercept: 300))
        #expect(try #require(VoxelStatistics(volume: volume).percentilesAboveZero([0.5, 99.5])) == [3.25, 547.79])
        #expect(VoxelStatistics(volume: volume).range() == -449.5...549.75)
    }

    @Test func signedZerosAndExtremesKeepTheirOrder() throws {
        let floats: [Float] = [
            -0.0, 0, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -1, 1,
        ]
        #expect(floats.map { Float.asDouble(key: $0.key) } == floats.map(Double.init))
        #expect(floats.sorted { $0.key < $1.key } == floats.sorted())
        let integers: [Int64] = [.min, -1, 0, 1, .max]
        #expect(integers.map { Int64.asDouble(key: $0.key) } == integers.map(Double.init))
        #expect(integers.sorted { $0.key < $1.key } == integers)
    }
}
