import Foundation
import PackagePlugin

/// Writes the revision of the source into the program before it is built, so that results can say what made them.
@main
struct Revision: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let folder = context.package.directoryURL
        return [
            .prebuildCommand(
                displayName: "Revision of the source", executable: URL(fileURLWithPath: "/bin/sh"),
                arguments: [
                    folder.appending(path: "scripts/write-revision").path, folder.path,
                    context.pluginWorkDirectoryURL.path,
                ], outputFilesDirectory: context.pluginWorkDirectoryURL)
        ]
    }
}
