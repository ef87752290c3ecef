import Foundation
import Platform

/// The root of a BIDS data set that conversion writes into.
public enum BIDSRawDataset {
    private struct Description: Encodable {
        struct Program: Encodable {
            var Name = "tomos"
            var Version = tomosVersion
        }

        var Name: String
        var BIDSVersion = "1.10.0"
        var DatasetType = "raw"
        var GeneratedBy = [Program()]
    }

    /// Writes `dataset_description.json` where there is none; one that is there stays as it is.
    /// - Returns: The file, when it was written.
    public static func describe(_ root: String) throws -> String? {
        let path = root + "/dataset_description.json"
        if FileManager.default.fileExists(atPath: path) { return nil }
        let name = URL(fileURLWithPath: root).standardizedFileURL.lastPathComponent
        try AtomicFile.write(try JSON.bytes(Description(Name: SafeText.words(name))), to: path)
        return path
    }
}
