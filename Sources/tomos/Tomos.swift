import ArgumentParser

@main
struct Tomos: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tomos")
}
