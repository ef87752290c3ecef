import Platform
import Testing

@testable import Inference

/// Memory figures against the buffers that are really made.
@Suite
struct WorkspaceMemoryTests {
    /// Bytes of all aligned buffers reachable from a value's stored properties, each counted once.
    private func bytes(_ value: Any) -> Int {
        if let buffer = value as? AlignedBuffer { return AlignedBuffer.bytes(buffer.count) }
        return Mirror(reflecting: value).children.reduce(0) { $0 + bytes($1.value) }
    }

    @Test(arguments: [(64, 1, 1), (128, 16, 1), (128, 64, 3), (96, 130, 2), (256, 5, 1)])
    func aWorkspaceTakesWhatWasSaid(side: Int, supports: Int, threads: Int) throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let workspace = try network.makeWorkspace(side: side, supports: supports, threads: threads)
        let expected = bytes(workspace)
        #expect(expected > supports * side * side * 64)
        #expect(network.workspaceBytes(side: side, supports: supports, threads: threads) == expected)
    }

    @Test
    func networkAndSupportTakeWhatWasSaid() throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let parameters = network.weights.tensors.values.reduce(0) { $0 + $1.values.count }
        #expect(network.bytes == bytes(network.network) + 4 * parameters)
        let planes = [Float](repeating: 0, count: 3 * 64 * 64)
        let set = SupportSet(images: planes, labels: planes, side: 64)
        #expect(SupportSet.bytes(side: 64, supports: 3) == bytes(set) + 3)
    }

    /// The sums of a query's supports find room whatever number of them comes.
    @Test
    func groupsAreNeverMoreThanThereIsRoomFor() throws {
        for supports in 1...512 {
            let size = Workspace.groupSize(supports)
            #expect((supports + size - 1) / size <= min(16, (supports + 7) / 8))
        }
    }

    /// What was promised: one query with 64 supports within 512 MiB, with 16 within 200 MiB, all told.
    @Test(arguments: [(64, 512), (16, 200)])
    func budgets(supports: Int, mebibytes: Int) throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let query =
            network.workspaceBytes(side: 128, supports: supports) + SupportSet.bytes(side: 128, supports: supports)
        #expect(network.bytes + query < (mebibytes - 60) << 20)
    }
}
