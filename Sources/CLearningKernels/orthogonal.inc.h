// The direction of a step for a whole matrix of weights; part of kernels.inc.h.
//
// Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024): X <- aX + X(bA + cA^2), A = X^T X, which
// brings all singular values close to 1.

static size_t rounded_rows(int rows) { return (size_t)parts(rows, ROW_GROUP) * ROW_GROUP; }

static size_t orthogonal_room(int rows, int columns) {
    return 2 * rounded_rows(rows) * columns + 5 * rounded_rows(columns) * columns;
}

// The steps are made on A and on the product P of their matrices, which are small: X P is all that is asked for.
static void make_orthogonal(float *matrix, int rows, int columns, float *room) {
    const size_t count = (size_t)rows * columns, square = (size_t)columns * columns, padded = rounded_rows(columns) * columns;
    const int small = (int)rounded_rows(columns);
    float *x = room, *result = x + rounded_rows(rows) * columns, *a = result + rounded_rows(rows) * columns;
    float *b = a + padded, *c = b + padded, *p = c + padded, *spare = p + padded;
    memset(room, 0, orthogonal_room(rows, columns) * sizeof(float));
    double squares = 0;
    for (size_t n = 0; n < count; n++) squares += (double)matrix[n] * (double)matrix[n];
    const vec share = splat((float)(1 / (__builtin_sqrt(squares) + 1e-12)));
    for (size_t n = 0; n < count; n += LANES) store(x + n, load(matrix + n) * share);
    outer_product(x, columns, columns, x, columns, rows, a, 1);
    for (int n = 0; n < columns; n++) p[(size_t)n * columns + n] = 1;
    for (int step = 0; step < 5; step++) {
        // C = aI + bA + cA^2; P <- PC; A <- CAC, whose factors commute.
        product(a, columns, 0, 1, columns, a, columns, b, small);
        for (size_t n = 0; n < square; n += LANES) store(c + n, splat(-4.7750f) * load(a + n) + splat(2.0315f) * load(b + n));
        for (int n = 0; n < columns; n++) c[(size_t)n * columns + n] += 3.4445f;
        product(p, columns, 0, 1, columns, c, columns, spare, small);
        memcpy(p, spare, square * sizeof(float));
        if (step == 4) break;
        product(a, columns, 0, 1, columns, c, columns, spare, small);
        product(spare, columns, 0, 1, columns, c, columns, a, small);
    }
    product(x, columns, 0, 1, columns, p, columns, result, (int)rounded_rows(rows));
    memcpy(matrix, result, count * sizeof(float));
}
