import CNifti2
import Volumes

/// The ways between header fields and an affine in mm, RAS.
enum NIfTIAffine {
    /// The affine of a header: sform where coded, else qform, else the spacing alone, with what a person should
    /// know. The order is that of nifti1.h's METHOD 3, 2 and 1.
    static func decode(
        _ fields: NIfTIGeometry, shape: Shape, path: String
    ) throws(VolumeFileError) -> (affine: Affine, notices: [String]) {
        let unit = scaleToMillimetres(fields.xyztUnits)
        var (affine, notices) = try chosen(fields, shape, scale: unit?.scale ?? 1, path)
        if let (scale, name) = unit {
            affine = affine.scaled(scale)
            notices.append("the header gives lengths in \(name); they are read as mm")
        }
        return (affine, notices)
    }

    /// Header fields that state `affine`: sform and qform to one space (a form code, scanner space by default), or sform
    /// alone when the axes are not at right angles, which a quaternion cannot say.
    static func encode(
        _ affine: Affine, version: Int, space: Int32 = NIFTI_XFORM_SCANNER_ANAT
    ) -> NIfTIGeometry {
        quieten()
        var matrix = nifti_dmat44()
        withUnsafeMutableBytes(of: &matrix) { bytes in
            let rows = bytes.bindMemory(to: Double.self)
            for (n, row) in [affine.rowX, affine.rowY, affine.rowZ, [0, 0, 0, 1]].enumerated() {
                for column in 0..<4 { rows[4 * n + column] = row[column] }
            }
        }
        var (b, c, d, x, y, z) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        var (dx, dy, dz, qfac) = (0.0, 0.0, 0.0, 0.0)
        nifti_dmat44_to_quatern(matrix, &b, &c, &d, &x, &y, &z, &dx, &dy, &dz, &qfac)
        let spacing = affine.spacing
        let rigid = affine.isOrthogonal
        return NIfTIGeometry(
            version: version, qformCode: rigid ? space : NIFTI_XFORM_UNKNOWN, sformCode: space,
            pixdim: [rigid ? qfac : affine.determinant < 0 ? -1 : 1, spacing.x, spacing.y, spacing.z],
            quaternion: rigid ? [b, c, d] : [0, 0, 0], offset: rigid ? [x, y, z] : [0, 0, 0], srowX: affine.rowX,
            srowY: affine.rowY, srowZ: affine.rowZ, xyztUnits: NIFTI_UNITS_MM)
    }

    /// The affine in the file's own unit, which `scale` makes mm; judged in mm.
    private static func chosen(
        _ fields: NIfTIGeometry, _ shape: Shape, scale: Double, _ path: String
    ) throws(VolumeFileError) -> (Affine, [String]) {
        func flaw(_ affine: Affine) -> String? { Geometry(shape: shape, affine: affine.scaled(scale)).flaw }
        var notices: [String] = []
        if fields.sformCode > 0 {
            let sform = Affine(rowX: fields.srowX, rowY: fields.srowY, rowZ: fields.srowZ)
            guard let flaw = flaw(sform) else { return (sform, []) }
            guard fields.qformCode > 0 else { throw .unusableGeometry(path: path, reason: "in the sform, \(flaw)") }
            notices.append("the sform is unusable (\(flaw)); the qform is taken")
        }
        let spacing = try spacing(fields, shape, path, &notices)
        if fields.qformCode > 0 {
            let qform = qform(fields, spacing)
            if let flaw = flaw(qform) { throw .unusableGeometry(path: path, reason: "in the qform, \(flaw)") }
            return (qform, notices)
        }
        notices.append(
            "the header states no orientation (qform and sform codes are 0): only the spacing is known, left and right are not"
        )
        let plain = Affine(i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: [0, 0, 0])
        if let flaw = flaw(plain) { throw .unusableGeometry(path: path, reason: "in pixdim, \(flaw)") }
        return (plain, notices)
    }

    /// `pixdim[1...3]`, which must be positive: a sign is dropped and an axis of one voxel may lack its spacing.
    private static func spacing(
        _ fields: NIfTIGeometry, _ shape: Shape, _ path: String, _ notices: inout [String]
    ) throws(VolumeFileError) -> Vec3 {
        var spacing = Vec3(repeating: 1)
        for axis in 0..<3 {
            let stated = fields.pixdim[axis + 1]
            if stated.isFinite, stated != 0 {
                spacing[axis] = abs(stated)
                if stated < 0 { notices.append("pixdim[\(axis + 1)] is \(stated); \(abs(stated)) is taken") }
            } else if shape[axis] > 1 {
                throw .unusableGeometry(path: path, reason: "the spacing pixdim[\(axis + 1)] is \(stated)")
            }
        }
        return spacing
    }

    /// The rigid transform of the quaternion, with the spacing and the handedness `pixdim[0]`.
    private static func qform(_ fields: NIfTIGeometry, _ spacing: Vec3) -> Affine {
        quieten()
        var matrix = nifti_quatern_to_dmat44(
            fields.quaternion.x, fields.quaternion.y, fields.quaternion.z, fields.offset.x, fields.offset.y,
            fields.offset.z, spacing.x, spacing.y, spacing.z, fields.pixdim[0] < 0 ? -1 : 1)
        return withUnsafeBytes(of: &matrix) { bytes in
            let rows = bytes.bindMemory(to: Double.self)
            func row(_ n: Int) -> SIMD4<Double> { [rows[4 * n], rows[4 * n + 1], rows[4 * n + 2], rows[4 * n + 3]] }
            return Affine(rowX: row(0), rowY: row(1), rowZ: row(2))
        }
    }

    private static func scaleToMillimetres(_ xyztUnits: Int32) -> (scale: Double, name: String)? {
        switch xyztUnits & 7 {
        case NIFTI_UNITS_METER: (1000, "metres")
        case NIFTI_UNITS_MICRON: (0.001, "micrometres")
        default: nil
        }
    }

    /// The library must not print: what is wrong is said in errors and notices.
    private static func quieten() { _ = silence }
    private static let silence: Void = nifti_set_debug_level(0)
}

extension Affine {
    /// The same in a unit of which the old one is `scale`.
    fileprivate func scaled(_ scale: Double) -> Affine {
        Affine(rowX: rowX * scale, rowY: rowY * scale, rowZ: rowZ * scale)
    }
}
