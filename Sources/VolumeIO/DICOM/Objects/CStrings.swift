import Glibc

/// Texts for C that live until this goes.
final class CStrings {
    private var texts: [UnsafeMutablePointer<CChar>] = []

    deinit { texts.forEach { free($0) } }

    /// A text's bytes, ended by a zero; nil for none.
    func callAsFunction(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text, let copy = strdup(text) else { return nil }
        texts.append(copy)
        return UnsafePointer(copy)
    }
}

/// A text that C hands over; nil where it is absent or empty.
func optionalText(_ text: UnsafePointer<CChar>?) -> String? {
    guard let text else { return nil }
    let string = String(cString: text)
    return string.isEmpty ? nil : string
}
