import Foundation
import Platform
import Volumes

/// What an object that Tomos makes says of itself: its UIDs, when and by what it was made.
struct DICOMObjectIdentity {
    /// (0008,0018), (0020,000E) and (0020,9164).
    let instance, series, organization: String
    /// YYYYMMDD and HHMMSS.
    let date, time: String

    static let manufacturer = "Tomos"
    static let model = "tomos"
    /// Tomos is no machine with a number, and the attribute may not be empty.
    static let serialNumber = "none"

    /// UIDs that follow from what the object holds, what it refers to and when it is made: two objects never share one.
    init(of content: [UInt8], kind: String, reference: DICOMReference, at moment: Date = Date()) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .current
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: moment)
        func digits(_ value: Int?, _ count: Int) -> String {
            let text = "\(value ?? 0)"
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        date = digits(parts.year, 4) + digits(parts.month, 2) + digits(parts.day, 2)
        time = digits(parts.hour, 2) + digits(parts.minute, 2) + digits(parts.second, 2)
        let seed = [Digest.sha256(content), kind, reference.seriesInstanceUID, date, time, tomosVersion]
        func uid(_ what: String) -> String {
            Self.uid(Digest.sha256(Array((seed + [what]).joined(separator: "\n").utf8)))
        }
        (instance, series, organization) = (uid("instance"), uid("series"), uid("organization"))
    }

    /// `2.25.` and a number of 128 bits in decimal (PS3.5 B.2), of a hash in hexadecimal.
    private static func uid(_ hash: String) -> String {
        var digits: [Int] = [0]
        for character in hash.prefix(32) {
            var carry = character.hexDigitValue ?? 0
            for n in digits.indices {
                let value = digits[n] * 16 + carry
                (digits[n], carry) = (value % 10, value / 10)
            }
            if carry > 0 { digits.append(carry) }
        }
        return "2.25." + digits.reversed().map(String.init).joined()
    }
}
