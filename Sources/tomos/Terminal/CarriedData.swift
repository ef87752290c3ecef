import Foundation

/// The dictionary and the font that lie beside a program which was packed with all that it needs (a wheel, an archive). The
/// libraries that read them look into the environment, which the worker processes inherit.
enum CarriedData {
    /// To be called before any file is read: DCMTK looks for its dictionary once.
    static func announce() {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return }
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent().appending(path: "data").path
        for (name, value) in settings(in: folder, environment: ProcessInfo.processInfo.environment) {
            setenv(name, value, 1)
        }
    }

    /// What `folder` has and the user has not chosen otherwise.
    static func settings(in folder: String, environment: [String: String]) -> [String: String] {
        func path(_ name: String) -> String? {
            let path = "\(folder)/\(name)"
            return FileManager.default.fileExists(atPath: path) ? path : nil
        }
        var settings: [String: String] = [:]
        if environment["DCMDICTPATH"] == nil, let dictionary = path("dicom.dic") {
            settings["DCMDICTPATH"] = [dictionary, path("private.dic")].compactMap { $0 }.joined(separator: ":")
        }
        if environment["FONTCONFIG_FILE"] == nil, environment["FONTCONFIG_PATH"] == nil,
            let fonts = path("fonts/fonts.conf")
        {
            settings["FONTCONFIG_FILE"] = fonts
        }
        return settings
    }
}
