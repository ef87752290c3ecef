import ArgumentParser
import Foundation
import Volumes

/// The program's exit codes; where sysexits.h has one for the case, it is that one.
enum ExitStatus: Int32, CaseIterable {
    case done = 0
    case someFailed = 1
    case usage = 64
    case badData = 65
    case missingInput = 66
    case limitExceeded = 69
    case internalError = 70
    case cannotCreate = 73
    case inputOutput = 74
    case busy = 75
    case badConfiguration = 78

    /// What it says, for `--help`.
    var meaning: String {
        switch self {
        case .done: "done"
        case .someFailed: "some cases failed or are stale, the others are done"
        case .usage: "the command line is wrong"
        case .badData: "an input is malformed, unsupported or inconsistent"
        case .missingInput: "an input is not there"
        case .limitExceeded: "more memory is needed than allowed"
        case .internalError: "an error in tomos itself"
        case .cannotCreate: "the output cannot be created"
        case .inputOutput: "reading or writing broke off (disk full, for example)"
        case .busy: "another run is at work in the results folder"
        case .badConfiguration: "a pipeline or task says what cannot be"
        }
    }

    init(_ category: ErrorCategory) {
        self =
            switch category {
            case .missingInput: .missingInput
            case .badData: .badData
            case .badConfiguration: .badConfiguration
            case .cannotCreate: .cannotCreate
            case .inputOutput: .inputOutput
            case .limitExceeded: .limitExceeded
            case .busy: .busy
            case .internalFailure: .internalError
            }
    }
}

/// A mistake on the command line that only shows once files were looked at.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// From an error to a message on standard error and an exit code.
enum Failure {
    /// Says what went wrong and returns the exit code.
    static func report(_ error: any Error) -> Int32 {
        if let error = error as? any TomosError {
            Console.error(error.description)
            return ExitStatus(error.category).rawValue
        }
        if let error = error as? UsageError {
            Console.error(error.description)
            return ExitStatus.usage.rawValue
        }
        if let error = error as? ExitStatusError { return error.status.rawValue }
        let code = Tomos.exitCode(for: error)
        let text = Tomos.fullMessage(for: error)
        if code == .success {
            // --help and --version.
            Console.result(text)
        } else if code == .validationFailure {
            Console.usage(text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text)
            return ExitStatus.usage.rawValue
        } else if !text.isEmpty {
            Console.error("internal error: \(error)")
            return ExitStatus.internalError.rawValue
        }
        return code.rawValue
    }
}

/// Ends the program with a status whose reasons were told already.
struct ExitStatusError: Error {
    let status: ExitStatus
}
