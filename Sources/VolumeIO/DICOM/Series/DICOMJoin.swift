import Volumes

/// Volumes of one acquisition that the scanner put under several series UIDs: echoes, points in time or b-values of one
/// grid, protocol and description whose series follow each other. Nothing states that they belong together, so that they
/// are joined only where a person asks for it.
struct DICOMJoin {
    /// The series, in the order of their numbers.
    let series: [DICOMSeries]
    /// What tells their volumes apart.
    let keys: [DICOMSplitKey]

    /// What may tell volumes of one acquisition apart. Numbers of images say nothing of several series.
    private static let allowed: Set<DICOMSplitKey> = [
        .echoTime, .echoNumber, .bValue, .gradient, .directionality, .temporalPosition, .triggerTime,
        .frameReferenceTime, .acquisition, .acquisitionTime,
    ]
    private static let measures: Set<DICOMSplitKey> = [.echoTime, .bValue, .gradient, .temporalPosition]

    /// What may be joined among series in the order of study and number: each as long as it goes.
    static func all(_ series: [DICOMSeries]) -> [Range<Int>: DICOMJoin] {
        var found: [Range<Int>: DICOMJoin] = [:]
        var start = 0
        while start < series.count {
            var end = start + 1
            while end < series.count, isLike(series[start], series[end]), isWhole(series[end]),
                end > start + 1 || isWhole(series[start])
            { end += 1 }
            if end - start > 1, let join = DICOMJoin(Array(series[start..<end])) {
                found[start..<end] = join
            }
            start = end
        }
        return found
    }

    /// Nil where nothing that may tells the volumes apart.
    private init?(_ series: [DICOMSeries]) {
        let images = series.flatMap(\.images)
        guard let split = try? DICOMVolumeSplit(images, series: "", allowsOnePosition: false),
            split.volumes.count == series.count, split.keys.allSatisfy(Self.allowed.contains),
            split.volumes.allSatisfy({ volume in volume.allSatisfy { $0.series == volume[0].series } })
        else { return nil }
        // A number of an acquisition is one of a point in time where that is stated.
        let hasTimes = images.allSatisfy { $0.acquisition.moments[.acquisitionTime] != nil }
        guard hasTimes || !split.keys.contains(.acquisition) else { return nil }
        (self.series, keys) = (series, split.keys)
    }

    /// Whether the series are likely one acquisition: two of one grid may be a scan and its repetition.
    var isOffered: Bool { series.count > 2 || !Self.measures.isDisjoint(with: keys) }

    /// The series as one.
    var joined: DICOMSeries {
        var one = series[0]
        one.images = series.flatMap(\.images)
        one.notices = series.flatMap(\.notices).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        one.notices.append("\(name) are joined: \(reason)")
        return one
    }

    /// That they may be joined.
    var offer: String { "\(name) may be one acquisition: \(reason) (convert --join makes one 4-D image of them)" }

    private var name: String {
        let numbers = series.compactMap { $0.seriesNumber.map { "\($0)" } }
        guard numbers.count == series.count, numbers.count <= 4 else {
            let ends = [numbers.first, numbers.last].compactMap(\.self).joined(separator: " to ")
            return "\(series.count) series\(ends.isEmpty ? "" : " (\(ends))")"
        }
        return "the series " + numbers.joined(separator: ", ")
    }

    private var reason: String {
        "one grid, protocol and description, told apart by \(keys.map(\.name).joined(separator: ", "))"
    }
}

extension DICOMJoin {
    // MARK: What belongs together

    /// Whether the series is one volume, complete as far as is known, of one kind of image.
    private static func isWhole(_ series: DICOMSeries) -> Bool {
        guard series.part == nil, series.unreadable.isEmpty, series.absent.isEmpty, let first = series.images.first,
            first.mosaic != nil || series.images.count > 1, first.variant == nil
        else { return false }
        return Set(series.images.components).count == 1
            && DICOMVolumeSplit.positions(series.images).allSatisfy { $0.count == 1 }
    }

    /// Whether two series are of one study, protocol, description and grid, and have different UIDs.
    private static func isLike(_ a: DICOMSeries, _ b: DICOMSeries) -> Bool {
        guard let one = a.images.first, let other = b.images.first, a.images.count == b.images.count,
            !a.studyInstanceUID.isEmpty, a.seriesDescription?.isEmpty == false,
            a.studyInstanceUID == b.studyInstanceUID, a.modality == b.modality,
            a.seriesDescription == b.seriesDescription,
            a.seriesInstanceUID != b.seriesInstanceUID, DICOMSeriesIdentity.isStated(a.seriesInstanceUID),
            one.acquisition.protocolName == other.acquisition.protocolName,
            one.frameOfReference == other.frameOfReference, one.patient.mayBe(other.patient),
            one.component == other.component, one.imageType.prefix(2) == other.imageType.prefix(2)
        else { return false }
        return haveOneGrid(a.images, b.images)
    }

    private static func haveOneGrid(_ a: [DICOMImageHeader], _ b: [DICOMImageHeader]) -> Bool {
        let (one, other) = (a[0], b[0])
        guard (one.rows, one.columns, one.mosaic != nil) == (other.rows, other.columns, other.mosaic != nil),
            abs(one.rowSpacing - other.rowSpacing) <= 1e-4, abs(one.columnSpacing - other.columnSpacing) <= 1e-4,
            (a + b).allSatisfy({
                ($0.rowDirection - one.rowDirection).length <= 1e-4
                    && ($0.columnDirection - one.columnDirection).length <= 1e-4
            })
        else { return false }
        let places = [a, b].map { DICOMVolumeSplit.positions($0).map { $0[0].position } }
        return places[0].count == places[1].count
            && zip(places[0], places[1]).allSatisfy { ($0 - $1).length <= 10 * DICOMVolumeSplit.samePlace }
    }
}

extension [DICOMSeries] {
    /// Joins what may be joined where the policies say so, and offers it otherwise. The series are in the order of study
    /// and number.
    func joined(_ policies: DICOMPolicies) -> [DICOMSeries] {
        var (result, next) = ([DICOMSeries](), 0)
        for (range, join) in DICOMJoin.all(self).sorted(by: { $0.key.lowerBound < $1.key.lowerBound }) {
            result += self[next..<range.lowerBound]
            if policies.joins {
                result.append(join.joined)
            } else {
                var series = Array(self[range])
                if join.isOffered { series[0].notices.append(join.offer) }
                result += series
            }
            next = range.upperBound
        }
        return result + self[next...]
    }
}
