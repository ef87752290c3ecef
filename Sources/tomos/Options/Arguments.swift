import ArgumentParser
import Foundation
import Inference
import Platform
import Preparation
import Segmentation
import VolumeIO
import Volumes

extension SlicePlane: ExpressibleByArgument {}

/// `--window` as typed.
struct WindowArgument: ExpressibleByArgument {
    var window = IntensityWindow.automatic
    var defaultValueDescription: String { window.description }

    init() {}

    init?(argument: String) {
        guard let window = IntensityWindow(argument) else { return nil }
        self.window = window
    }
}

extension SupportStrategy: ExpressibleByArgument {}
extension DoubtPolicy: ExpressibleByArgument {}

/// `--plane coronal,axial` as typed.
struct PlanesArgument: ExpressibleByArgument {
    let planes: [SlicePlane]

    init?(argument: String) {
        let planes = argument.split(separator: ",", omittingEmptySubsequences: false).map {
            SlicePlane(rawValue: String($0))
        }
        guard !planes.contains(nil), Set(planes).count == planes.count else { return nil }
        self.planes = planes.compactMap(\.self)
    }
}

/// `--plane` of a check as typed: planes, or `auto` for those that do best.
enum CheckedPlanesArgument: ExpressibleByArgument {
    case planes([SlicePlane])
    case automatic

    init?(argument: String) {
        if argument == "auto" {
            self = .automatic
        } else if let planes = PlanesArgument(argument: argument)?.planes {
            self = .planes(planes)
        } else {
            return nil
        }
    }
}

/// `--weights` as typed.
struct WeightsArgument: ExpressibleByArgument {
    private var typed: WeightsSource?
    var defaultValueDescription: String { "those of 'tomos weights default'" }

    init() {}

    init?(argument: String) {
        if argument.isEmpty { return nil }
        typed = WeightsSource(argument)
    }

    /// What was typed, or else the person's default.
    func source() throws -> WeightsSource { try typed ?? WeightsStore.user.standard() }
}

// `--memory 2GiB` as typed.
extension MemoryLimit: ExpressibleByArgument {
    /// A size or `none`.
    public init?(argument: String) { self.init(argument) }
}

/// `--labels 1,2` as typed.
struct LabelIDs: ExpressibleByArgument {
    let ids: [UInt16]

    init?(argument: String) {
        let ids = argument.split(separator: ",", omittingEmptySubsequences: false).map { UInt16($0) }
        guard !ids.contains(nil), !ids.contains(0) else { return nil }
        self.ids = Array(Set(ids.compactMap { $0 })).sorted()
    }
}

/// Checks that a number is within its limits; none at all is.
func require<Number>(_ option: String, _ number: Number?, _ setting: Setting<Number>, _ what: String = "") throws {
    if let number, !setting.allows(number) {
        throw ValidationError("\(option) \(number): use \(what)\(setting.limits)")
    }
}

/// Checks what was given to `--jobs`.
func requireJobs(_ jobs: Int) throws {
    guard ThreadBudget.allowed.contains(jobs) else {
        throw ValidationError("--jobs \(jobs): use \(ThreadBudget.limits)")
    }
}

/// Checks that a file name given to `-o` ends as a NIfTI file does that is one file.
func requireNIfTIOutput(_ path: String) throws {
    guard VolumeFileName(path)?.isWholeNIfTI == true else {
        throw ValidationError("-o \(path): give a file name that ends in .nii.gz or .nii")
    }
}

/// Checks that a folder given to `-o` is not named like a file: whoever types `-o out.nrrd` wants a file of that format.
/// A slash at its end, or a folder that is there, makes it a folder; of a file that is there and no image it is said later
/// that it is in the way.
func requireFolderOutput(_ path: String, instead: String) throws {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let known = KnownFormat.of(name: path)
    guard !path.hasSuffix("/"), KnownFormat.isFileName(path) else { return }
    if isThere, isFolder.boolValue || known == nil && VolumeFileName(path) == nil { return }
    let other = VolumeFileName(path).flatMap { $0.format == .nifti ? nil : $0.format.rawValue }
    let format = (known?.name ?? other).map { ", \($0) is not written" } ?? ""
    throw ValidationError("-o \(path): a file's name\(format); \(instead)")
}

/// One name of a file that may have several.
func canonicalPath(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
}

/// Refuses to write over what is being read.
func requireDifferent(input: String, output: String) throws {
    if canonicalPath(input) == canonicalPath(output) {
        throw UsageError("\(output): input and output are the same file; give -o another name")
    }
}

/// Checks before any work that a file can be written to: its folder can be, and it is no folder itself.
func requireWritable(_ path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        throw AtomicFileError.cannotCreate(path: path, code: EISDIR)
    }
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var folder = parent
    while folder != "/", !FileManager.default.fileExists(atPath: folder) {
        folder = NSString(string: folder).deletingLastPathComponent
    }
    if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), !isFolder.boolValue {
        throw AtomicFileError.cannotCreate(path: path, code: ENOTDIR)
    }
    if access(folder, W_OK | X_OK) != 0 { throw AtomicFileError.cannotCreate(path: path, code: errno) }
}
