import Platform
import Volumes

/// The commands of one case of a worklist, to be pasted into a shell.
struct WorklistCommands {
    /// Opens it in 3D Slicer, or in ITK-SNAP.
    let slicer: String, itkSnap: String
    /// Puts its corrected label map into the pack.
    let add: String

    init(_ entry: WorklistFile.Entry, worklist: String, pack: String) {
        let folder = worklist + "/" + entry.folder
        slicer = ShellWord.line(["sh", folder + "/" + WorklistText.slicerScript])
        itkSnap = ShellWord.line(["sh", folder + "/" + WorklistText.itkSnapScript])
        add = ShellWord.line([
            "tomos", "task", "add", pack, "--name", entry.chosen.id, "--image", folder + "/" + entry.image, "--labels",
            folder + "/" + entry.labels,
        ])
    }
}

/// The texts of a worklist.
enum WorklistText {
    static let slicerScript = "open-in-slicer.sh", itkSnapScript = "open-in-itksnap.sh"

    /// `worklist.tsv`: a line a case.
    static func table(_ entries: [WorklistFile.Entry], _ commands: [WorklistCommands]) -> String {
        let header = ["rank", "case", "why", "image", "labels", "slicer", "itk-snap", "add"]
        // Names and commands are of one line by themselves, and must stay as they are.
        let lines = zip(entries, commands).map { entry, commands in
            let why = SafeText.tsv(entry.chosen.why.joined(separator: "; "))
            return [
                String(entry.chosen.rank), entry.chosen.id, why, entry.folder + "/" + entry.image,
                entry.folder + "/" + entry.labels, commands.slicer, commands.itkSnap, commands.add,
            ]
        }
        return ([header] + lines).map { DelimitedText.line($0, separator: .tab) + "\n" }.joined()
    }

    /// The scripts of a case, by name. File names stand in them as quoted words only; what a viewer is told in a language of
    /// its own is the same for every case.
    static func scripts(id: String, image: String, labels: String) -> [(name: String, text: String)] {
        let here = """
            #!/bin/sh
            # %. Written by 'tomos next'.
            cd -- "$(dirname -- "$0")" || exit 1

            """
        let loads =
            "import os, slicer; slicer.util.loadVolume(os.environ['TOMOS_IMAGE']); "
            + "slicer.util.loadSegmentation(os.environ['TOMOS_LABELS'])"
        let slicer = """
            TOMOS_IMAGE=$PWD/\(ShellWord.inScript(image))
            TOMOS_LABELS=$PWD/\(ShellWord.inScript(labels + ".seg.nrrd"))
            export TOMOS_IMAGE TOMOS_LABELS
            exec "${SLICER:-Slicer}" --python-code "\(loads)"

            """
        let itkSnap = """
            exec "${ITKSNAP:-itksnap}" -g ./\(ShellWord.inScript(image)) -s ./\(ShellWord.inScript(labels + ".nii.gz")) \
            -l ./\(ShellWord.inScript(labels + ".label"))

            """
        return [
            (
                slicerScript,
                here.replacing("%", with: "Opens image and labels in 3D Slicer (in the path, or named by $SLICER)")
                    + slicer
            ),
            (
                itkSnapScript,
                here.replacing("%", with: "Opens image and labels in ITK-SNAP (in the path, or named by $ITKSNAP)")
                    + itkSnap
            ),
        ]
    }

    /// `README.txt`.
    static func readme(_ file: WorklistFile, worklist: String) -> String {
        let cases = file.cases.map { entry in
            "  \(entry.folder)\n" + entry.chosen.why.map { "      \(SafeText.words($0))\n" }.joined()
        }.joined()
        let add = ShellWord.line(["tomos", "next", file.results, "--add", worklist])
        let loop = ShellWord.line(["tomos", "loop", file.results])
        return """
            Cases whose correction teaches the task pack most, the first the most.

            \(cases)
            Each folder holds the image, its present label map (as .nii.gz and as .seg.nrrd), and colour tables. Open a case with

              sh FOLDER/\(slicerScript)
              sh FOLDER/\(itkSnapScript)

            or in any other viewer; correct the labels; save them into the same folder, in place of the old label map or beside
            it. Leave the image as it is. When you are done, or in between:

              \(add)

            puts what was corrected into the pack, and says which cases were left as they are. worklist.tsv has for every case
            the command that adds it by itself, which a label map that was right from the start needs. Then

              \(loop)

            says how to go on.

            """
    }
}
