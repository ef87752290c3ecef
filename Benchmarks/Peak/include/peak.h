#ifndef PEAK_H
#define PEAK_H

/// Multiply-adds a second of one thread that does nothing else: independent chains of float32 vectors as wide as the
/// kernels of that name use, as many as its registers hold (avx512, avx2, anything else: 128 bits), best of `rounds`. 0 when they do not run here.
double peak_multiply_adds(const char *kernels, int rounds);

#endif
