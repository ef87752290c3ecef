// What the files of the bridge share.
#pragma once

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcfcache.h>
#include <dcmtk/dcmdata/dctk.h>

struct tomos_dcm_file {
    DcmFileFormat format;
    // Keeps the file open between two reads of values that were left in it.
    DcmFileCache cache;
};
