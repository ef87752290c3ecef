import Batch
import Foundation
import Pipelines
import Platform
import Segmentation
import Volumes

/// Where a study and its pack stand in the loop: segment, doubt, correct, add, check, segment again.
public struct LoopState: Codable, Sendable {
    /// The pack.
    public struct Pack: Codable, Sendable {
        /// Its folder and its name.
        public var path: String, name: String
        /// How many labelled volumes it holds.
        public var volumes: Int
        /// Whether it was checked as it is, and whether it was before some change.
        public var checked: Bool, checkedBefore: Bool
        /// What its checks gave that are still kept, the earliest first.
        public var checks: [Check]
    }

    /// What leave-one-out gave.
    public struct Check: Codable, Sendable, Equatable {
        /// Over how many volumes, and their mean Dice.
        public var volumes: Int, dice: Double
    }

    /// The study.
    public struct Study: Codable, Sendable {
        /// Cases of the plan, and how many of them stand how. Stale ones have results of an earlier pack, image, option or
        /// program, and are not counted as done.
        public var planned: Int, done: Int, failed: Int, stale: Int, waiting: Int, running: Int
        /// Mean of what is expected of the Dice of the cases that have results; nil of none.
        public var expected: Double?
    }

    /// What people have said of cases.
    public struct Reviews: Codable, Sendable {
        /// How many cases were rated so.
        public var good: Int, fix: Int, exclude: Int
    }

    /// A worklist.
    public struct List: Codable, Sendable {
        /// Its folder.
        public var path: String
        /// Cases that were chosen, corrected and not added yet, added, and those in which something is to be cleared up.
        public var chosen: Int, corrected: Int, added: Int, unclear: Int
    }

    /// What comes next.
    public struct Step: Codable, Sendable, Equatable {
        /// In words.
        public var what: String
        /// The command, to be pasted into a shell; nil where it is a person's turn, or nothing is to be done.
        public var command: String?
    }

    /// The results folder.
    public var results: String
    /// The pack.
    public var pack: Pack
    /// The study.
    public var study: Study
    /// What people have said.
    public var reviews: Reviews
    /// The worklists of the results that are still there, the latest last.
    public var worklists: [List]
    /// What comes next.
    public var next: Step

    /// Looks at a results folder; nothing is changed.
    ///
    /// - Throws: `PlanError` where there is no plan, `TaskPackError`, and ``RoundsError``.
    public init(of folder: BatchFolder) throws {
        let plan = try folder.plan()
        let task = try PipelineFile.load(resolvedText: plan.pipeline).task
        // A check that no longer holds is no hindrance here: that it has to be made anew is what is to be said.
        let loaded = try TaskPack.load(task)
        let checks = PackProgress.all(task)
        results = NextCases.full(folder.path)
        pack = Pack(
            path: task, name: loaded.name, volumes: loaded.examples.count, checked: loaded.findings != nil,
            checkedBefore: !checks.isEmpty,
            checks: checks.compactMap { check in
                PackProgress.mean(check).map { Check(volumes: check.volumes?.count ?? 0, dice: $0) }
            })
        study = try Study(of: folder, plan, pack: loaded)
        let ratings = try CaseRatings(results: folder.path)
        reviews = Reviews(good: ratings.count(.good), fix: ratings.count(.fix), exclude: ratings.count(.exclude))
        let lists = WorklistRegister.all(of: folder).compactMap { try? Worklist($0) }
        worklists = lists.map(List.init)
        next = Step(what: "")
        next = LoopAdvice(state: self, folder: folder, plan: plan, lists: lists).step
    }
}

extension LoopState.Study {
    fileprivate init(of folder: BatchFolder, _ plan: BatchPlan, pack: TaskPack) throws {
        let status = try BatchStatus(of: folder)
        (planned, failed, waiting, running) = (
            status.planned, status.failed.count, status.waiting, status.running.count
        )
        // The plan was frozen with the pack of its day; what it has become since is seen by the results alone.
        let records = plan.cases.compactMap { folder.record(of: $0.id) }.filter { $0.outcome.status == .done }
        let old = records.filter { $0.made.taskSHA256 != pack.sha256 || status.stale[$0.outcome.id] != nil }
        (stale, done) = (old.count, records.count - old.count)
        let promises = records.map(\.outcome.confidence)
        expected = promises.isEmpty ? nil : promises.reduce(0, +) / Double(promises.count)
    }
}

extension LoopState.List {
    fileprivate init(_ list: Worklist) {
        (path, chosen, corrected, added, unclear) = (list.path, list.cases.count, 0, 0, 0)
        for (_, state) in list.states() {
            switch state {
            case .unchanged: break
            case .corrected: corrected += 1
            case .added: added += 1
            case .unclear: unclear += 1
            }
        }
    }
}

/// What comes next in the loop.
struct LoopAdvice {
    let state: LoopState
    let folder: BatchFolder
    let plan: BatchPlan
    let lists: [Worklist]

    /// How many cases a worklist has where nobody says how many.
    static let usualCount = 10

    var step: LoopState.Step {
        let (study, pack) = (state.study, state.pack)
        let results = folder.path
        if study.running > 0 {
            return .init(
                what: "a run is at work: wait for its end", command: ShellWord.line(["tomos", "status", results]))
        }
        if let list = state.worklists.last(where: { $0.unclear > 0 || $0.corrected > 0 }) {
            let what =
                list.corrected > 0
                ? "\(list.corrected) corrected and not in the pack yet: add them"
                : "corrections in \(list.path) cannot be taken as they are: this says why"
            return .init(what: what, command: ShellWord.line(["tomos", "next", results, "--add", list.path]))
        }
        if !pack.checked, pack.volumes > 1, pack.checkedBefore {
            return .init(
                what: "the pack has changed since its check: check it again, which says what the changes have brought",
                command: check)
        }
        if study.stale > 0 || study.waiting > 0 {
            let count = [(study.stale, "stale"), (study.waiting, "not done")].filter { $0.0 > 0 }
                .map { "\($0.0) \($0.0 == 1 ? "case is" : "cases are") \($0.1)" }.joined(separator: ", ")
            return .init(what: "\(count): segment with the pack as it is now", command: run)
        }
        if let open = openCase { return open }
        return .init(
            what: "choose the cases whose correction teaches most",
            command: ShellWord.line([
                "tomos", "next", results, "--count", "\(Self.usualCount)", "-o", freshWorklist,
            ]))
    }

    /// The first case of the latest worklist that nobody has touched, where none of it was added yet: later the pack knows
    /// more, and others may be worth more.
    private var openCase: LoopState.Step? {
        guard let list = lists.last, let counts = state.worklists.last, counts.added == 0, counts.corrected == 0,
            let entry = list.file.cases.first
        else { return nil }
        let commands = WorklistCommands(entry, worklist: list.path, pack: state.pack.path)
        return .init(
            what:
                "correct the \(counts.chosen == 1 ? "case" : "\(counts.chosen) cases") of \(list.path) and save them there; "
                + "the first is opened so (README.txt there says more)",
            command: commands.slicer)
    }

    /// A folder beside the results that is not there yet.
    private var freshWorklist: String {
        var n = 1
        while FileManager.default.fileExists(atPath: "\(folder.path)-worklist-\(n)") { n += 1 }
        return "\(folder.path)-worklist-\(n)"
    }

    /// The words of the last run's command line after `tomos run`; nil where nobody has kept it.
    private var lastRun: ArraySlice<String>? {
        guard let data = FileManager.default.contents(atPath: folder.path + "/run.json"),
            let account = try? JSONDecoder().decode(RunAccount.self, from: data),
            account.commandLine.count > 2, account.commandLine[1] == "run"
        else { return nil }
        return account.commandLine.dropFirst(2)
    }

    /// That command line, which redoes what is stale.
    private var run: String? {
        guard let lastRun else { return nil }
        var (words, skips) = (["tomos", "run"], false)
        for word in lastRun {
            if skips {
                skips = false
            } else if word == "--redo" || word == "--case" {
                skips = true
            } else if !word.hasPrefix("--redo=") && !word.hasPrefix("--case=") {
                words.append(word)
            }
        }
        return ShellWord.line(words + ["--redo", "stale"])
    }

    /// A check of the pack as that run segments, so that what is found holds for its results.
    private var check: String {
        var words = ["tomos", "task", "check", state.pack.path]
        let last = Array(lastRun ?? [])
        if let pipeline = last.first(where: { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }) {
            words += ["--pipeline", pipeline]
            for (n, word) in last.enumerated() {
                if word == "--set", n + 1 < last.count { words += [word, last[n + 1]] }
                if word.hasPrefix("--set=") { words.append(word) }
            }
        }
        return ShellWord.line(words)
    }
}
