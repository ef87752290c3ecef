#ifndef TOMOS_CNIFTI2_H
#define TOMOS_CNIFTI2_H

// Only header conversions and affine routines of this library are used. Files are opened, judged and
// decoded by VolumeIO: see Sources/VolumeIO/NIfTI.
#include <nifti/nifti2_io.h>

#endif
