/* Vectors of floats: sums, updates, conversions, the optimizer. Plain loops that the compiler turns
 * into the instructions of the set; sums may be reordered inside their block, and only there. */

static float FN(dot)(const float *x, const float *y, size_t n) {
#pragma clang fp reassociate(on) contract(fast)
  float sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

static double FN(sum_of_squares)(const float *x, size_t n) {
#pragma clang fp reassociate(on) contract(fast)
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

static void FN(add)(float *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += x[i];
}

/* Four vectors of sums at a time stay in registers while the rows pass. */
static void FN(weighted_sum)(const float *weights, const float *rows, size_t stride, size_t count,
                             size_t n, float *y) {
#pragma clang fp contract(fast)
  for (size_t j = 0; j < n; j += 4 * LANES) {
    VF sums[4] = {{0}};
    size_t width = n - j;
    const float *row = rows + j;
    if (width >= 4 * LANES) {
      for (size_t i = 0; i < count; i++, row += stride) {
        UNROLL for (size_t k = 0; k < 4; k++) sums[k] += weights[i] * FN(load)(row + k * LANES);
      }
      UNROLL for (size_t k = 0; k < 4; k++) FN(store)(y + j + k * LANES, sums[k]);
      continue;
    }
    for (size_t k = 0; k * LANES < width; k++) {
      for (size_t i = 0; i < count; i++)
        sums[0] += weights[i] * FN(load_some)(row + i * stride + k * LANES, width - k * LANES);
      FN(store_some)(y + j + k * LANES, sums[0], width - k * LANES);
      sums[0] = (VF){0};
    }
  }
}

static void FN(scale)(float *y, float a, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] *= a;
}

#if !HAS_BF16
static void FN(to_bf16)(const float *x, size_t n, uint16_t *y) {
  for (size_t i = 0; i < n; i++) y[i] = FN(bf16)(x[i]);
}
#endif

static void FN(from_bf16)(const uint16_t *x, size_t n, float *y) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(&y[i], &bits, sizeof bits);
  }
}

static float FN(absmax)(const float *x, size_t n) {
  VF most = {0};
  for (size_t i = 0; i < n; i += LANES)
    most = __builtin_elementwise_max(most, __builtin_elementwise_abs(FN(load_some)(x + i, n - i)));
  return FN(largest)(most);
}

static void FN(adamw)(float *p, float *m, float *v, const float *g, size_t n, float lr, float beta1,
                      float beta2, float epsilon, float weight_decay, float bias1, float bias2) {
  float decay = 1.0f - lr * weight_decay, rest1 = 1.0f - beta1, rest2 = 1.0f - beta2;
  for (size_t i = 0; i < n; i += LANES) {
    size_t width = n - i;
    VF gradient = FN(load_some)(g + i, width);
    VF first = FN(load_some)(m + i, width) * beta1 + gradient * rest1;
    VF second = FN(load_some)(v + i, width) * beta2 + gradient * gradient * rest2;
    VF root = __builtin_elementwise_sqrt(second / bias2) + epsilon;
    VF value = FN(load_some)(p + i, width) * decay - lr * (first / bias1) / root;
    FN(store_some)(m + i, first, width);
    FN(store_some)(v + i, second, width);
    FN(store_some)(p + i, value, width);
  }
}

/* rank = number of midpoints of neighbours in sorted order that are below the value. */
static void FN(encode_code4)(const float *x, size_t n, float absmax, const float *table,
                             const uint8_t *order, uint8_t *codes) {
  float midpoints[15], inverse = absmax > 0 ? 1.0f / absmax : 0.0f;
  for (int k = 0; k < 15; k++) midpoints[k] = 0.5f * (table[order[k]] + table[order[k + 1]]);
  for (size_t i = 0; i < n; i += LANES) {
    VF value = FN(load_some)(x + i, n - i) * inverse;
    VI rank = {0};
    for (int k = 0; k < 15; k++) rank -= value > midpoints[k];
    for (size_t j = 0; j < LANES && i + j < n; j += 2)
      codes[(i + j) / 2] = (uint8_t)(order[rank[j]] << 4 | order[rank[j + 1]]);
  }
}
