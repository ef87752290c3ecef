"""Where voxels lie: label maps compared by their places in space, whichever way their axes run."""

import numpy as np

# DICOM's and ITK's axes point to the left and to the back, those of NIfTI to the right and to the front.
TURNED = np.diag([-1.0, -1.0, 1.0, 1.0])


def of_dicom(position, orientation, spacing, step) -> np.ndarray:
    """Column, row and slice indices to RAS mm; `step` leads from one slice to the next in LPS mm."""
    row, column = np.array(orientation[:3], float), np.array(orientation[3:], float)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = row * float(spacing[1]), column * float(spacing[0])
    affine[:3, 2], affine[:3, 3] = step, position
    return TURNED @ affine


def of_itk(image) -> tuple[np.ndarray, np.ndarray]:
    """Voxels, i first, and the affine to RAS mm of a SimpleITK image."""
    import SimpleITK

    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) @ np.diag(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return SimpleITK.GetArrayFromImage(image).T, TURNED @ affine


def indices(points: np.ndarray, place: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Voxel indices on the grid of `place` as indices on that of `affine`, not rounded."""
    there = np.linalg.inv(affine) @ place
    return points @ there[:3, :3].T + there[:3, 3]


def require_same(test, found, affine, expected, place, tolerance=2e-3):
    """Asserts that `found` shows at each place what `expected` shows there, and nothing anywhere else."""
    points = np.argwhere(expected)
    there = indices(points, place, affine)
    nearest = np.rint(there).astype(int)
    test.assertLess(np.abs(there - nearest).max(), tolerance, "voxels lie between voxels, as a share of one")
    test.assertTrue((nearest >= 0).all() and (nearest < found.shape).all(), "labels lie beyond the grid that was read")
    values = found[tuple(nearest.T)]
    differing = int(np.count_nonzero(values != expected[tuple(points.T)]))
    test.assertEqual(differing, 0, f"of {len(points)} voxels show another label")
    test.assertEqual(int(np.count_nonzero(found)), len(points), "voxels with a label")
