import NIOCore
import NIOHTTP1

/// Answers the one request of a connection and closes it.
///
/// A request that gets no page gets the same few bytes whatever was wrong with it, and one that is no HTTP gets none.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let site: Site
    private let limits: ViewLimits
    private var request: HTTPRequestHead?
    private var isAnswered = false
    private var deadline: Scheduled<Void>?

    init(_ site: Site, _ limits: ViewLimits) { (self.site, self.limits) = (site, limits) }

    func channelActive(context: ChannelHandlerContext) {
        expect(within: limits.requestTime, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end:
            guard let request else { return context.close(promise: nil) }
            isAnswered = true
            let page = site.page(for: request, port: context.channel.localAddress?.port ?? 0)
            answer(with: page, bodyToo: request.method == .GET, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(with page: Page?, bodyToo: Bool, _ context: ChannelHandlerContext) {
        var headers = Self.headers
        headers.add(name: "Content-Length", value: "\(page?.content.count ?? 0)")
        if let page { headers.add(name: "Content-Type", value: page.type) }
        let head = HTTPResponseHead(version: .http1_1, status: page == nil ? .notFound : .ok, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        expect(within: limits.pieceTime, context)
        guard let page, bodyToo else { return end(context) }
        switch page.content {
        case .bytes(let bytes):
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
            end(context)
        case .voxels(let voxels): send(voxels, from: 0, context)
        }
    }

    /// Sends piece after piece, each when the one before was taken: of a slow client one piece is held.
    private func send(_ voxels: VoxelBytes, from row: Int, _ context: ChannelHandlerContext) {
        guard row < voxels.rows else { return end(context) }
        let rows = row..<min(row + voxels.rowsPerPiece, voxels.rows)
        var buffer = context.channel.allocator.buffer(capacity: 0)
        voxels.write(rows, into: &buffer)
        expect(within: limits.pieceTime, context)
        let loop = context.eventLoop.assumeIsolated()
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer)))).assumeIsolated().whenComplete { result in
            guard case .success = result else { return context.close(promise: nil) }
            // Not at once: pieces that are taken as they come would nest.
            loop.execute { self.send(voxels, from: rows.upperBound, context) }
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    /// Closes the connection unless something happens before, which sets a new time.
    private func expect(within time: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) {
            context.close(promise: nil)
        }
    }

    /// Nothing from elsewhere is loaded into the page, the page into nothing, and nothing of it is kept.
    private static let headers = HTTPHeaders([
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cache-Control", "no-store"), ("Connection", "close"),
    ])
}
