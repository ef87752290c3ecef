import Foundation
import TestSupport
import Testing
import Volumes

@testable import Viewing

/// Who does not know the address gets nothing, and does not learn what was wrong.
@Suite(.timeLimit(.minutes(5)))
struct RefusalTests {
    private static func server(_ limits: ViewLimits = ViewLimits()) throws -> ViewServer {
        let volume = image("RAS", { .float64($0) })
        return try ViewServer(
            ViewContent(name: "case", volume: volume, labels: LabelVolume(geometry: volume.geometry)), limits: limits)
    }

    @Test func theRightAddressGetsThePages() throws {
        let server = try Self.server()
        defer { server.close() }
        let pages = ["", "view.css", "icon.svg", "view.json", "image.bin", "labels.bin"]
        let scripts = ["view.js", "volume.js", "planes.js", "pane.js", "pointer.js", "labels.js", "controls.js"]
        for name in pages + scripts {
            let answer = server.get(name)
            #expect(answer?.status == "HTTP/1.1 200 OK", "\(name)")
            #expect(answer?.body.count == Int(answer?.headers["content-length"] ?? ""), "\(name)")
            let head = server.get(name, method: "HEAD")
            #expect(head?.headers == answer?.headers && head?.status == answer?.status && head?.body == [], "\(name)")
        }
        let named = Answer(server.told("GET \(server.path) HTTP/1.1\r\nHost: LOCALHOST:\(server.port)\r\n\r\n"))
        #expect(named?.status == "HTTP/1.1 200 OK")
    }

    @Test func everyPageForbidsWhatItDoesNotNeed() throws {
        let server = try Self.server()
        defer { server.close() }
        for name in ["", "view.json", "image.bin"] {
            let headers = server.get(name)?.headers ?? [:]
            #expect(headers["content-security-policy"]?.hasPrefix("default-src 'none'; script-src 'self';") == true)
            #expect(headers["content-security-policy"]?.contains("unsafe") == false)
            #expect(headers["x-content-type-options"] == "nosniff")
            #expect(headers["referrer-policy"] == "no-referrer")
            #expect(headers["cache-control"] == "no-store")
            #expect(headers["cross-origin-resource-policy"] == "same-origin")
            #expect(headers["connection"] == "close")
        }
    }

    /// Requests that are HTTP and get nothing: `TOKEN` and `PORT` stand for the right ones.
    static let refused =
        [
            "GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/nothing HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/view.json?a=b HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN//view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/./view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/view.json/ HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/View.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/%76iew.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/../../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/..\\..\\etc\\passwd HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN//etc/passwd HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /../TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /x/../TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET //TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET http://127.0.0.1:PORT/TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET http://evil.example/TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: evil.example:PORT\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1.evil.example:PORT\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.2:PORT\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: user@127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost:\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.0\r\n\r\n",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 3\r\n\r\nabc",
            "GET /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ]
        + ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "MKCOL"].map {
            "\($0) /TOKEN/view.json HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n"
        }

    @Test(arguments: refused)
    func nothingIsGivenAndNothingIsTold(_ request: String) throws {
        let server = try Self.server()
        defer { server.close() }
        let token = String(server.path.dropFirst().dropLast())
        let filled = { (token: String) in
            request.replacingOccurrences(of: "TOKEN", with: token)
                .replacingOccurrences(of: "PORT", with: "\(server.port)")
        }
        let nothing = server.told("GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
        let answer = Answer(nothing)
        #expect(answer?.status == "HTTP/1.1 404 Not Found" && answer?.body == [])
        #expect(server.told(filled(token)) == nothing)
        #expect(server.told(filled(Site.newToken())) == nothing)
    }

    @Test func aTokenIsRightAsAWhole() throws {
        let server = try Self.server()
        defer { server.close() }
        let token = String(server.path.dropFirst().dropLast())
        let nothing = server.told("GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
        func told(_ token: String) -> [UInt8] {
            server.told("GET /\(token)/view.json HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
        }
        for place in 0..<32 {
            var digits = Array(token)
            digits[place] = digits[place] == "0" ? "1" : "0"
            #expect(told(String(digits)) == nothing)
        }
        let others = [String(token.dropLast()), String(token.dropFirst()), token + "0", "0" + token, ""]
        for other in others + [String(repeating: "0", count: 32), "%\(token)", token + "%00"] {
            #expect(told(other) == nothing)
        }
        #expect(told(token) != nothing)
    }

    @Test(arguments: [
        "hello\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
        "GET /TOKEN/view.json HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET /TOKEN/view.json HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
    ])
    func whatIsNoHTTPIsClosed(_ request: String) throws {
        let server = try Self.server()
        defer { server.close() }
        #expect(server.told(request.replacingOccurrences(of: "/TOKEN/", with: server.path)) == [])
    }

    @Test func aSecondRequestOfAConnectionIsNotHeard() throws {
        let server = try Self.server()
        defer { server.close() }
        let one = "GET \(server.path)icon.svg HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n"
        let answers = String(decoding: server.told(one + one), as: UTF8.self).components(separatedBy: "HTTP/1.1 200")
        #expect(answers.count <= 2)
    }

    @Test func longRequestsAreClosed() throws {
        let server = try Self.server()
        defer { server.close() }
        let start = "GET \(server.path)icon.svg HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"
        let long = String(repeating: "a", count: 17000)
        let many = (0..<400).map { "X-\($0): \(String(repeating: "b", count: 50))\r\n" }.joined()
        for request in [
            start + "X: \(long)\r\n\r\n", start + many + "\r\n", "GET /\(long) HTTP/1.1\r\n\r\n", long,
            "POST \(server.path) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Length: 99999\r\n\r\n" + long,
        ] {
            #expect(server.told(request) == [])
        }
        #expect(Answer(server.told(start + "X: \(long.prefix(9000))\r\n\r\n"))?.status == "HTTP/1.1 200 OK")
    }

    @Test func whoSaysNothingIsClosed() throws {
        var limits = ViewLimits()
        limits.requestTime = .milliseconds(200)
        let server = try Self.server(limits)
        defer { server.close() }
        for start in ["", "GET ", "GET \(server.path) HTTP/1.1\r\nHost: 127.0.0.1"] {
            let client = try #require(Client(server.port))
            client.send(start)
            // Ends when the server closes.
            #expect(client.read() == [])
        }
    }

    @Test func whoDoesNotReadIsClosed() throws {
        var limits = ViewLimits()
        limits.pieceTime = .milliseconds(200)
        let geometry = Geometry(shape: Shape(512, 512, 64), affine: .identity)
        let volume = Volume(geometry: geometry, voxels: .int16([Int16](repeating: 7, count: geometry.shape.count)))
        let server = try ViewServer(ViewContent(name: "case", volume: volume), limits: limits)
        defer { server.close() }
        let client = try #require(Client(server.port))
        client.send("GET \(server.path)image.bin HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
        server.waitFor(connections: 1)
        server.waitFor(connections: 0)
        #expect(client.read().count < 2 * geometry.shape.count)
    }

    @Test func noMoreConnectionsThanAllowed() throws {
        var limits = ViewLimits()
        limits.connections = 4
        let server = try Self.server(limits)
        defer { server.close() }
        var idle = try (0..<4).map { _ in try #require(Client(server.port)) }
        server.waitFor(connections: 4)
        for _ in 0..<20 { #expect(server.get("icon.svg") == nil) }
        idle.removeLast()
        server.waitFor(connections: 3)
        #expect(server.get("icon.svg")?.status == "HTTP/1.1 200 OK")
    }

    @Test func onlyThisMachineIsListenedTo() throws {
        let server = try Self.server()
        // Every address from 127.0.0.1 to 127.255.255.255 is this machine's.
        #expect(Client(server.port, host: "127.0.0.2") == nil)
        #expect(Client(server.port) != nil)
        #expect(throws: ViewError.cannotListen(port: server.port, reason: "something else listens there")) {
            try ViewServer(ViewContent(name: "case", volume: image("RAS", { .float64($0) })), port: server.port)
        }
        server.close()
        #expect(Client(server.port) == nil)
    }
}
