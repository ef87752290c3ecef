import CThree
import Platform

/// Styles and scripts that every report carries, so that it opens without a network.
enum ReportAssets {
    private static let texts: [(name: String, bytes: [UInt8])] = [
        ("report.css", PackageResources.report_css), ("table.css", PackageResources.table_css),
        ("case.css", PackageResources.case_css), ("page.js", PackageResources.page_js),
        ("ratings.js", PackageResources.ratings_js), ("columns.js", PackageResources.columns_js),
        ("table.js", PackageResources.table_js), ("distributions.js", PackageResources.distributions_js),
        ("report.js", PackageResources.report_js), ("outlines.js", PackageResources.outlines_js),
        ("viewer.js", PackageResources.viewer_js), ("surfaces.js", PackageResources.surfaces_js),
        ("case.js", PackageResources.case_js),
    ]

    /// The files' names.
    static var names: [String] { texts.map(\.name) + ["three.min.js"] }

    /// The templates of the two pages.
    static func cohortPage() throws -> PageTemplate { try PageTemplate(PackageResources.index_mustache) }
    static func casePage() throws -> PageTemplate { try PageTemplate(PackageResources.case_mustache) }

    /// Writes the files into a folder, which is made.
    static func write(to folder: String) throws {
        try AtomicFile.makeFolder(folder)
        for (name, bytes) in texts { try DraftFile.write(bytes, to: folder + "/" + name) }
        let three = UnsafeRawBufferPointer(start: tomos_three_source(), count: tomos_three_size())
        let file = try DraftFile(folder + "/three.min.js")
        try file.append(threeLicence)
        try file.append(three)
    }

    /// The library goes where the report goes, and its licence with it; the minified script does not hold it.
    private static let threeLicence = """
        /*! three.js, https://threejs.org, MIT licence
        Copyright © 2010-2019 three.js authors

        Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
        documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
        rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
        permit persons to whom the Software is furnished to do so, subject to the following conditions:

        The above copyright notice and this permission notice shall be included in all copies or substantial portions of
        the Software.

        THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
        THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
        AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT,
        TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
        SOFTWARE. */

        """
}
