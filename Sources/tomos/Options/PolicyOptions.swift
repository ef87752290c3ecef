import ArgumentParser
import Studies
import VolumeIO
import Volumes

/// `--orient RAS` as typed.
struct OrientationArgument: ExpressibleByArgument {
    let orientation: Orientation

    init?(argument: String) {
        guard let orientation = Orientation(argument.uppercased()) else { return nil }
        self.orientation = orientation
    }
}

extension DICOMPolicies.Tilt: ExpressibleByArgument {}
extension DICOMPolicies.Gaps: ExpressibleByArgument {}

/// How DICOM series are read that are not one even, upright volume.
struct PolicyOptions: ParsableArguments {
    @Option(help: "Slices that lean (gantry tilt): native keeps them, shear sets them upright, fail refuses.")
    var tilt = DICOMPolicies.Tilt.native

    @Option(help: "Missing slices: fail refuses, resample interpolates.")
    var gaps = DICOMPolicies.Gaps.fail

    @Option(
        help: ArgumentHelp(
            "Attributes that part a series into images: "
                + DICOMSplitKey.splittable.map(\.rawValue).joined(separator: ", ") + ".", valueName: "tag,..."))
    var splitBy: SplitKeys?

    @Flag(help: "Keep the unlike images of a series (echoes, magnitude and phase, maps) in one 4-D image.")
    var pack = false

    /// Attributes as typed.
    struct SplitKeys: ExpressibleByArgument {
        let keys: [DICOMSplitKey]

        init?(argument: String) {
            let names = argument.split(separator: ",", omittingEmptySubsequences: false)
            let found = names.map { name in
                DICOMSplitKey.splittable.first { $0.rawValue.lowercased() == name.lowercased() }
            }
            guard !found.contains(where: { $0 == nil }) else { return nil }
            keys = found.compactMap { $0 }
        }
    }

    /// Everything at a path, read by these policies.
    var selection: InputSelection {
        var selection = InputSelection()
        selection.policies = DICOMPolicies(tilt: tilt, gaps: gaps, splitBy: splitBy?.keys ?? [])
        selection.policies.packs = pack
        return selection
    }
}
