/* Operations on rows of activations: normalisation, gated activation, rotation, softmax, loss. */

INLINE float FN(inverse_rms)(const float *x, size_t columns, float epsilon) {
  return 1.0f / sqrtf(FN(dot)(x, x, columns) / (float)columns + epsilon);
}

static void FN(rms_norm)(const float *x, const float *weight, size_t rows, size_t columns,
                         float epsilon, float *y) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float factor = FN(inverse_rms)(x, columns, epsilon);
    for (size_t i = 0; i < columns; i += LANES) {
      size_t width = columns - i;
      VF scaled = FN(load_some)(x + i, width) * factor;
      FN(store_some)(y + i, scaled * FN(load_some)(weight + i, width), width);
    }
  }
}

/* With r = inverse rms and n columns: dx_i = r w_i dy_i - x_i r^3/n sum_j(w_j dy_j x_j). */
static void FN(rms_norm_backward)(const float *x, const float *weight, const float *dy, size_t rows,
                                  size_t columns, float epsilon, float *dx) {
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    float factor = FN(inverse_rms)(x, columns, epsilon);
    VF along = {0};
    for (size_t i = 0; i < columns; i += LANES) {
      size_t width = columns - i;
      VF weighted = FN(load_some)(weight + i, width) * FN(load_some)(dy + i, width);
      along += weighted * FN(load_some)(x + i, width);
    }
    float back = FN(sum)(along) * factor * factor * factor / (float)columns;
    for (size_t i = 0; i < columns; i += LANES) {
      size_t width = columns - i;
      VF weighted = FN(load_some)(weight + i, width) * FN(load_some)(dy + i, width);
      VF gradient = weighted * factor - FN(load_some)(x + i, width) * back;
      FN(store_some)(dx + i, FN(load_some)(dx + i, width) + gradient, width);
    }
  }
}

static void FN(swiglu)(const float *gate, const float *up, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF g = FN(load_some)(gate + i, n - i);
    VF activated = g / (1.0f + FN(exp)(-g));
    FN(store_some)(y + i, activated * FN(load_some)(up + i, n - i), n - i);
  }
}

/* silu'(g) = s + g s (1 - s), s = 1/(1+exp(-g)). */
static void FN(swiglu_backward)(const float *gate, const float *up, const float *dy, size_t n,
                                float *dgate, float *dup) {
  for (size_t i = 0; i < n; i += LANES) {
    size_t width = n - i;
    VF g = FN(load_some)(gate + i, width), u = FN(load_some)(up + i, width);
    VF d = FN(load_some)(dy + i, width), s = 1.0f / (1.0f + FN(exp)(-g));
    VF activated = g * s;
    FN(store_some)(dgate + i, d * u * (s + activated * (1.0f - s)), width);
    FN(store_some)(dup + i, d * activated, width);
  }
}

static void FN(rotate)(float *x, size_t heads, size_t head_size, const float *cosines,
                       const float *sines, bool adjacent, bool inverse) {
#pragma clang fp contract(fast)
  size_t half = head_size / 2;
  size_t step = adjacent ? 2 : 1, apart = adjacent ? 1 : half;
  float sign = inverse ? -1.0f : 1.0f;
  for (size_t h = 0; h < heads; h++, x += head_size) {
    for (size_t i = 0; i < half; i++) {
      float *first = x + i * step, *second = first + apart;
      float a = *first, b = *second, c = cosines[i], s = sign * sines[i];
      *first = a * c - b * s;
      *second = b * c + a * s;
    }
  }
}

/* Largest of x, -INFINITY for none; NaN is passed over and shows in the sum that follows. */
INLINE float FN(maximum)(const float *x, size_t n) {
  VF most = FN(splat)(-INFINITY);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) most = __builtin_elementwise_max(most, FN(load)(x + i));
  float m = FN(largest)(most);
  for (; i < n; i++) m = x[i] > m ? x[i] : m;
  return m;
}

/* The lanes below `width` of v, 0 in the others. */
INLINE VF FN(keep)(VF v, size_t width) {
  if (width >= LANES) return v;
  VI mask;
  for (int j = 0; j < LANES; j++) mask[j] = (size_t)j < width ? -1 : 0;
  return (VF)((VI)v & mask);
}

static float FN(softmax)(float *x, size_t n, float scale) {
  for (size_t i = 0; i < n; i += LANES)
    FN(store_some)(x + i, FN(load_some)(x + i, n - i) * scale, n - i);
  float maximum = FN(maximum)(x, n);
  if (maximum == -INFINITY) {
    memset(x, 0, n * sizeof *x);
    return maximum;
  }
  VF total = {0};
  for (size_t i = 0; i < n; i += LANES) {
    VF e = FN(exp)(FN(load_some)(x + i, n - i) - maximum);
    FN(store_some)(x + i, e, n - i);
    total += FN(keep)(e, n - i);
  }
  float sum = FN(sum)(total), inverse = 1.0f / sum;
  for (size_t i = 0; i < n; i += LANES)
    FN(store_some)(x + i, FN(load_some)(x + i, n - i) * inverse, n - i);
  return maximum + logf(sum);
}

static void FN(softmax_backward)(const float *p, const float *dp, size_t n, float scale,
                                 float *ds) {
  float along = FN(dot)(p, dp, n);
  for (size_t i = 0; i < n; i += LANES) {
    VF d = FN(load_some)(dp + i, n - i) - along;
    FN(store_some)(ds + i, FN(load_some)(p + i, n - i) * d * scale, n - i);
  }
}

static void FN(log_sum_exp_chunk)(const float *x, size_t n, float *maximum, float *sum) {
  float before = *maximum, chunk = FN(maximum)(x, n), now = chunk > before ? chunk : before;
  if (now == -INFINITY) return;
  VF total = {0};
  for (size_t i = 0; i < n; i += LANES)
    total += FN(keep)(FN(exp)(FN(load_some)(x + i, n - i) - now), n - i);
  *sum = *sum * FN(exp_one)(before - now) + FN(sum)(total);
  *maximum = now;
}

static void FN(cross_entropy_gradient)(float *x, size_t n, float log_sum_exp, float weight) {
  for (size_t i = 0; i < n; i += LANES) {
    VF p = FN(exp)(FN(load_some)(x + i, n - i) - log_sum_exp);
    FN(store_some)(x + i, p * weight, n - i);
  }
}
