@testable import Export
