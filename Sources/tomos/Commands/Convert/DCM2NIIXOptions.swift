import ArgumentParser

/// Options of dcm2niix that Tomos has no use for. Those that ask for what it does anyway are taken; any other is refused
/// with the way that goes here. docs/convert.md shows them as a table.
struct DCM2NIIXOptions: ParsableArguments {
    @Option(name: .customShort("a"), help: .hidden) var adjacent: String?
    @Option(name: .customLong("ba", withSingleDash: true), help: .hidden) var anonymous: String?
    @Option(name: .customLong("br", withSingleDash: true), help: .hidden) var reproin: String?
    @Option(name: .customShort("c"), help: .hidden) var comment: String?
    @Option(name: .customShort("e"), help: .hidden) var format: String?
    @Option(name: .customShort("g"), help: .hidden) var defaults: String?
    @Option(name: .customShort("l"), help: .hidden) var scaling: String?
    @Option(name: .customShort("m"), help: .hidden) var merge: String?
    @Option(name: .customShort("n"), help: .hidden) var number: String?
    @Option(name: .customShort("p"), help: .hidden) var precise: String?
    @Option(name: .customShort("r"), help: .hidden) var rename: String?
    @Option(name: .customShort("s"), help: .hidden) var single: String?
    @Option(name: .customShort("x"), help: .hidden) var crop: String?
    @Option(name: .customLong("big-endian"), help: .hidden) var bigEndian: String?
    @Option(name: .customLong("progress"), help: .hidden) var progress: String?
    @Flag(name: .customShort("u"), help: .hidden) var update = false
    @Flag(name: .customLong("ignore_trigger_times"), help: .hidden) var ignoresTriggerTimes = false
    @Flag(name: .customLong("terse"), help: .hidden) var terse = false
    @Flag(name: .customLong("xml"), help: .hidden) var xml = false

    /// One of them.
    struct Habit {
        let option: String
        /// Values that ask for what is done anyway.
        let taken: [String]
        /// What is done here, for any other value.
        let way: String
    }

    /// All of them, in the order of dcm2niix's help.
    static let habits: [Habit] = [
        Habit(option: "-a", taken: ["y", "n"], way: "files are read in parallel wherever they lie: leave it out"),
        Habit(
            option: "-ba", taken: ["y"],
            way: "sidecars never say who the patient is or when it was; the DICOM files do, so keep them"),
        Habit(option: "-br", taken: [], way: "write a BIDS tree with --bids MAPPING --subject LABEL"),
        Habit(option: "-c", taken: [""], way: "no comment is stored; write it into the sidecar"),
        Habit(
            option: "-e", taken: ["n"],
            way: "images are written as NIfTI alone; convert them with 3D Slicer or 'mri_convert'"),
        Habit(option: "-g", taken: ["n", "i"], way: "there is no file of defaults: write the options out"),
        Habit(option: "-l", taken: ["o"], way: "voxels keep their stored type and values"),
        Habit(
            option: "-m", taken: ["2"],
            way: "slices make volumes by what tells them apart; --split-by parts a series by attributes of your choice"),
        Habit(option: "-n", taken: [], way: "choose a series with --series UID ('tomos info FOLDER' lists them)"),
        Habit(
            option: "-p", taken: ["n"],
            way: "values are those of the standard's rescale, which the scanner shows; leave it out"),
        Habit(option: "-r", taken: ["n"], way: "DICOM files are not renamed or copied; -f names what is written"),
        Habit(
            option: "-s", taken: ["y"], way: "a file that is named is converted alone; name its folder for the series"),
        Habit(option: "-u", taken: [], way: "nothing is looked up on the network; 'tomos --version' says the version"),
        Habit(
            option: "-x", taken: ["n", "i"],
            way: "nothing is cropped or turned: every voxel stays where it is; crop afterwards, for example with FSL's "
                + "robustfov"),
        Habit(option: "--big-endian", taken: ["n", "o"], way: "files have the byte order of the machine"),
        Habit(
            option: "--ignore_trigger_times", taken: [],
            way: "slice times are taken where they are sure (docs/sidecars.md); delete the field that you doubt"),
        Habit(option: "--terse", taken: [], way: "what tells images of one series apart stays in their names"),
        Habit(option: "--xml", taken: [], way: "--json says what became of every file"),
        Habit(option: "--progress", taken: ["n"], way: "--json says what became of every file"),
    ]

    /// What was typed, in the order of `habits`.
    private var typed: [String?] {
        [
            adjacent, anonymous, reproin, comment, format, defaults, scaling, merge, number, precise, rename, single,
            update ? "" : nil, crop, bigEndian, ignoresTriggerTimes ? "" : nil, terse ? "" : nil, xml ? "" : nil,
            progress,
        ]
    }

    func validate() throws {
        for (habit, value) in zip(Self.habits, typed) {
            guard let value, !habit.taken.contains(value) else { continue }
            throw ValidationError(
                "\(habit.option)\(value.isEmpty ? "" : " " + value): an option of dcm2niix that does not hold here: \(habit.way)"
            )
        }
    }
}
