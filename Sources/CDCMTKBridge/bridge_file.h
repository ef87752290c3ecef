// What the files of the bridge share.
#pragma once

#include "dcmtk_bridge.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcfcache.h>
#include <dcmtk/dcmdata/dctk.h>

struct tomos_dcm_file {
    DcmFileFormat format;
    // Keeps the file open between two reads of values that were left in it.
    DcmFileCache cache;
};

// Gives elements of VR UN, nested ones too, the value representation of the dictionary. (PS3.5 6.2.2) The toolkit can do
// so while it parses, but then one private value that is not what the dictionary says makes the whole file unreadable;
// here it is left as it is.
void readUnknownByDictionary(DcmItem &item);
