import Foundation
import TestSupport

@testable import Viewing

/// What came for a request.
struct Answer: Equatable {
    let status: String
    let headers: [String: String]
    let body: [UInt8]

    init?(_ bytes: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: bytes[..<split], as: UTF8.self).components(separatedBy: "\r\n")
        status = lines[0]
        headers = Dictionary(
            lines.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map {
                    (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
                }
            }, uniquingKeysWith: { "\($0), \($1)" })
        body = Array(bytes[(split + end.count)...])
    }
}

extension ViewServer {
    /// The address without the machine: `/TOKEN/`.
    var path: String { String(address.dropFirst("http://127.0.0.1:\(port)".count)) }

    /// What comes for bytes.
    func told(_ request: String) -> [UInt8] {
        guard let client = Client(port) else { return [] }
        client.send(request)
        return client.read()
    }

    /// What comes for a page of the site, as a browser asks for it.
    func get(_ name: String, method: String = "GET") -> Answer? {
        Answer(told("\(method) \(path)\(name) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n"))
    }

    /// Returns when as many connections are open.
    func waitFor(connections: Int) { while openConnections != connections { usleep(2000) } }
}
