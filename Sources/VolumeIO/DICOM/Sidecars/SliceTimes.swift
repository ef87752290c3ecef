/// When the slices of a volume were acquired, in seconds from the first of them.
struct SliceTimes {
    /// By slice, in the order of the grid; nil where nothing says.
    private(set) var seconds: [Double]?

    /// Looks for times where each vendor keeps them. Only what is acquired slice by slice has any.
    init(_ source: SidecarSource) {
        if let times = source.mosaicTiming.times {
            seconds = times
            return
        }
        guard source.sliceCount > 1, source.is2D, source.isEchoPlanar else { return }
        let found: [Double]?
        switch source.vendor {
        case .siemens, .other: found = Self.frames(source) ?? Self.order(source)
        case .uih: found = Self.grid(source) ?? Self.frames(source)
        case .ge: found = Self.ge(source)
        case .philips, .canon: found = nil
        }
        seconds = found.map(Self.fromFirst)
    }

    private static func fromFirst(_ times: [Double]) -> [Double] {
        let start = times.min() ?? 0
        return times.map { (($0 - start) * 1e6).rounded() / 1e6 }
    }

    // MARK: Times of day

    /// Acquisition times of single slices or frames, of the first volume whose times lie within its repetition time.
    ///
    /// A file's slices state their own times only where these differ.
    private static func frames(_ source: SidecarSource) -> [Double]? {
        for volume in source.volumes.prefix(2) where volume.count == source.sliceCount {
            let moments = volume.map { $0.acquisition.moments[.acquisitionTime] }
            // Slices are not acquired in the order of their numbers, so that these do not count at midnight.
            let times = DICOMTimeline.seconds(moments, numbers: volume.map { _ in 0 }).compactMap { $0 }
            if times.count == volume.count, fits(times, source) { return times }
        }
        return nil
    }

    /// Whether times can be those of the slices of one volume: they differ, and span less than its repetition time.
    private static func fits(_ times: [Double], _ source: SidecarSource) -> Bool {
        guard let low = times.min(), let high = times.max(), high > low,
            let repetition = source.image.acquisition.repetitionTime
        else { return false }
        // Rounding to the scanner's raster may add a little.
        return high - low <= repetition / 1000 + 0.01 && Set(times).count > 1
    }

    /// The acquisition times of the tiles of a UIH grid.
    private static func grid(_ source: SidecarSource) -> [Double]? {
        guard let mosaic = source.image.mosaic, !mosaic.positions.isEmpty,
            let tag = source.attributes.tag(private: 0x51, .uih)
        else { return nil }
        let moments = source.attributes.file.items(tag).map { item in
            item.text(DICOMTag(0x0008, 0x002A)).flatMap { DICOMMoment(dateTime: $0) }
                ?? DICOMMoment(
                    date: item.text(DICOMTag(0x0008, 0x0022)), time: item.text(DICOMTag(0x0008, 0x0032)))
        }
        let times = DICOMTimeline.seconds(moments, numbers: moments.map { _ in 0 }).compactMap { $0 }
        return times.count == mosaic.slices && fits(times, source) ? times : nil
    }

    // MARK: Order of slices

    /// Of older Siemens software, which states the order of slices alone: they fill the repetition time evenly.
    private static func order(_ source: SidecarSource) -> [Double]? {
        guard let header = source.siemensProtocol, let mode = header.number("sSliceArray.ucMode"),
            let repetition = source.image.acquisition.repetitionTime, source.image.mosaic != nil,
            header["sSliceArray.ucImageNumbTra"] == nil, header["sSliceArray.ucImageNumbSag"] == nil,
            header["sSliceArray.ucImageNumbCor"] == nil, source.multibandFactor ?? 1 == 1
        else { return nil }
        let count = source.sliceCount
        let order: [Int]
        switch mode {
        case 1: order = Array(0..<count)
        case 2: order = (0..<count).reversed()
        // An even number of slices begins with the second one.
        case 4: order = interleaved(count, startsWithSecond: count % 2 == 0)
        default: return nil
        }
        return spread(order, over: repetition / 1000 - (source.delay ?? 0))
    }

    private static func interleaved(_ count: Int, startsWithSecond: Bool) -> [Int] {
        let (even, odd) = (Array(stride(from: 0, to: count, by: 2)), Array(stride(from: 1, to: count, by: 2)))
        return startsWithSecond ? odd + even : even + odd
    }

    /// Times of slices acquired one after the other in `order`, evenly over `span` seconds.
    private static func spread(_ order: [Int], over span: Double) -> [Double]? {
        guard span > 0 else { return nil }
        var times = [Double](repeating: 0, count: order.count)
        for (n, slice) in order.enumerated() { times[slice] = span * Double(n) / Double(order.count) }
        return times
    }

    // MARK: GE

    /// GE's timer of each slice, else its trigger times, else the order that the scan protocol states.
    private static func ge(_ source: SidecarSource) -> [Double]? {
        guard let volume = source.volumes.first, volume.count == source.sliceCount,
            // Of a volume cut down to some of its slices the order says nothing.
            source.number(private: 0x4F, .geRelation).map({ $0 == Double(volume.count) }) ?? true
        else { return nil }
        let multiband = source.multibandFactor ?? 1
        if multiband == 1, let times = GESliceClock(source).times { return times }
        return geOrder(source, volume, multiband: multiband)
    }

    /// The order of GE's EPI by its scan protocol: sequential or interleaved, from the first slice prescribed.
    /// Diffusion (`epi2`) is always interleaved. Several bands make volumes of an odd number of excitations, which older
    /// software and diffusion reach by an excitation more. (dcm2niix's issues 311, 544, 635 and 933)
    private static func geOrder(
        _ source: SidecarSource, _ volume: [DICOMImageHeader], multiband: Double
    ) -> [Double]? {
        guard let repetition = source.image.acquisition.repetitionTime, let bands = Int(exactly: multiband), bands > 0,
            volume.count % bands == 0, let header = source.geProtocol
        else { return nil }
        let isDiffusion = source.text(private: 0x9E, .geAcquisition) == "EPI2"
        let isInterleaved: Bool
        switch header["SLICEORDER"] {
        case "0" where !isDiffusion: isInterleaved = false
        case "1": isInterleaved = true
        default:
            guard isDiffusion else { return nil }
            isInterleaved = true
        }
        // Where gradients take turns to cool, a volume takes several repetitions.
        if isDiffusion, let turns = source.number(private: 0xB3, .geAcquisition), turns > 1 { return nil }
        let excitations = volume.count / bands
        // With several bands an even number is acquired in ways that differ with the software.
        guard bands == 1 || excitations % 2 == 1 else { return nil }
        let order = isInterleaved ? interleaved(excitations, startsWithSecond: false) : Array(0..<excitations)
        guard let times = spread(order, over: repetition / 1000) else { return nil }
        // Slices are numbered from the first one prescribed, which may lie at the far end of the grid.
        let numbers = volume.map(\.instanceOrder)
        let ranks = numbers.map { number in numbers.filter { $0 < number }.count }
        guard Set(ranks).count == ranks.count else { return nil }
        return ranks.map { times[$0 % excitations] }
    }
}

/// The times that some GE sequences state in each slice: a timer (0021,xx5E), or the trigger time.
private struct GESliceClock {
    private(set) var times: [Double]?

    /// The second volume's where there are two, since the first one's are often wrong (dcm2niix's notes on GE).
    init(_ source: SidecarSource) {
        let volume = source.volumes.count > 1 ? source.volumes[1] : source.volumes[0]
        guard let repetition = source.image.acquisition.repetitionTime, volume.count == source.sliceCount else {
            return
        }
        func judged(_ times: [Double], _ scale: Double) -> [Double]? {
            Self.judged(times.map { $0 * scale }, volume.count, repetition / 1000)
        }
        if let timer = source.number(private: 0x5E, .geRelation), timer != 0 {
            let timers = Self.timers(volume)
            // Seconds, or ten thousandths of seconds in old software.
            times = judged(timers, 1) ?? judged(timers, 1e-4)
        }
        times = times ?? judged(volume.compactMap { $0.keys[.triggerTime].flatMap(finiteNumber) }, 1e-3)
    }

    /// The timers of a volume's slices, which stand in their files alone.
    private static func timers(_ volume: [DICOMImageHeader]) -> [Double] {
        volume.compactMap { image in
            guard let file = try? DCMTKFile(image.path, .header) else { return nil }
            let attributes = DICOMAttributes(file: file)
            return attributes.text(private: 0x5E, .geRelation).flatMap(SidecarSource.number)
        }
    }

    /// Times of all slices that differ from each other and span most of a volume, but no more.
    private static func judged(_ times: [Double], _ count: Int, _ repetition: Double) -> [Double]? {
        guard times.count == count, Set(times).count == count, let low = times.min(), let high = times.max(),
            high - low < repetition, high - low > 0.5 * repetition * Double(count - 1) / Double(count)
        else { return nil }
        return times
    }
}
