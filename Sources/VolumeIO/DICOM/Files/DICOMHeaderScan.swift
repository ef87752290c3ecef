import Platform

/// Reads the headers of many files at a time.
enum DICOMHeaderScan {
    /// What each file is, in the order given. Throws `DICOMError.library`.
    static func outcomes(of files: [String]) throws -> [DICOMFileOutcome] {
        let outcomes = concurrentMap(files, threads: ThreadBudget.count) { file in
            Result { try DICOMFileReader.read(file) }
        }
        return try outcomes.map { try $0.get() }
    }
}
