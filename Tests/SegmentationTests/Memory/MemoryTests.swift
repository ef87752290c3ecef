import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

@Suite
struct MemoryTests {
    private let folder = TemporaryFolder()

    private func options(_ change: (inout SegmentOptions) -> Void = { _ in }) -> SegmentOptions {
        var options = SegmentOptions()
        options.support = 6
        options.threads = 3
        options.memory = .none
        change(&options)
        return options
    }

    @Test(arguments: [
        ("2 GiB", 2 << 30), ("2GiB", 2 << 30), ("1.5 gib", 3 << 29), ("512MiB", 512 << 20), ("800 MB", 800_000_000),
        ("1 kB", 1000), ("0.5 TiB", 1 << 39),
    ])
    func sizesAreRead(text: String, bytes: Int) { #expect(MemorySize(text)?.bytes == bytes) }

    @Test(arguments: [
        "", "2", "GiB", "2 G", "-1 GiB", "0 GiB", "nan GiB", "0x10 MiB", "1e3 MiB", "99999999999 TiB", "2 GiB b",
    ])
    func otherTextsAreNoSizes(text: String) {
        #expect(MemorySize(text) == nil)
        #expect(MemoryLimit(text) == nil)
    }

    @Test(arguments: [
        (2 << 30, "2 GiB"), (512 << 20, "512 MiB"), ((512 << 20) + 1, "513 MiB"), ((2 << 30) + 1, "2049 MiB"),
        (10 << 30 | 1, "10.1 GiB"),
    ])
    func sizesAreWrittenRoundedUp(bytes: Int, text: String) { #expect("\(MemorySize(bytes: bytes))" == text) }

    /// Version 2 (one line), version 1 (a line per controller, among them memory), and neither.
    @Test
    func controlGroupsAreFoundFromTheInnermostOut() {
        #expect(
            MachineMemory.limitFiles("0::/slurm/job_7\n") == [
                "/sys/fs/cgroup/slurm/job_7/memory.max", "/sys/fs/cgroup/slurm/memory.max",
                "/sys/fs/cgroup/memory.max",
            ])
        #expect(
            MachineMemory.limitFiles("9:cpu,cpuacct:/a\n8:memory:/a\n") == [
                "/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            ])
        #expect(MachineMemory.limitFiles("") == [])
        #expect(MachineMemory.size.bytes > 1 << 20)
        #expect((MachineMemory.peak?.bytes ?? 0) > 1 << 20)
    }

    @Test
    func whatIsNeededGrowsWithWhatIsAskedFor() throws {
        let pack = try Phantom.pack([1, 2], in: folder)
        let image = ImageOutline(shape: Shape(512, 512, 300), bytesPerVoxel: 2)
        func bytes(_ change: (inout SegmentOptions) -> Void) throws -> Int {
            try Segmenter(task: pack, options: options(change)).plan(for: image).need.bytes
        }
        let plain = try bytes { _ in }
        #expect(plain > image.shape.count * 6)
        #expect(try bytes { $0.threads = 4 } > plain)
        #expect(try bytes { $0.support = 64 } > plain + 3 * 58 * 20 << 15)
        #expect(try bytes { $0.side = 192 } > plain)
        #expect(try bytes { $0.clean = [.smooth(millimetres: 5)] } > plain)
    }

    @Test
    func tooMuchIsRefusedWithTheFigureAndTheWayOut() throws {
        let pack = try Phantom.pack([1, 2], in: folder)
        let query = Phantom(seed: 9).volume
        let plan = try Segmenter(task: pack, options: options()).plan(for: ImageOutline(query))
        #expect(plan.threads == 3 && plan.support == 6 && plan.limit == nil && plan.notice == nil)
        let limit = MemorySize(bytes: plan.need.bytes - 1)
        let tight = options { $0.memory = .size(limit) }
        let error = #expect(throws: MemoryError.self) {
            try Segmenter(task: pack, options: tight, images: [ImageOutline(query)])
        }
        #expect(error?.category == .limitExceeded)
        #expect(
            error?.description
                == "48x44x16 voxels with 6 support slices and 3 jobs take \(plan.need), and the limit is \(limit); "
                + "2 jobs with 6 support slices would fit: use fewer jobs (run.jobs, --jobs) or support slices "
                + "(segment.support, --support), a larger limit (run.memory, --memory), or let the program use less "
                + "(run.reduce: allowed, --allow-reduce)")
        // Segmenting checks by itself, and one image that fits is enough for a run to begin.
        let segmenter = try Segmenter(
            task: pack, options: tight,
            images: [
                ImageOutline(query),
                ImageOutline(
                    shape: Shape(20, 20, 1), bytesPerVoxel: 1,
                    geometry: Geometry(shape: Shape(20, 20, 1), affine: .identity)),
            ])
        #expect(throws: MemoryError.self) { try segmenter.segment(query) }
        #expect(throws: MemoryError.self) {
            try Segmenter(task: pack, options: options { $0.memory = .size(MemorySize(bytes: 1 << 20)) })
        }
    }

    /// A reduced run is the run that would have been asked for.
    @Test
    func reducingTakesWorkersFirstAndThenSupport() throws {
        let pack = try Phantom.pack([1, 2], in: folder)
        let query = Phantom(seed: 9).volume
        func need(threads: Int, support: Int) throws -> Int {
            let options = options { ($0.threads, $0.support, $0.choose) = (threads, support, .position) }
            return try Segmenter(task: pack, options: options).plan(for: ImageOutline(query)).need.bytes
        }
        func reduced(to bytes: Int) throws -> Segmenter {
            try Segmenter(
                task: pack,
                options: options {
                    // Without registration, which takes more than a small image's slices do.
                    ($0.memory, $0.choose) = (.size(MemorySize(bytes: bytes)), .position)
                    $0.allowsReduction = true
                })
        }
        let fewer = try reduced(to: need(threads: 2, support: 6)).plan(for: ImageOutline(query))
        #expect(fewer.threads == 2 && fewer.support == 6)
        #expect(fewer.askedThreads == 3 && fewer.askedSupport == nil)
        let result = try reduced(to: need(threads: 1, support: 4)).segment(query)
        #expect(result.plan.threads == 1 && result.plan.support == 4)
        let limit = try #require(result.plan.limit)
        #expect(
            result.notices.contains(
                "memory: 1 job instead of 3 and 4 support slices instead of 6, to stay within \(limit)"))
        let direct = try Segmenter(
            task: pack, options: options { ($0.threads, $0.support, $0.choose) = (1, 4, .position) }
        ).segment(query)
        let isSame = result.labels == direct.labels
        #expect(isSame)
        #expect(direct.plan.notice == nil)
    }

    @Test
    func emptySlicesAreSkippedOnlyWhenAsked() throws {
        let pack = try Phantom.pack([1, 2], in: folder)
        var query = Phantom(seed: 9)
        // Slices 5 and 6 lose their content, in the middle of both labels.
        guard case .int16(var voxels) = query.volume.voxels else { return }
        let plane = 48 * 44
        for n in 5 * plane..<7 * plane { voxels[n] = 40 }
        query.volume.voxels = .int16(voxels)
        let whole = try Segmenter(task: pack, options: options()).segment(query.volume)
        let skipped = try Segmenter(task: pack, options: options { $0.skipsEmpty = true }).segment(query.volume)
        let notice = "2 of 16 slices hold one value only and became background (skip-empty)"
        #expect(skipped.notices.contains(notice))
        #expect(!whole.notices.contains { $0.contains("skip-empty") })
        #expect(skipped.labels.voxels[5 * plane..<7 * plane].allSatisfy { $0 == 0 })
        // The others are as before.
        let isSame =
            skipped.labels.voxels[..<(5 * plane)] == whole.labels.voxels[..<(5 * plane)]
            && skipped.labels.voxels[(7 * plane)...] == whole.labels.voxels[(7 * plane)...]
        #expect(isSame)
    }

    @Test
    func theSideCanBeChosen() throws {
        let pack = try Phantom.pack([1, 2, 3], in: folder)
        let query = Phantom(seed: 9)
        let result = try Segmenter(task: pack, options: options { $0.side = 96 }).segment(query.volume)
        for id in [UInt16(1), 5] { #expect(dice(result.labels, query.truth, id) > 0.8) }
        let error = #expect(throws: SegmentationError.sideOutOfRange(100)) {
            try Segmenter(task: pack, options: options { $0.side = 100 })
        }
        #expect(error?.category == .badConfiguration)
    }
}
