// Which kernels run here.
#ifndef TOMOS_PROCESSOR_H
#define TOMOS_PROCESSOR_H

/// Whether kernels of that name (`avx512`, `avx2`, or any other, which need nothing special) run on this processor.
int tomos_processor_runs(const char *name);

#endif
