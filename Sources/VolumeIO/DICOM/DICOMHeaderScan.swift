import Dispatch
import Synchronization

/// Reads the headers of many files at a time.
enum DICOMHeaderScan {
    /// What each file is, in the order given. Throws `DICOMError.library`.
    static func outcomes(of files: [String]) throws -> [DICOMFileOutcome] {
        let results = Mutex([Result<DICOMFileOutcome, any Error>?](repeating: nil, count: files.count))
        DispatchQueue.concurrentPerform(iterations: files.count) { n in
            let result = Result { try DICOMFileReader.read(files[n]) }
            results.withLock { $0[n] = result }
        }
        return try results.withLock { $0 }.compactMap { try $0?.get() }
    }
}
