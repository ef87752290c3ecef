import Foundation
import Mustache
import Platform
import Volumes

/// Text as the report's files have it.
enum ReportText {
    /// A part of a path within a link: what is neither a letter or digit of ASCII nor one of `-._~` is percent-encoded.
    static func link(_ part: String) -> String { part.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "" }

    /// RFC 3986, 2.3.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    /// A path of several parts within a link; its slashes stay.
    static func link(path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { link(String($0)) }.joined(separator: "/")
    }

    /// Text or an attribute's value of a page; line breaks stay, what steers the direction of writing is seen.
    static func page(_ text: String) -> String {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { SafeText.markup(String($0).replacing("\t", with: "    ")) }.joined(separator: "\n")
    }

    /// A volume in ml.
    ///
    /// - Parameter mm3: The same in mm³.
    static func millilitres(_ mm3: Double) -> String {
        let size = mm3 / 1000
        return decimal(size, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3)
    }

    /// A point in time for people.
    static func date(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        let (day, month, year) = (parts.day ?? 1, parts.month ?? 1, parts.year ?? 1)
        let time = [parts.hour ?? 0, parts.minute ?? 0].map { ($0 < 10 ? "0" : "") + String($0) }
        return "\(day) \(months[month - 1]) \(year), \(time.joined(separator: ":")) UTC"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}

/// The way in which values are escaped in pages. The library's own goes by characters as people see them, and would leave a
/// quote as it is that an accent follows.
private struct PageContent: MustacheContentType {
    func escapeText(_ text: String) -> String { ReportText.page(text) }
}

/// A template among the assets.
struct PageTemplate {
    private let template: MustacheTemplate

    init(_ bytes: [UInt8]) throws {
        MustacheContentTypes.register(PageContent(), named: "PAGE")
        template = try MustacheTemplate(string: "{{% CONTENT_TYPE:PAGE}}" + String(decoding: bytes, as: UTF8.self))
    }

    func filled(_ values: [String: Any]) -> String { template.render(values) }
}
