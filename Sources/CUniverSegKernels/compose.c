#include "kernels.h"

enum { C = TOMOS_CHANNELS };

// composed[case][plane][dy + 2][dx + 2][o] = sum over the taps (sy, sx) of S that fall inside the image in this case,
// and over m, of S[o][m][sy][sx] * Ws[m][plane][dy - sy][dx - sx].
static double tap(const float *support, const float *cross, int o, int plane, int sy, int sx, int wy, int wx) {
    double sum = 0;
    for (int m = 0; m < C; m++)
        sum += (double)support[((o * C + m) * 3 + sy) * 3 + sx] * cross[((m * 3 + 1 + plane) * 3 + wy) * 3 + wx];
    return sum;
}

void tomos_compose_first(const float *support, const float *cross, float *composed) {
    for (int border = 0; border < 9; border++) {
        int top = border / 3, left = border % 3;
        // The first row has nothing above it, so S's upper taps read zero padding; likewise for the other sides.
        int y0 = top == 0 ? 1 : 0, y1 = top == 2 ? 1 : 2, x0 = left == 0 ? 1 : 0, x1 = left == 2 ? 1 : 2;
        for (int plane = 0; plane < 2; plane++)
            for (int ty = 0; ty < 5; ty++)
                for (int tx = 0; tx < 5; tx++)
                    for (int o = 0; o < C; o++) {
                        double sum = 0;
                        for (int sy = y0; sy <= y1; sy++)
                            for (int sx = x0; sx <= x1; sx++) {
                                int wy = ty - sy, wx = tx - sx;
                                if (wy >= 0 && wy < 3 && wx >= 0 && wx < 3)
                                    sum += tap(support, cross, o, plane, sy, sx, wy, wx);
                            }
                        composed[((border * 2 + plane) * 25 + ty * 5 + tx) * C + o] = (float)sum;
                    }
    }
}
