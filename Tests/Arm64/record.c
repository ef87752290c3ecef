// Runs every kernel that the Swift code calls and writes what comes out: `record KERNELS FILE`. Each result is its name, its
// count, and so many doubles. Tests/Arm64/compare.py holds two such files together.
#include "record.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Floats before the values, which hold the count; those behind that may be read; and marks.
enum { HEAD = 16, SLACK = 16, MARKS = 16 };
static const float mark = 12345.678f;

static FILE *file;
static const char *kernels_name;

void expect(int holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "%s kernels: %s\n", kernels_name, what);
    exit(1);
}

float *make_floats(size_t count, float value) {
    size_t whole = (HEAD + count + SLACK + MARKS + 15) / 16 * 16;
    float *all = aligned_alloc(64, whole * sizeof *all);
    expect(all != NULL, "no memory");
    memcpy(all, &count, sizeof count);
    for (size_t n = 0; n < count; n++) all[HEAD + n] = value;
    for (size_t n = 0; n < SLACK; n++) all[HEAD + count + n] = 0;
    for (size_t n = 0; n < MARKS; n++) all[HEAD + count + SLACK + n] = mark;
    return all + HEAD;
}

void release(float *floats) {
    size_t count;
    memcpy(&count, floats - HEAD, sizeof count);
    for (size_t n = 0; n < MARKS; n++) expect(floats[count + SLACK + n] == mark, "written behind the end");
    free(floats - HEAD);
}

double hashed(int stream, size_t n) {
    uint64_t x = ((uint64_t)stream << 40) + n + 1;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    return (double)(x >> 40) / (double)(1 << 23) - 1;
}

float *make_hashed(int stream, size_t count, double factor) {
    float *floats = make_floats(count, 0);
    for (size_t n = 0; n < count; n++) floats[n] = (float)(factor * hashed(stream, n));
    return floats;
}

static void begin(const char *name, size_t count) {
    char field[48] = {0};
    uint64_t number = count;
    expect(strlen(name) < sizeof field, "a name is too long");
    memcpy(field, name, strlen(name));
    fwrite(field, sizeof field, 1, file);
    fwrite(&number, sizeof number, 1, file);
}

void keep_doubles(const char *name, const double *values, size_t count) {
    begin(name, count);
    for (size_t n = 0; n < count; n++) expect(isfinite(values[n]), name);
    fwrite(values, sizeof *values, count, file);
}

void keep(const char *name, const float *values, size_t count) {
    double *wide = malloc(count * sizeof *wide);
    expect(wide != NULL, "no memory");
    for (size_t n = 0; n < count; n++) wide[n] = (double)values[n];
    keep_doubles(name, wide, count);
    free(wide);
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: record KERNELS FILE\n");
        return 64;
    }
    kernels_name = arguments[1];
    file = fopen(arguments[2], "wb");
    expect(file != NULL, "the file cannot be written");
    run_engine(kernels_name);
    run_learning(kernels_name);
    run_registration(kernels_name);
    expect(fclose(file) == 0, "the file cannot be written");
    return 0;
}
