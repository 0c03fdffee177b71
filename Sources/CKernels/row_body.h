/* Operations on rows of activations: normalisation, gated activation, rotation, softmax, loss. */

/* The lanes below `width` of v, 0 in the others. */
INLINE VF FN(keep)(VF v, size_t width) {
  if (width >= LANES) return v;
  VI mask;
  for (int j = 0; j < LANES; j++) mask[j] = (size_t)j < width ? -1 : 0;
  return (VF)((VI)v & mask);
}

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

/* The sum of the elements, and of their squared distances from `mean`. */
INLINE float FN(total)(const float *x, size_t columns) {
  VF sum = {0};
  for (size_t i = 0; i < columns; i += LANES) sum += FN(load_some)(x + i, columns - i);
  return FN(sum)(sum);
}

INLINE float FN(inverse_deviation)(const float *x, size_t columns, float mean, float epsilon) {
  VF sum = {0};
  for (size_t i = 0; i < columns; i += LANES) {
    size_t width = columns - i;
    VF centred = FN(keep)(FN(load_some)(x + i, width) - mean, width);
    sum += centred * centred;
  }
  return 1.0f / sqrtf(FN(sum)(sum) / (float)columns + epsilon);
}

static void FN(layer_norm)(const float *x, const float *weight, const float *bias, size_t rows,
                           size_t columns, float epsilon, float *y) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float mean = FN(total)(x, columns) / (float)columns;
    float factor = FN(inverse_deviation)(x, columns, mean, epsilon);
    for (size_t i = 0; i < columns; i += LANES) {
      size_t width = columns - i;
      VF normed = (FN(load_some)(x + i, width) - mean) * factor;
      VF scaled = normed * FN(load_some)(weight + i, width);
      if (bias) scaled += FN(load_some)(bias + i, width);
      FN(store_some)(y + i, scaled, width);
    }
  }
}

/* With n = (x - mean) r, r the inverse deviation, and g = w dy over k columns:
 * dx = r (g - sum(g)/k - n sum(g n)/k). */
static void FN(layer_norm_backward)(const float *x, const float *weight, const float *dy,
                                    size_t rows, size_t columns, float epsilon, float *dx) {
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    float mean = FN(total)(x, columns) / (float)columns;
    float factor = FN(inverse_deviation)(x, columns, mean, epsilon);
    VF sum = {0}, along = {0};
    for (size_t i = 0; i < columns; i += LANES) {
      size_t width = columns - i;
      VF weighted = FN(load_some)(weight + i, width) * FN(load_some)(dy + i, width);
      sum += weighted;
      along += weighted * (FN(load_some)(x + i, width) - mean) * factor;
    }
    float level = FN(sum)(sum) / (float)columns, back = FN(sum)(along) / (float)columns;
    for (size_t i = 0; i < columns; i += LANES) {
      size_t width = columns - i;
      VF weighted = FN(load_some)(weight + i, width) * FN(load_some)(dy + i, width);
      VF normed = (FN(load_some)(x + i, width) - mean) * factor;
      VF gradient = (weighted - level - normed * back) * factor;
      FN(store_some)(dx + i, FN(load_some)(dx + i, width) + gradient, width);
    }
  }
}

/* tanh of sqrt(2/pi) (x + 0.044715 x^3), by exp: tanh(u) = 1 - 2/(exp(2u) + 1). */
INLINE VF FN(gelu_turn)(VF x) {
  VF u = 0.7978845608028654f * (x + 0.044715f * x * x * x);
  return 1.0f - 2.0f / (FN(exp)(2.0f * u) + 1.0f);
}

static void FN(geglu_tanh)(const float *gate, const float *up, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF g = FN(load_some)(gate + i, n - i), u = FN(load_some)(up + i, n - i);
    FN(store_some)(y + i, 0.5f * g * (1.0f + FN(gelu_turn)(g)) * u, n - i);
  }
}
static void FN(geglu_tanh_backward)(const float *gate, const float *up, const float *dy, size_t n,
                                    float *dgate, float *dup) {
  for (size_t i = 0; i < n; i += LANES) {
    VF g = FN(load_some)(gate + i, n - i), u = FN(load_some)(up + i, n - i);
    VF d = FN(load_some)(dy + i, n - i), t = FN(gelu_turn)(g);
    VF inner = 0.7978845608028654f * (1.0f + 0.134145f * g * g);
    VF slope = 0.5f * (1.0f + t) + 0.5f * g * (1.0f - t * t) * inner;
    FN(store_some)(dgate + i, d * u * slope, n - i);
    FN(store_some)(dup + i, d * 0.5f * g * (1.0f + t), n - i);
  }
}
static void FN(gelu_tanh)(const float *x, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF v = FN(load_some)(x + i, n - i);
    FN(store_some)(y + i, 0.5f * v * (1.0f + FN(gelu_turn)(v)), n - i);
  }
}

static void FN(gelu_tanh_backward)(const float *x, const float *dy, size_t n, float *dx) {
  for (size_t i = 0; i < n; i += LANES) {
    VF v = FN(load_some)(x + i, n - i), t = FN(gelu_turn)(v);
    VF inner = 0.7978845608028654f * (1.0f + 0.134145f * v * v);
    VF slope = 0.5f * (1.0f + t) + 0.5f * v * (1.0f - t * t) * inner;
    FN(store_some)(dx + i, FN(load_some)(dy + i, n - i) * slope, n - i);
  }
}

/* The share of a standard normal distribution beyond |x|, from a Chebyshev fit of erfc with a relative error
 * of 1.2e-7 (Press et al., Numerical Recipes, 6.2). */
INLINE VF FN(normal_tail)(VF x) {
  VF z = 0.70710678118654752f * x;
  VI negative = z < 0.0f;
  z = (VF)((negative & (VI)-z) | (~negative & (VI)z));
  VF t = 1.0f / (1.0f + 0.5f * z);
  VF s = 0.17087277f * t - 0.82215223f;
  s = s * t + 1.48851587f;
  s = s * t - 1.13520398f;
  s = s * t + 0.27886807f;
  s = s * t - 0.18628806f;
  s = s * t + 0.09678418f;
  s = s * t + 0.37409196f;
  s = s * t + 1.00002368f;
  s = s * t - 1.26551223f;
  return 0.5f * t * FN(exp)(s - z * z);
}

/* The share of a standard normal distribution below x. */
INLINE VF FN(normal_share)(VF x) {
  VF tail = FN(normal_tail)(x), rest = 1.0f - tail;
  VI negative = x < 0.0f;
  return (VF)((negative & (VI)tail) | (~negative & (VI)rest));
}

static void FN(gelu)(const float *x, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF v = FN(load_some)(x + i, n - i);
    FN(store_some)(y + i, v * FN(normal_share)(v), n - i);
  }
}

static void FN(gelu_backward)(const float *x, const float *dy, size_t n, float *dx) {
  for (size_t i = 0; i < n; i += LANES) {
    VF v = FN(load_some)(x + i, n - i);
    VF density = 0.3989422804014327f * FN(exp)(-0.5f * v * v);
    VF slope = FN(normal_share)(v) + v * density;
    FN(store_some)(dx + i, FN(load_some)(dy + i, n - i) * slope, n - i);
  }
}

/* What is no number stays none. */
static void FN(relu)(const float *x, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF v = FN(load_some)(x + i, n - i);
    FN(store_some)(y + i, (VF)((VI)v & ~(VI)(v < 0.0f)), n - i);
  }
}

static void FN(relu_backward)(const float *x, const float *dy, size_t n, float *dx) {
  for (size_t i = 0; i < n; i += LANES) {
    VI is_positive = (VI)(FN(load_some)(x + i, n - i) > 0.0f);
    FN(store_some)(dx + i, (VF)((VI)FN(load_some)(dy + i, n - i) & is_positive), n - i);
  }
}

/* The square of ReLU (arXiv 2109.08668). */
static void FN(relu2)(const float *x, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF v = FN(load_some)(x + i, n - i);
    v = (VF)((VI)v & ~(VI)(v < 0.0f));
    FN(store_some)(y + i, v * v, n - i);
  }
}

static void FN(relu2_backward)(const float *x, const float *dy, size_t n, float *dx) {
  for (size_t i = 0; i < n; i += LANES) {
    VF v = FN(load_some)(x + i, n - i);
    v = (VF)((v > 0.0f) & (VI)v);
    FN(store_some)(dx + i, 2.0f * v * FN(load_some)(dy + i, n - i), n - i);
  }
}

static void FN(geglu)(const float *gate, const float *up, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF g = FN(load_some)(gate + i, n - i), u = FN(load_some)(up + i, n - i);
    FN(store_some)(y + i, g * FN(normal_share)(g) * u, n - i);
  }
}

static void FN(geglu_backward)(const float *gate, const float *up, const float *dy, size_t n,
                               float *dgate, float *dup) {
  for (size_t i = 0; i < n; i += LANES) {
    VF g = FN(load_some)(gate + i, n - i), u = FN(load_some)(up + i, n - i);
    VF d = FN(load_some)(dy + i, n - i), share = FN(normal_share)(g);
    VF density = 0.3989422804014327f * FN(exp)(-0.5f * g * g);
    FN(store_some)(dgate + i, d * u * (share + g * density), n - i);
    FN(store_some)(dup + i, d * g * share, n - i);
  }
}

static void FN(reglu)(const float *gate, const float *up, size_t n, float *y) {
  for (size_t i = 0; i < n; i += LANES) {
    VF g = FN(load_some)(gate + i, n - i), u = FN(load_some)(up + i, n - i);
    FN(store_some)(y + i, (VF)((VI)g & ~(VI)(g < 0.0f)) * u, n - i);
  }
}

static void FN(reglu_backward)(const float *gate, const float *up, const float *dy, size_t n,
                               float *dgate, float *dup) {
  for (size_t i = 0; i < n; i += LANES) {
    VF g = FN(load_some)(gate + i, n - i), u = FN(load_some)(up + i, n - i);
    VF d = FN(load_some)(dy + i, n - i);
    VI on = g > 0.0f;
    FN(store_some)(dgate + i, (VF)(on & (VI)(d * u)), n - i);
    FN(store_some)(dup + i, d * (VF)(on & (VI)g), n - i);
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
