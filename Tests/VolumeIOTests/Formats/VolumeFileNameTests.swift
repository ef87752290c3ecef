import Testing

@testable import VolumeIO

@Suite("Names of NIfTI files")
struct NIfTINameTests {
    @Test(
        "Folder, stem and ending",
        arguments: [
            ("scan.v2.nii.gz", "", "scan.v2", ".nii.gz", VolumeFileName.Part.whole),
            ("a/b.c/x.NII", "a/b.c/", "x", ".NII", .whole),
            ("x.hdr", "", "x", ".hdr", .header), ("/x.img.GZ", "/", "x", ".img.GZ", .voxels),
            ("my.img_x.nii", "", "my.img_x", ".nii", .whole), (".nii.gz", "", "", ".nii.gz", .whole),
            ("x.nii.nii", "", "x.nii", ".nii", .whole),
        ])
    func parts(_ path: String, _ folder: String, _ stem: String, _ ending: String, _ part: VolumeFileName.Part) {
        let name = VolumeFileName(path)
        #expect(name?.folder == folder && name?.stem == stem && name?.ending == ending && name?.part == part)
        #expect(name?.isCompressed == ending.lowercased().hasSuffix("gz"))
    }

    @Test("Other names", arguments: ["x", "x.gz", "x.nii.zip", "nii", "x.nii/y", "x.hdr.gz.txt", ""])
    func others(_ path: String) { #expect(VolumeFileName(path) == nil) }
}
