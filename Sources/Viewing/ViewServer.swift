import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// How much a client may take.
public struct ViewLimits: Sendable {
    /// Bytes of a request.
    public var requestBytes = 16384
    /// Connections at a time; more are closed as they come.
    public var connections = 32
    /// Time for a request to be there, from the connection on.
    public var requestTime: Duration = .seconds(10)
    /// Time for a client to take a piece of the answer, about 1 MiB.
    public var pieceTime: Duration = .seconds(30)

    /// The usual ones.
    public init() {}
}

/// Shows an image and its labels to browsers on this machine: on 127.0.0.1 alone, to whoever knows the address with its
/// token, for reading only, until it is closed.
public final class ViewServer: Sendable {
    /// The port that it listens on.
    public let port: Int
    /// The page's address, with the token: whoever knows it can see the image.
    public let address: String
    private let channel: any Channel
    private let clients: ClientCount
    private let threads: MultiThreadedEventLoopGroup

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - content: What is shown.
    ///   - port: A port, or nil for one that is free.
    ///   - limits: What a client may take.
    /// - Throws: ``ViewError/cannotListen(port:reason:)``.
    public init(_ content: ViewContent, port: Int? = nil, limits: ViewLimits = ViewLimits()) throws {
        let site = try Site(content)
        let clients = ClientCount(limit: limits.connections)
        self.clients = clients
        threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            channel = try ServerBootstrap(group: threads)
                .serverChannelOption(.backlog, value: 64)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { client in
                    guard clients.enter() else { return client.close() }
                    client.closeFuture.whenComplete { _ in clients.leave() }
                    return client.eventLoop.makeCompletedFuture {
                        let pipeline = client.pipeline.syncOperations
                        try pipeline.addHandler(RequestLimit(bytes: limits.requestBytes))
                        try pipeline.addHandler(HTTPResponseEncoder())
                        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                        try pipeline.addHandler(RequestHandler(site, limits))
                    }
                }
                .bind(host: "127.0.0.1", port: port ?? 0).wait()
        } catch {
            try? threads.syncShutdownGracefully()
            throw ViewError.cannotListen(port: port ?? 0, reason: Self.reason(error))
        }
        self.port = channel.localAddress?.port ?? 0
        address = "http://127.0.0.1:\(self.port)/\(site.token)/"
    }

    /// Connections at this moment.
    var openConnections: Int { clients.count }

    /// Ends all connections and listens no more.
    public func close() {
        try? channel.close().wait()
        try? threads.syncShutdownGracefully()
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return error.errnoCode == EADDRINUSE
            ? "something else listens there" : String(cString: strerror(error.errnoCode))
    }
}

/// Connections that are open.
private final class ClientCount: Sendable {
    private let open = Mutex(0)
    private let limit: Int

    var count: Int { open.withLock { $0 } }

    init(limit: Int) { self.limit = limit }

    /// Counts one in, unless there are enough.
    func enter() -> Bool {
        open.withLock { open in
            guard open < limit else { return false }
            open += 1
            return true
        }
    }

    func leave() { open.withLock { $0 -= 1 } }
}
