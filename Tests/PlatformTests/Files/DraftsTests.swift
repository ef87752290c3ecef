import Foundation
import Platform
import TestSupport
import Testing

@Suite("What is half-made when the program is told to end") struct DraftsTests {
    let folder = TemporaryFolder()

    @Test func draftsAreRemovedAndNothingElse() throws {
        try makeTree(folder, ["draft/half", "kept", "done"])
        Drafts.begin(folder.file("draft"))
        Drafts.begin(folder.file("done"))
        Drafts.end(folder.file("done"))
        Drafts.removeAll()
        #expect(folder.contents == ["done", "kept"])
    }
}
