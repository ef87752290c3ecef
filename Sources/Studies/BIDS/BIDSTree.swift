import Foundation
import VolumeIO

/// What of a BIDS data set is an image to segment: the anatomical images of the raw data.
enum BIDSTree {
    /// Whether a folder is the root of a BIDS data set: it says so, or holds `sub-*` folders with an `anat` folder.
    static func isRoot(_ folder: String) -> Bool {
        if FileManager.default.fileExists(atPath: folder + "/dataset_description.json") { return true }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("sub-") }.contains { subject in
            let inside = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + subject)) ?? []
            return inside.contains { $0 == "anat" || $0.hasPrefix("ses-") }
        }
    }

    /// Why a folder of the data set is left out; nil when it may hold images.
    /// - Parameter named: Whether the pipeline asks for this folder by its name.
    static func reasonToSkip(folder path: String, named: (String) -> Bool) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last, !named(name) else { return nil }
        if parts.count == 1, ["derivatives", "sourcedata", "code", "stimuli", "phenotype"].contains(name) {
            return "BIDS \(name), not raw images"
        }
        let isData = parts[0].hasPrefix("sub-") && (parts.count == 3 || parts.count == 2 && !name.hasPrefix("ses-"))
        if isData,
            ["func", "dwi", "fmap", "perf", "eeg", "ieeg", "meg", "beh", "micr", "nirs", "motion", "mrs"].contains(name)
        {
            return "BIDS \(name), not anatomical images (name the folder in input.include to take it)"
        }
        return nil
    }

    /// Whether a file name says label map or mask rather than image.
    static func isLabelMap(_ name: String) -> Bool {
        VolumeFileName(name).map { BIDSName($0.stem).isLabelMap } ?? false
    }
}
