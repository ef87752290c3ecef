// Linear interpolation to twice the size; part of kernels.inc.h.

// The two places, along one axis, that value n of an enlarged line lies between, and the second one's share: a quarter
// before a centre or after it.
typedef struct {
    int first, second;
    float share;
} between;

static inline between place_between(int n, int size, int enlarged) {
    if (!enlarged) return (between){n, n, 0};
    int at = n / 2, other = n % 2 ? at + 1 : at - 1;
    if (other < 0) other = 0;
    if (other >= size) other = size - 1;
    return (between){at, other, 0.25f};
}

static void enlarge(const float *map, tomos_extent e, int deep, float *output) {
    const size_t line = (size_t)e.columns * e.channels, slice = line * e.rows;
    for (int z = 0; z < (deep ? 2 * e.depth : e.depth); z++) {
        between bz = place_between(z, e.depth, deep);
        for (int y = 0; y < 2 * e.rows; y++) {
            between by = place_between(y, e.rows, 1);
            const float *lines[4] = {
                map + bz.first * slice + by.first * line, map + bz.first * slice + by.second * line,
                map + bz.second * slice + by.first * line, map + bz.second * slice + by.second * line};
            const float shares[4] = {
                (1 - bz.share) * (1 - by.share), (1 - bz.share) * by.share, bz.share * (1 - by.share), bz.share * by.share};
            const int count = deep ? 4 : 2;
            for (int x = 0; x < 2 * e.columns; x++, output += e.channels) {
                between bx = place_between(x, e.columns, 1);
                size_t near = (size_t)bx.first * e.channels, far = (size_t)bx.second * e.channels;
                for (int g = 0; g < e.channels; g += LANES) {
                    vec sum = splat(0);
                    for (int n = 0; n < count; n++)
                        sum += splat(shares[n]) * (splat(0.75f) * load(lines[n] + near + g) + splat(0.25f) * load(lines[n] + far + g));
                    store(output + g, sum);
                }
            }
        }
    }
}

// The places of an enlarged line that value n of the small one had a share in.
static inline int shares_of(int n, int size, int enlarged, int *places, float *shares) {
    if (!enlarged) {
        places[0] = n, shares[0] = 1;
        return 1;
    }
    int count = 0;
    for (int m = 2 * n - 1; m <= 2 * n + 2; m++) {
        if (m < 0 || m >= 2 * size) continue;
        int own = m == 2 * n || m == 2 * n + 1, last = m == 0 || m == 2 * size - 1;
        places[count] = m, shares[count++] = own ? (last ? 1 : 0.75f) : 0.25f;
    }
    return count;
}

static void enlarge_back(const float *gradient, tomos_extent e, int deep, float *output) {
    const size_t line = 2 * (size_t)e.columns * e.channels, slice = 2 * line * e.rows;
    int pz[4], py[4], px[4];
    float sz[4], sy[4], sx[4];
    for (int z = 0; z < e.depth; z++) {
        int nz = shares_of(z, e.depth, deep, pz, sz);
        for (int y = 0; y < e.rows; y++) {
            int ny = shares_of(y, e.rows, 1, py, sy);
            for (int x = 0; x < e.columns; x++, output += e.channels) {
                int nx = shares_of(x, e.columns, 1, px, sx);
                for (int g = 0; g < e.channels; g += LANES) {
                    vec sum = splat(0);
                    for (int a = 0; a < nz; a++)
                        for (int b = 0; b < ny; b++) {
                            const float *from = gradient + pz[a] * slice + py[b] * line + g;
                            vec part = splat(0);
                            for (int c = 0; c < nx; c++) part += splat(sx[c]) * load(from + (size_t)px[c] * e.channels);
                            sum += splat(sz[a] * sy[b]) * part;
                        }
                    store(output + g, sum);
                }
            }
        }
    }
}
