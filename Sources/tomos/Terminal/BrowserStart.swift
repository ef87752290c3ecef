import Foundation
import Platform

/// Opens an address in the person's browser.
enum BrowserStart {
    /// Starts `xdg-open`; says so where that cannot be.
    ///
    /// Everybody on a machine sees with what arguments programs run. So the browser is given a file that only its owner
    /// can read and that sends it on to the address; it is removed when this program ends.
    static func open(_ address: String) {
        let folder = FileManager.default.temporaryDirectory.path + "/tomos-view-\(UUID().uuidString)"
        let file = folder + "/open.html"
        let page = """
            <!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">
            <meta http-equiv="refresh" content="0; url=\(SafeText.markup(address))"><title>tomos view</title>

            """
        guard mkdir(folder, 0o700) == 0 else { return fail() }
        Drafts.begin(folder)
        guard FileManager.default.createFile(atPath: file, contents: Data(page.utf8)) else { return fail() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["xdg-open", file]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { if $0.terminationStatus != 0 { fail() } }
        do { try process.run() } catch { fail() }
    }

    private static func fail() { Console.note("no browser could be started; open the address in one") }
}
