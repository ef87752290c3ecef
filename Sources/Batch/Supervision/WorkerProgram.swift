/// The program that is started as a worker process.
public struct WorkerProgram: Sendable {
    /// Its path.
    public var path: String
    /// Its arguments.
    public var arguments: [String]

    /// This very program, started with `worker`.
    public static let this = WorkerProgram(path: "/proc/self/exe", arguments: ["worker"])

    /// Some other program.
    public init(path: String, arguments: [String]) { (self.path, self.arguments) = (path, arguments) }
}
