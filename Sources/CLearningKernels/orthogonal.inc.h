// The direction of a step for a whole matrix of weights; part of kernels.inc.h.
//
// Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024): X <- aX + X(bA + cA^2), A = X^T X, which
// brings all singular values close to 1.

static size_t rounded_rows(int rows) { return (size_t)parts(rows, ROW_GROUP) * ROW_GROUP; }

static size_t orthogonal_room(int rows, int columns) {
    return 2 * rounded_rows(rows) * columns + 3 * rounded_rows(columns) * columns;
}

static void make_orthogonal(float *matrix, int rows, int columns, float *room) {
    const size_t count = (size_t)rows * columns, square = (size_t)columns * columns;
    float *x = room, *next = x + rounded_rows(rows) * columns, *a = next + rounded_rows(rows) * columns;
    float *b = a + rounded_rows(columns) * columns, *c = b + rounded_rows(columns) * columns;
    memset(room, 0, orthogonal_room(rows, columns) * sizeof(float));
    double squares = 0;
    for (size_t n = 0; n < count; n++) squares += (double)matrix[n] * (double)matrix[n];
    const vec share = splat((float)(1 / (__builtin_sqrt(squares) + 1e-12)));
    for (size_t n = 0; n < count; n += LANES) store(x + n, load(matrix + n) * share);
    for (int step = 0; step < 5; step++) {
        outer_product(x, columns, columns, x, columns, rows, a, 1);
        product(a, columns, 0, 1, columns, a, columns, b, (int)rounded_rows(columns));
        for (size_t n = 0; n < square; n += LANES) store(c + n, splat(-4.7750f) * load(a + n) + splat(2.0315f) * load(b + n));
        product(x, columns, 0, 1, columns, c, columns, next, (int)rounded_rows(rows));
        for (size_t n = 0; n < count; n += LANES) store(x + n, splat(3.4445f) * load(x + n) + load(next + n));
    }
    memcpy(matrix, x, count * sizeof(float));
}
