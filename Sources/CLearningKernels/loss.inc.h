// Softmax over the classes and its loss; part of kernels.inc.h.

typedef int ivec __attribute__((ext_vector_type(LANES)));

// e^x for x <= 0, within 2e-7 of it: 2^n times a polynomial of what is left (Cephes, expf).
INLINE vec exponential(vec x) {
    x = larger(x, splat(-87));
    vec n = __builtin_elementwise_floor(x * splat(1.44269504f) + splat(0.5f));
    vec r = x - n * splat(0.693359375f) + n * splat(2.12194440e-4f);
    vec p = splat(1.9875691500e-4f);
    p = p * r + splat(1.3981999507e-3f);
    p = p * r + splat(8.3334519073e-3f);
    p = p * r + splat(4.1665795894e-2f);
    p = p * r + splat(1.6666665459e-1f);
    p = p * r + splat(5.0000001201e-1f);
    p = p * r * r + r + splat(1);
    ivec bits = (__builtin_convertvector(n, ivec) + 127) << 23;
    vec power;
    __builtin_memcpy(&power, &bits, sizeof power);
    return p * power;
}

INLINE float sum_of(vec v) {
    float parts[LANES];
    __builtin_memcpy(parts, &v, sizeof parts);
    UNROLL
    for (int half = LANES / 2; half > 0; half /= 2) {
        UNROLL
        for (int n = 0; n < half; n++) parts[n] += parts[n + half];
    }
    return parts[0];
}

INLINE float largest_of(vec v) {
    float parts[LANES];
    __builtin_memcpy(parts, &v, sizeof parts);
    UNROLL
    for (int half = LANES / 2; half > 0; half /= 2) {
        UNROLL
        for (int n = 0; n < half; n++) parts[n] = parts[n] > parts[n + half] ? parts[n] : parts[n + half];
    }
    return parts[0];
}

static const float ordinals[64] __attribute__((aligned(64))) = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61,
    62, 63};

static void softmax(float *logits, size_t voxels, int stride, int classes) {
    for (size_t n = 0; n < voxels; n++, logits += stride) {
        vec most = splat(-1e30f);
        for (int g = 0; g < stride; g += LANES) {
            vec here = load(ordinals + g) < splat((float)classes) ? load(logits + g) : splat(-1e30f);
            most = larger(most, here);
        }
        vec largest = splat(largest_of(most)), sum = splat(0);
        for (int g = 0; g < stride; g += LANES) {
            vec e = exponential(load(logits + g) - largest);
            e = load(ordinals + g) < splat((float)classes) ? e : splat(0);
            store(logits + g, e);
            sum += e;
        }
        vec share = splat(1 / sum_of(sum));
        for (int g = 0; g < stride; g += LANES) store(logits + g, load(logits + g) * share);
    }
}

static void loss_sums(const float *probabilities, const unsigned char *labels, size_t voxels, int stride, int classes,
                      double *both, double *given, double *wanted, double *entropies) {
    for (size_t begin = 0; begin < voxels; begin += SUM_RUN) {
        size_t end = begin + SUM_RUN < voxels ? begin + SUM_RUN : voxels;
        for (int g = 0; g < stride && g < classes; g += LANES) {
            vec sum = splat(0);
            for (size_t n = begin; n < end; n++) sum += load(probabilities + n * stride + g);
            for (int l = 0; l < LANES && g + l < classes; l++) given[g + l] += (double)sum[l];
        }
        for (size_t n = begin; n < end; n++) {
            float p = probabilities[n * stride + labels[n]];
            both[labels[n]] += (double)p;
            wanted[labels[n]] += 1;
            entropies[labels[n]] -= (double)__builtin_logf(p > 1e-12f ? p : 1e-12f);
        }
    }
}

static void loss_gradient(const float *probabilities, const unsigned char *labels, size_t voxels, int stride,
                          const float *entropy, const float *hit, const float *any, float *gradient) {
    for (size_t n = 0; n < voxels; n++, probabilities += stride, gradient += stride) {
        const vec label = splat((float)labels[n]);
        vec sum = splat(0);
        for (int g = 0; g < stride; g += LANES) {
            vec slope = load(any + g) + (load(ordinals + g) == label ? load(hit + g) : splat(0));
            sum += load(probabilities + g) * slope;
        }
        const vec mean = splat(sum_of(sum));
        for (int g = 0; g < stride; g += LANES) {
            vec p = load(probabilities + g), is = load(ordinals + g) == label ? splat(1) : splat(0);
            vec slope = load(any + g) + is * load(hit + g);
            store(gradient + g, splat(entropy[labels[n]]) * (p - is) + p * (slope - mean));
        }
    }
}
