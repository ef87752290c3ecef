/// When each slice of a volume was acquired, from the times that a Siemens mosaic states.
struct DICOMSliceTiming: Sendable {
    /// Seconds from the first slice, by slice; nil where no mosaic states them.
    private(set) var times: [Double]?
    /// What is odd about them.
    private(set) var notices: [String] = []

    /// Milliseconds of a day.
    private static let day = DICOMMoment.dayLength * 1000

    /// The timing of a series' mosaics, volume by volume: the second one's where there is one, since the first one's is
    /// now and then off by a step of the scanner's raster, or (multiband) by a day. A volume is measured within its
    /// repetition time, so that times that span more are wrong.
    init(_ mosaics: [DICOMImageHeader]) {
        let candidates = mosaics.prefix(2).enumerated().compactMap { volume, image -> (volume: Int, times: [Double])? in
            guard let mosaic = image.mosaic, image.acquisition.sliceTimes.count == mosaic.slices else { return nil }
            return (volume, Self.unwrapped(image.acquisition.sliceTimes))
        }
        guard let first = candidates.first else { return }
        let repetition = mosaics[0].acquisition.repetitionTime
        func fits(_ times: [Double]) -> Bool {
            let span = (times.max() ?? 0) - (times.min() ?? 0)
            // Rounding to the scanner's raster may add a little.
            return repetition.map { span <= $0 + 10 } ?? (span < Self.day / 2)
        }
        guard let fitting = candidates.last(where: { fits($0.times) }) else {
            notices.append("no SliceTiming: the slice times of the mosaic span more than the repetition time")
            return
        }
        if !fits(first.times) {
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
