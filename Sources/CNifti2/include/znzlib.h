#ifndef TOMOS_ZNZLIB_FORWARD_H
#define TOMOS_ZNZLIB_FORWARD_H

// nifti2_io.h asks for <znzlib.h>, which Debian keeps in include/nifti.
#include <nifti/znzlib.h>

#endif
