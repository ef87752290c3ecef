#include "CNifti2.h"

#include <stddef.h>

// The header layouts that VolumeIO reads byte by byte.
_Static_assert(sizeof(nifti_1_header) == 348, "NIfTI-1 header");
_Static_assert(sizeof(nifti_2_header) == 540, "NIfTI-2 header");
_Static_assert(offsetof(nifti_1_header, pixdim) == 76 && offsetof(nifti_1_header, srow_x) == 280, "NIfTI-1 fields");
_Static_assert(offsetof(nifti_2_header, pixdim) == 104 && offsetof(nifti_2_header, srow_x) == 400, "NIfTI-2 fields");
