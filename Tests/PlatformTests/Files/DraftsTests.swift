import Foundation
import Platform
import TestSupport
import Testing

@Suite("What is half-made when the program is told to end") struct DraftsTests {
    /// In a process of its own: the drafts are the whole program's, those of tests beside this one too.
    @Test func draftsAreRemovedAndNothingElse() async {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            try makeTree(folder, ["draft/half", "kept", "done"])
            Drafts.begin(folder.file("draft"))
            Drafts.begin(folder.file("done"))
            Drafts.end(folder.file("done"))
            Drafts.removeAll()
            #expect(folder.contents == ["done", "kept"])
        }
    }
}
