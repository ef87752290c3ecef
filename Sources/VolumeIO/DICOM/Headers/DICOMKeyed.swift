/// A value for each key that has one. It is what a dictionary would hold, in one array: every image has one or more, and
/// a key is found by its place.
struct DICOMKeyed<Value: Sendable & Hashable>: Sendable, Hashable {
    /// By the place of the key; empty while there is no value.
    private var values: [Value?] = []

    subscript(key: DICOMSplitKey) -> Value? {
        get { values.isEmpty ? nil : values[key.place] }
        set {
            if values.isEmpty {
                if newValue == nil { return }
                values = Array(repeating: nil, count: DICOMSplitKey.places)
            }
            values[key.place] = newValue
        }
    }
}

extension DICOMSplitKey {
    /// How many keys there are.
    fileprivate static let places = DICOMSplitKey.allCases.count

    /// From 0: one for each key.
    fileprivate var place: Int {
        switch self {
        case .imageType: 0
        case .echoTime: 1
        case .echoNumber: 2
        case .bValue: 3
        case .gradient: 4
        case .directionality: 5
        case .temporalPosition: 6
        case .spinLabel: 7
        case .triggerTime: 8
        case .frameReferenceTime: 9
        case .acquisition: 10
        case .acquisitionTime: 11
        case .contentTime: 12
        case .instance: 13
        case .orientation: 14
        case .stack: 15
        case .variant: 16
        }
    }
}
