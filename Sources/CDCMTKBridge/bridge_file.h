// What the files of the bridge share.
#pragma once

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

struct tomos_dcm_file {
    DcmFileFormat format;
};
