import Segmentation
import Studies

@testable import Pipelines

/// Outcomes as a run would have them.
enum Outcomes {
    /// A label of a case.
    static func structure(
        _ id: UInt16 = 1, dice: Double? = nil, promise: Double = 0.9, mm3: Double = 1000, flags: [StructureFlag] = []
    ) -> CaseOutcome.Structure {
        CaseOutcome.Structure(
            id: id, name: "label-\(id)", voxels: Int(mm3), mm3: mm3, meanProbability: mm3 > 0 ? 0.9 : nil,
            expectedDice: mm3 > 0 ? promise : 0,
            predictedDice: dice.map { DicePrediction(dice: $0, lower: max(0, $0 - 0.1), upper: min(1, $0 + 0.1)) },
            meanIntensity: nil, intensityDeviation: nil, flags: flags)
    }

    /// A case that is done.
    static func done(_ id: String, _ structures: CaseOutcome.Structure...) -> CaseOutcome {
        var outcome = CaseOutcome(StudyCase(id: id, source: .file(path: id + ".nii.gz")), status: .done)
        outcome.structures = structures
        return outcome
    }

    /// So many cases that are alike, with one label of this Dice and size.
    static func alike(_ count: Int, dice: Double? = 0.9, mm3: Double = 1000) -> [CaseOutcome] {
        (0..<count).map { done("usual-\($0 + 10)", structure(dice: dice, mm3: mm3)) }
    }
}
