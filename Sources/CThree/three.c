#include "three.h"

// C23, which the compiler knows in every mode and mentions in older ones.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char source[] = {
#embed "/usr/share/javascript/three/three.min.js"
};

const unsigned char *tomos_three_source(void) { return source; }
size_t tomos_three_size(void) { return sizeof source; }
