"""elastix (Klein, Staring et al.; PyPI itk-elastix): affine and then B-splines, mutual information of random samples.

Run as a process: `python -m Registration.elastix JOB`.
"""

import itk
import nibabel
import numpy
import scipy.ndimage

from . import child

PACKAGE = "itk-elastix"


def maps(settings: dict, spacing):
    """elastix's default maps with what the settings say, beginning at the volumes' middles.

    Along long sides of voxels no level is coarser than the volume itself, as its manual has it for thick stacks.
    """
    parameters = itk.ParameterObject.New()
    thick = child.is_thick(spacing)
    steps = [2**level for level in reversed(range(settings["resolutions"]))]
    pyramid = [str(1 if is_thick else step) for step in steps for is_thick in thick]
    for kind in ("affine", "bspline"):
        if kind == "bspline":
            one = parameters.GetDefaultParameterMap(kind, settings["resolutions"], settings["grid"])
        else:
            one = parameters.GetDefaultParameterMap(kind, settings["resolutions"])
            one["AutomaticTransformInitialization"] = ["true"]
            one["AutomaticTransformInitializationMethod"] = ["GeometricalCenter"]
        one["MaximumNumberOfIterations"] = [str(settings["steps"])]
        one["NumberOfSpatialSamples"] = [str(settings["samples"])]
        if any(thick):
            one["ImagePyramidSchedule"] = pyramid
        one["WriteResultImage"] = ["false"]
        parameters.AddParameterMap(one)
    return parameters


def carry(field, job: dict):
    """The label of the largest linear weight at the image of each of the fixed volume's voxels.

    field: displacements in mm along L, P, S, axes z, y, x.
    """
    fixed, moving = nibabel.load(job["fixed"]), nibabel.load(job["labels"])
    ids = numpy.asarray(moving.dataobj)
    displacement = field.transpose(2, 1, 0, 3) * (-1, -1, 1)
    grid = numpy.stack(numpy.meshgrid(*map(numpy.arange, fixed.shape), indexing="ij"), -1)
    places = nibabel.affines.apply_affine(fixed.affine, grid) + displacement
    index = numpy.moveaxis(nibabel.affines.apply_affine(numpy.linalg.inv(moving.affine), places), -1, 0)
    best, result = None, None
    for label in numpy.unique(ids):
        # Outside of the moving volume there is background only.
        weight = scipy.ndimage.map_coordinates(
            (ids == label).astype(numpy.float32), index, order=1, mode="constant", cval=float(label == 0)
        )
        if best is None:
            best, result = weight, numpy.full(fixed.shape, label, numpy.uint16)
        else:
            result[weight > best] = label
            best = numpy.maximum(best, weight)
    return result


def main():
    job = child.job()
    fixed, moving = (itk.imread(job[name], itk.F) for name in ("fixed", "moving"))
    elastix = itk.ElastixRegistrationMethod.New(fixed, moving)
    elastix.SetParameterObject(maps(job["settings"], nibabel.load(job["fixed"]).header.get_zooms()))
    elastix.SetLogToConsole(False)
    elastix.SetNumberOfThreads(job["threads"])
    with child.Stopwatch() as watch:
        elastix.UpdateLargestPossibleRegion()
    field = itk.transformix_deformation_field(moving, elastix.GetTransformParameterObject())
    child.write_labels(carry(itk.array_view_from_image(field), job), job["fixed"], job["out"])
    child.tell(watch.told())


if __name__ == "__main__":
    main()
