import Volumes

/// What an MR image shows of the signal. Images of different components are never one image.
enum DICOMComponent: Sendable, Hashable {
    /// What is looked at unless another is named.
    case magnitude
    /// Phase, and the two parts of the complex signal.
    case phase, real, imaginary
    /// A map of the field, in hertz (Philips).
    case fieldMap
    /// What is separated by chemical shift.
    case water, fat, inPhase, outOfPhase
    /// The mean of several diffusion directions, beside volumes of single directions.
    case trace
    /// A map computed of others, by its name: `ADC`, `FA`, `T1`.
    case map(String)

    /// As dcm2niix ends the names of files; empty for a magnitude.
    var suffix: String {
        switch self {
        case .magnitude: ""
        case .phase: "_ph"
        case .real: "_real"
        case .imaginary: "_imaginary"
        case .fieldMap: "_fieldmaphz"
        case .water: "_water"
        case .fat: "_fat"
        case .inPhase: "_inphase"
        case .outOfPhase: "_outphase"
        case .trace: "_Trace"
        case .map(let name): "_\(name)"
        }
    }

    /// In a sentence.
    var name: String {
        switch self {
        case .magnitude: "magnitude"
        case .phase: "phase"
        case .real: "real part"
        case .imaginary: "imaginary part"
        case .fieldMap: "field map in Hz"
        case .water: "water"
        case .fat: "fat"
        case .inPhase: "in phase"
        case .outOfPhase: "out of phase"
        case .trace: "trace"
        case .map(let name): "\(name) map"
        }
    }

    /// Whether it is computed of images of several echoes, so that it has no echo of its own.
    var isComputed: Bool {
        switch self {
        case .fieldMap, .map: true
        default: false
        }
    }

    /// Whether dcm2niix ends the name of a series in it that holds nothing else.
    var isNamedAlone: Bool { [.phase, .real, .imaginary, .fieldMap].contains(self) }

    /// What ImageType (0008,0008) or FrameType (0008,9007) says, with ComplexImageComponent behind it. The first two
    /// values are the same for all vendors; letters stand for a component in the third and fourth only,
    /// alone or between underscores (Philips: `M_FFE`, `SW_P_FFE`).
    init(imageType: [String]) {
        let words = imageType.dropFirst(2).map { $0.uppercased().filter { $0 != " " } }
        func has(_ long: [String]) -> Bool { words.contains { long.contains($0) } }
        func holds(_ letter: String) -> Bool {
            words.prefix(2).contains { $0.split(separator: "_").contains(letter[...]) }
        }
        if has(["B0", "B0MAP", "B0_MAP", "FIELDMAP", "FIELD_MAP", "FIELDMAPHZ"]) {
            self = .fieldMap
        } else if let map = words.lazy.compactMap(Self.computedMap).first {
            self = .map(map)
        } else if has(["PHASE", "PHASEMAP", "PHASE_MAP", "VELOCITYMAP", "VELOCITY_MAP"]) || holds("P") {
            self = .phase
        } else if has(["REAL"]) || holds("R") {
            self = .real
        } else if has(["IMAGINARY"]) || holds("I") {
            self = .imaginary
        } else {
            self = Self.chemicalShift(words) ?? .magnitude
        }
    }

    private static func chemicalShift(_ words: [String]) -> DICOMComponent? {
        let letters = Set(words.prefix(2))
        let all = Set(words)
        if all.contains("WATER") || letters.contains("W") { return .water }
        if all.contains("FAT") || letters.contains("F") { return .fat }
        if !all.isDisjoint(with: ["IN_PHASE", "INPHASE"]) || letters.contains("IP") { return .inPhase }
        let opposed: Set<String> = ["OUT_OF_PHASE", "OUT_PHASE", "OPP_PHASE", "OUTPHASE"]
        return !all.isDisjoint(with: opposed) || letters.contains("OP") ? .outOfPhase : nil
    }

    /// The name of a computed map; nil for other words.
    private static func computedMap(_ word: String) -> String? {
        if diffusionMaps.contains(word) { return word == "EADC" ? "eADC" : word }
        return ["T1MAP": "T1map", "T2MAP": "T2map", "T2STARMAP": "T2starmap", "R2STARMAP": "R2starmap"][
            word.filter { $0 != "_" }]
    }

    /// Image types of maps that are computed from diffusion and have no b-value.
    static let diffusionMaps: Set<String> = ["ADC", "EADC", "FA", "COLFA", "RA", "VR", "TENSOR"]

    /// The order in which the parts of a series stand.
    var rank: Int {
        switch self {
        case .magnitude: 0
        case .phase: 1
        case .real: 2
        case .imaginary: 3
        case .water: 4
        case .fat: 5
        case .inPhase: 6
        case .outOfPhase: 7
        case .trace: 8
        case .map: 9
        case .fieldMap: 10
        }
    }
}

extension DICOMImageFields {
    /// What the image shows of the signal, as far as it says so itself.
    var component: DICOMComponent { DICOMComponent(imageType: imageType) }
}

extension [DICOMImageHeader] {
    /// What each shows. Images that follow each other mostly show the same.
    var components: [DICOMComponent] {
        var last: (imageType: [String], component: DICOMComponent)?
        return map { image in
            if let last, last.imageType == image.imageType { return last.component }
            let component = image.component
            last = (image.imageType, component)
            return component
        }
    }
}

/// An echo of a series with several.
struct DICOMEcho: Sendable, Hashable {
    /// From 1, as EchoNumbers (0018,0086) counts, or by rising time where it does not tell the echoes apart.
    var number: Int
    /// ms
    var time: Double
}

/// What an image is beside the unlike ones of its series.
struct DICOMImageKind: Sendable, Hashable {
    /// Nil where the series has one, and for what is computed of several.
    var echo: DICOMEcho?
    /// What it shows.
    var component: DICOMComponent

    /// As dcm2niix ends the names of files: `_e2_ph`.
    var suffix: String { (echo.map { "_e\($0.number)" } ?? "") + component.suffix }

    /// The kind of each of a series' images.
    static func kinds(_ images: [DICOMImageHeader]) -> [DICOMImageKind] {
        var components = zip(images, images.components).map { $0.variant == nil ? $1 : .magnitude }
        let directed = images.contains { ($0.acquisition.diffusion.gradient ?? .zero) != .zero }
        for n in images.indices where directed && components[n] == .magnitude && images[n].isTrace {
            components[n] = .trace
        }
        let echoes = echoes(images, components)
        return zip(images, components).map { image, component in
            let time = component.isComputed ? nil : image.echoTime
            return DICOMImageKind(echo: time.flatMap { echoes[$0] }, component: component)
        }
    }

    /// The echoes by their time; none where there is one, or where the components tell them apart already.
    private static func echoes(
        _ images: [DICOMImageHeader], _ components: [DICOMComponent]
    ) -> [Double: DICOMEcho] {
        var times: [DICOMComponent: Set<Double>] = [:]
        var numbers: [Double: Set<Int>] = [:]
        for (image, component) in zip(images, components) where !component.isComputed {
            guard let time = image.echoTime else { continue }
            times[component, default: []].insert(time)
            let number = image.keys[.echoNumber].flatMap { Int($0) }.flatMap { (1...10_000).contains($0) ? $0 : nil }
            numbers[time, default: []].formUnion(number.map { [$0] } ?? [])
        }
        guard times.values.contains(where: { $0.count > 1 }) else { return [:] }
        let all = numbers.keys.sorted()
        let stated = all.compactMap { numbers[$0]?.count == 1 ? numbers[$0]?.first : nil }
        let isStated = stated.count == all.count && Set(stated).count == all.count
        return Dictionary(
            uniqueKeysWithValues: all.enumerated().map { n, time in
                (time, DICOMEcho(number: isStated ? stated[n] : n + 1, time: time))
            })
    }
}

extension DICOMImageFields {
    /// EchoTime in ms to a microsecond; nil where none is stated, or 0 as in maps.
    fileprivate var echoTime: Double? {
        acquisition.echoTime.flatMap { $0 > 0 && $0 < 1e6 ? ($0 * 1e3).rounded() / 1e3 : nil }
    }

    /// Whether the image is weighted by diffusion and states that this has no direction.
    fileprivate var isTrace: Bool {
        if imageType.contains("TRACEW") { return true }
        let diffusion = acquisition.diffusion
        return (diffusion.bValue ?? 0) > DICOMGradientTable.reference && diffusion.gradient == .zero
    }
}
