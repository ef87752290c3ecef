// What the kernels are given, and where their results are kept for a comparison with another processor's.
#ifndef RECORD_H
#define RECORD_H
#include <stddef.h>

/// `count` floats, 64-byte aligned, with as many as the kernels may read beyond the end, and marks behind those.
/// `make_hashed` fills them with numbers from -factor to factor that depend on stream and place alone.
float *make_floats(size_t count, float value);
float *make_hashed(int stream, size_t count, double factor);
/// Ends the program where something has been written behind the floats.
void release(float *floats);
/// The number of one stream and place, from -1 to 1.
double hashed(int stream, size_t n);

/// Keeps the results of a kernel under a name.
void keep(const char *name, const float *values, size_t count);
void keep_doubles(const char *name, const double *values, size_t count);
/// Ends the program where something is not as it should be.
void expect(int holds, const char *what);

void run_engine(const char *kernels);
void run_learning(const char *kernels);
void run_registration(const char *kernels);

#endif
