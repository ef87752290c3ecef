import Testing

@testable import Segmentation

@Suite("Settings that command line and pipeline share")
struct SegmentSettingsTests {
    @Test(
        "Whole numbers",
        arguments: [
            ("support", SegmentSettings.support, [1, 16, 512], [0, -1, 513], "1 to 512"),
            ("side", SegmentSettings.side, [64, 96, 128, 512], [0, 32, 100, 544], "a multiple of 32 from 64 to 512"),
            ("ensemble", SegmentSettings.ensemble, [1, 4], [0, 5], "1 to 4"),
        ])
    func whole(name: String, setting: Setting<Int>, allowed: [Int], refused: [Int], limits: String) {
        #expect(allowed.allSatisfy(setting.allows) && setting.allows(setting.standard), "\(name)")
        #expect(!refused.contains(where: setting.allows), "\(name)")
        #expect(setting.limits == limits)
    }

    @Test(
        "Numbers",
        arguments: [
            ("fusion", SegmentSettings.fusion, [0, 0.6, 1], [-0.1, 1.1, .nan], "0 to 1"),
            ("threshold", SegmentSettings.threshold, [0.01, 0.99], [0, 1, .nan], "a number above 0 and below 1"),
            ("smoothing", SegmentSettings.smoothing, [0.1, 20], [0, 20.5, .infinity, .nan], "above 0, at most 20"),
        ])
    func numbers(name: String, setting: Setting<Double>, allowed: [Double], refused: [Double], limits: String) {
        #expect(allowed.allSatisfy(setting.allows) && setting.allows(setting.standard), "\(name)")
        #expect(!refused.contains(where: setting.allows), "\(name)")
        #expect(setting.limits == limits)
    }
}
