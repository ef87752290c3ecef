/// When each slice of a volume was acquired, from the times that a Siemens mosaic states.
struct DICOMSliceTiming: Sendable {
    /// Seconds from the first slice, by slice; nil where no mosaic states them.
    private(set) var times: [Double]?
    /// What is odd about them.
    private(set) var notices: [String] = []

    /// Milliseconds of a day.
    private static let day = DICOMMoment.dayLength * 1000

    /// The timing of a series' mosaics, volume by volume. A volume is measured within its repetition time: times that
    /// span more are wrong (multiband sequences state so of their first volume), and the next volume's are taken.
    init(_ mosaics: [DICOMImageHeader]) {
        let candidates = mosaics.prefix(2).enumerated().compactMap { volume, image -> (volume: Int, times: [Double])? in
            guard let mosaic = image.mosaic, image.acquisition.sliceTimes.count == mosaic.slices else { return nil }
            return (volume, Self.unwrapped(image.acquisition.sliceTimes))
        }
        guard let first = candidates.first else { return }
        let repetition = mosaics[0].acquisition.repetitionTime
        let fitting = candidates.first { candidate in
            let span = (candidate.times.max() ?? 0) - (candidate.times.min() ?? 0)
            // Rounding to the scanner's raster may add a little.
            return repetition.map { span <= $0 + 10 } ?? (span < Self.day / 2)
        }
        guard let fitting else {
            notices.append("no SliceTiming: the slice times of the mosaic span more than the repetition time")
            return
        }
        if fitting.volume != first.volume {
            notices.append(
                "the slice times of volume \(first.volume) span more than the repetition time: SliceTiming is that of "
                    + "volume \(fitting.volume)")
        }
        let start = fitting.times.min() ?? 0
        times = fitting.times.map { (($0 - start) * 1e3).rounded() / 1e6 }
    }

    /// Times of day that pass midnight, on one scale.
    private static func unwrapped(_ times: [Double]) -> [Double] {
        guard let low = times.min(), let high = times.max(), high - low > day / 2 else { return times }
        return times.map { $0 < low + day / 2 ? $0 + day : $0 }
    }
}
