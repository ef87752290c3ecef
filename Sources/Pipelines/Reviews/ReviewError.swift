import Volumes

/// Why a file of reviews is not taken.
public enum ReviewError: TomosError, Equatable {
    /// It is not there.
    case missing(path: String)
    /// It is there and cannot be read, or holds no text.
    case unreadable(path: String)
    /// Its first line names other columns.
    case header(path: String, found: String)
    /// A line has another number of fields.
    case fields(path: String, line: Int, found: Int)
    /// A line names no case.
    case unknownCase(path: String, line: Int, id: String, nearest: String?)
    /// A line names no label.
    case unknownLabel(path: String, line: Int, label: String, known: [UInt16])
    /// A rating that is none.
    case rating(path: String, line: Int, found: String)
    /// A time that is none.
    case time(path: String, line: Int, found: String)

    /// The kind of error.
    public var category: ErrorCategory {
        if case .missing = self { return .missingInput }
        return .badData
    }

    /// The message.
    public var description: String {
        switch self {
        case .missing(let path):
            return "\(path): there is no such file ('Save reviews.tsv' on the report's page makes it)"
        case .unreadable(let path): return "\(path): is no text in UTF-8 that can be read (save it as such)"
        case .header(let path, let found):
            return
                "\(path):1: the columns are '\(found)'; reviews have '\(Reviews.columns.joined(separator: " "))', with "
                + "tabs between them (a program for tables may have saved it otherwise: tab-separated is what is wanted)"
        case .fields(let path, let line, let found):
            return "\(path):\(line): \(found) field\(found == 1 ? "" : "s") with tabs between them; a line has "
                + "\(Reviews.columns.count): \(Reviews.columns.joined(separator: ", "))"
        case .unknownCase(let path, let line, let id, let nearest):
            let meant = nearest.map { ", did you mean '\($0)'?" } ?? ""
            return
                "\(path):\(line): the results hold no case '\(id)'\(meant) (these are reviews of other results, or the "
                + "case is gone: remove the line)"
        case .unknownLabel(let path, let line, let label, let known):
            return "\(path):\(line): label '\(label)': use n/a for the whole case"
                + (known.isEmpty
                    ? ", or a label's id" : ", or one of \(known.map { String($0) }.joined(separator: ", "))")
        case .rating(let path, let line, let found):
            return "\(path):\(line): rating '\(found)': use "
                + ReviewRating.allCases.map(\.rawValue).joined(separator: ", ")
        case .time(let path, let line, let found):
            return "\(path):\(line): time '\(found)': use UTC as in 2026-11-30T14:05:00Z"
        }
    }
}
