import Synchronization

/// What was found when a series was sorted and checked, kept for those who ask again: of thousands of images that takes
/// longer than to read them.
final class DICOMJudgement: Sendable {
    private let found = Mutex<Result<DICOMVolumes, any Error>?>(nil)

    /// The series' volumes, or why it has none.
    func volumes(of series: DICOMSeries) throws -> DICOMVolumes {
        try found.withLock { found in
            let result = found ?? Result { try DICOMVolumes(series) }
            found = result
            return result
        }.get()
    }
}
