#include "dcmtk_bridge.h"
