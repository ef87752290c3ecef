import Foundation
import Pipelines
import Studies
import VolumeIO
import Volumes

/// The one image that `-i` names, or each of several.
struct InputImage {
    /// The image.
    let studyCase: StudyCase
    /// What lies beside it and is not read.
    let ignored: [IgnoredItem]

    /// Finds the image; with several series in a folder, `series` (a series instance UID) says which. Of the unlike images
    /// of one series it says which with their ending behind it (`1.2.3_e2`); without one it is the magnitude.
    init(_ path: String, series: String?, selection: InputSelection) throws {
        let study = try StudyDiscovery.discover(path, selection: selection)
        ignored = study.ignored
        var cases = try Self.choose(study.cases, at: path, series: series)
        let plain = cases.filter { Self.name($0) == series }
        if series != nil, plain.count == 1 { cases = plain }
        guard cases.count == 1 else { throw InputImageError.several(path, cases.map(Self.line)) }
        studyCase = cases[0]
    }

    /// The images of one series, or all.
    static func choose(_ cases: [StudyCase], at path: String, series: String?) throws -> [StudyCase] {
        guard let series else { return cases }
        let ofSeries = cases.filter { uid($0) == series }
        let chosen = ofSeries.isEmpty ? cases.filter { name($0) == series } : ofSeries
        if chosen.isEmpty { throw InputImageError.noSuchSeries(path, series, cases.map(line)) }
        return chosen
    }

    private static func uid(_ studyCase: StudyCase) -> String? {
        if case .dicom(let series, _) = studyCase.source { series.seriesInstanceUID } else { nil }
    }

    /// The series instance UID with the ending of the part.
    private static func name(_ studyCase: StudyCase) -> String? {
        if case .dicom(let series, _) = studyCase.source { series.seriesInstanceUID + series.suffix } else { nil }
    }

    static func line(_ studyCase: StudyCase) -> String {
        guard case .dicom(let series, _) = studyCase.source else { return studyCase.sourceDescription }
        let number = series.seriesNumber.map { "number \($0), " } ?? ""
        let part = series.part.map { ", \($0)" } ?? ""
        let name = series.seriesInstanceUID + series.suffix
        return "\(name) (\(number)\(series.modality)\(part), \(series.files.count) files)"
    }
}

/// Why `-i` does not name one image.
enum InputImageError: TomosError {
    case several(String, [String])
    case noSuchSeries(String, String, [String])

    var category: ErrorCategory {
        switch self {
        case .several: .badData
        case .noSuchSeries: .missingInput
        }
    }

    var description: String {
        switch self {
        case .several(let path, let images):
            "\(path): holds \(images.count) images; name one file, or choose one series with --series UID:\n  "
                + images.joined(separator: "\n  ")
        case .noSuchSeries(let path, let series, let images):
            "\(path): holds no series \(series); it holds:\n  " + images.joined(separator: "\n  ")
        }
    }
}
