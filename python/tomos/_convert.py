"""``tomos convert``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ._arguments import StrPath, commas, options
from ._conversion import Conversion
from ._images import Exchange, ImageLike, require_nibabel
from ._options import Gaps, Tilt
from ._process import call


def convert(
    input: ImageLike,
    output: StrPath | None = None,
    *,
    f: str | None = None,
    z: Literal["y", "n", "i", "o"] | None = None,
    level: int | None = None,
    b: Literal["y", "n", "o"] | None = None,
    overwrite: bool = False,
    w: Literal[0, 1, 2] | None = None,
    d: int | None = None,
    with_identity: bool = False,
    bids: StrPath | None = None,
    subject: str | None = None,
    session: str | None = None,
    tilt: Tilt | None = None,
    gaps: Gaps | None = None,
    split_by: str | Iterable[str] | None = None,
    pack: bool = False,
    volume_index: int | None = None,
    orient: str | None = None,
    series: str | None = None,
    join: bool = False,
    colour: bool = False,
    keep_going: bool = False,
    check: bool = False,
) -> Conversion:
    """Convert DICOM series, in folders or archives, or image files to NIfTI.

    The options are those of ``tomos convert``, spelled alike; ``tomos help convert`` says what they do.

    Parameters
    ----------
    input : path or nibabel image
        A folder, a DICOM file, a DICOMDIR, an archive or an image file.
    output : path, optional
        A file (``.nii.gz`` or ``.nii``), or a folder. Without it the images are in memory (which needs nibabel), and no
        file is written.
    level : int, optional
        How much is compressed, 1 to 9: the options ``-1`` to ``-9``.
    keep_going : bool
        Convert what can be right, though other images are refused; these are in ``refused``, and a warning is logged.
    check : bool
        With ``keep_going``: raise `CasesFailed` where an image is refused, after the others were converted.

    Returns
    -------
    Conversion
        Every image with its sidecars, and the fate of every file.

    Raises
    ------
    CasesFailed
        Where one of several images is refused and nothing written (without ``keep_going``); its ``result`` says why.
    TomosError
        What the program refused, with its exit code and text.

    Examples
    --------
    >>> import tomos
    >>> ct = tomos.convert("dicom").images[0]
    >>> ct.image.shape, ct.sidecar["Modality"], ct.details["datatype"]
    ((96, 96, 31), 'CT', 'uint16')
    >>> tomos.convert("dicom", "ct.nii.gz").images[0].path
    PosixPath('ct.nii.gz')
    """
    keeps = output is not None or bids is not None
    with Exchange() as exchange:
        arguments = ["convert", *options(input=exchange.argument(input))]
        if output is not None:
            arguments += options(output=output)
        elif not keeps:
            require_nibabel("images in memory (without output)")
            arguments += options(output=f"{exchange.folder('out')}/")
            z = z or "n"
        arguments += _short(f=f, z=z, b=b, w=w, d=d)
        arguments += [] if level is None else [f"-{level}"]
        arguments += options(
            overwrite=overwrite,
            with_identity=with_identity,
            bids=bids,
            subject=subject,
            session=session,
            tilt=tilt,
            gaps=gaps,
            split_by=commas(split_by),
            pack=pack,
            volume_index=volume_index,
            orient=orient,
            series=series,
            join=join,
            colour=colour,
            keep_going=keep_going,
            json=True,
        )
        ended = call(arguments, also=[1])
        conversion = Conversion.read(ended.json(), keeps)
    if ended.code and (check or not keep_going):
        raise ended.cases_failed(conversion)
    return conversion


def _short(**values: str | int | None) -> list[str]:
    """Options of one letter."""
    arguments: list[str] = []
    for name, value in values.items():
        arguments += [] if value is None else [f"-{name}", str(value)]
    return arguments
