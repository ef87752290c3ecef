#ifndef TOMOS_THREE_H
#define TOMOS_THREE_H

#include <stddef.h>

/// three.js (MIT licence, whose text the script does not hold), minified, of Debian's package libjs-three.
const unsigned char *tomos_three_source(void);
/// Its length in bytes.
size_t tomos_three_size(void);

#endif
