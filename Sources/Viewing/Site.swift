import NIOHTTP1
import Platform

/// What an address answers with.
struct Page: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        case voxels(VoxelBytes)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .voxels(let voxels): voxels.count
            }
        }
    }

    /// The media type.
    let type: String
    let content: Content
}

/// Everything that can be asked for: a fixed table from names to bytes in memory. No request leads to the file system.
struct Site: Sendable {
    /// 32 hexadecimal digits.
    let token: String
    private let pages: [String: Page]

    /// - Parameter content: What is shown.
    init(_ content: ViewContent, token: String = Site.newToken()) throws {
        self.token = token
        let script = "text/javascript; charset=utf-8"
        var pages = [
            "": Page(type: "text/html; charset=utf-8", content: .bytes(PackageResources.view_html)),
            "view.css": Page(type: "text/css; charset=utf-8", content: .bytes(PackageResources.view_css)),
            "icon.svg": Page(type: "image/svg+xml", content: .bytes(PackageResources.icon_svg)),
            "view.js": Page(type: script, content: .bytes(PackageResources.view_js)),
            "volume.js": Page(type: script, content: .bytes(PackageResources.volume_js)),
            "planes.js": Page(type: script, content: .bytes(PackageResources.planes_js)),
            "pane.js": Page(type: script, content: .bytes(PackageResources.pane_js)),
            "pointer.js": Page(type: script, content: .bytes(PackageResources.pointer_js)),
            "labels.js": Page(type: script, content: .bytes(PackageResources.labels_js)),
            "controls.js": Page(type: script, content: .bytes(PackageResources.controls_js)),
            "view.json": Page(
                type: "application/json", content: .bytes(try JSON.bytes(content.description, pretty: false))),
            "image.bin": Page(type: "application/octet-stream", content: .voxels(content.image)),
        ]
        if let labels = content.labels {
            pages["labels.bin"] = Page(type: "application/octet-stream", content: .voxels(labels))
        }
        self.pages = pages
    }

    /// 128 bits from the system's generator, as 32 hexadecimal digits.
    static func newToken() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        return String((0..<32).map { _ in digits[Int(truncatingIfNeeded: generator.next() >> 60)] })
    }

    /// The page that a request gets; nil for nothing.
    ///
    /// It must come by GET or HEAD without a body, to the address that was printed (a page of another site that had its
    /// name point here would say that name), with the token, and for a name of the table as it stands there: nothing is
    /// decoded, so that no other way of writing leads anywhere.
    func page(for head: HTTPRequestHead, port: Int) -> Page? {
        let isAllowed = isRead(head) && isMeant(head, port: port)
        let path = Array(head.uri.utf8)
        let start = Array("/\(token)/".utf8)
        let isKnown = Self.areEqual(path.prefix(start.count), start)
        guard isAllowed, isKnown else { return nil }
        return pages[String(decoding: path.dropFirst(start.count), as: UTF8.self)]
    }

    private func isRead(_ head: HTTPRequestHead) -> Bool {
        guard head.method == .GET || head.method == .HEAD else { return false }
        let lengths = head.headers["content-length"]
        return head.headers["transfer-encoding"].isEmpty && lengths.allSatisfy { $0 == "0" }
    }

    private func isMeant(_ head: HTTPRequestHead, port: Int) -> Bool {
        let hosts = head.headers["host"]
        guard hosts.count == 1, let host = hosts.first?.lowercased() else { return false }
        return host == "127.0.0.1:\(port)" || host == "localhost:\(port)"
    }

    /// Compares in a time that does not tell how much is right.
    static func areEqual(_ given: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        var difference: UInt8 = given.count == wanted.count ? 0 : 1
        for n in wanted.indices {
            let place = given.startIndex + n
            difference |= (place < given.endIndex ? given[place] : 0) ^ wanted[n]
        }
        return difference == 0
    }
}
