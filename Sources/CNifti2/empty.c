#include "CNifti2.h"
