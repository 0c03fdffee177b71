/* Products of one row with int8 activations: integer sums of 32 products, scaled a block and added
 * as floats. The set brings dot_signed, dot_unsigned (32 products into its FN(counts)),
 * look_up_bytes. */

static void FN(quantize_vector)(const float *x, size_t n, int8_t *codes, float *scales,
                                float *sums) {
  const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to the nearest integer */
  for (size_t i = 0; i < n; i += 32) {
    float most = FN(absmax)(x + i, 32), inverse = most > 0 ? 127.0f / most : 0.0f;
    VI total = {0};
    for (size_t j = 0; j < 32; j += LANES) {
      VI q = (VI)(FN(load)(x + i + j) * inverse + magic) - 0x4B400000;
      FN(signed_bytes) narrow = __builtin_convertvector(q, FN(signed_bytes));
      memcpy(codes + i + j, &narrow, sizeof narrow);
      total += q;
    }
    scales[i / 32] = most / 127.0f;
    sums[i / 32] = scales[i / 32] * FN(sum)(__builtin_convertvector(total, VF));
  }
}

/* The table of CODE4 in two int8 digits, 256*high + low in units of unit: within 2^-16 of its
 * largest value, far below the rounding of the activations. */
typedef struct {
  FN(bytes16) high, low;
  float unit;
} FN(digits);

INLINE FN(digits) FN(make_digits)(const float *table) {
  FN(digits) d;
  float most = FN(absmax)(table, 16), inverse = most > 0 ? 32512.0f / most : 0.0f;
  d.unit = most / 32512.0f;
  for (int k = 0; k < 16; k++) {
    int whole = (int)lrintf(table[k] * inverse), high = (whole + 128) >> 8;
    d.high[k] = (uint8_t)high;
    d.low[k] = (uint8_t)(whole - 256 * high);
  }
  return d;
}

/* Products with the block at p, not yet scaled; `x` are its 32 codes. */
INLINE FN(counts)
    FN(count)(ck_format format, const uint8_t *p, FN(digits) digits, const int8_t *x) {
  FN(bytes16) a, b;
  if (format == CK_Q8_0) return FN(dot_signed)(FN(load_bytes)(p + 2), FN(load_bytes)(p + 18), x);
  if (format == CK_INT8) return FN(dot_signed)(FN(load_bytes)(p), FN(load_bytes)(p + 16), x);
  if (format == CK_CODE4) {
    FN(split_pairs)(FN(load_bytes)(p), &a, &b);
    FN(counts)
    high = FN(dot_signed)(FN(look_up_bytes)(digits.high, a), FN(look_up_bytes)(digits.high, b), x);
    FN(counts)
    low = FN(dot_signed)(FN(look_up_bytes)(digits.low, a), FN(look_up_bytes)(digits.low, b), x);
    return (high << 8) + low;
  }
  a = FN(load_bytes)(p + (format == CK_Q4_0 ? 2 : 4));
  return FN(dot_unsigned)(a & 15, a >> 4, x);
}

INLINE float FN(dot_codes_as)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                              const int8_t *codes, const float *scales, const float *sums) {
  const uint8_t *p = FN(bytes_at)(format, w, row, 0);
  FN(totals) total = {0};
  float offset = 0;
  for (size_t b = 0; b < w->columns / 32; b++, p += FN(block_bytes)(format)) {
    float scale = scales[b];
    if (format == CK_CODE4) scale *= FN(outer_scale)(format, w, row, b * 32);
    if (format == CK_Q8_0 || format == CK_Q4_0 || format == CK_Q4_1) {
      float d = FN(half)(p);
      scale *= d;
      if (format == CK_Q4_0) offset -= 8.0f * d * sums[b];
      if (format == CK_Q4_1) offset += FN(half)(p + 2) * sums[b];
    }
    FN(counts) products = FN(count)(format, p, digits, codes + b * 32);
    total += __builtin_convertvector(products, FN(totals)) * scale;
  }
  float sum = 0;
  {
#pragma clang fp reassociate(on)
    UNROLL for (size_t i = 0; i < sizeof total / sizeof sum; i++) sum += total[i];
  }
  if (format == CK_INT8) sum *= w->scales[row];
  if (format == CK_CODE4) sum *= digits.unit;
  return sum + offset;
}

static bool FN(multiply_vector_int8)(const ck_matrix *w, size_t first, size_t count,
                                     const int8_t *codes, const float *scales, const float *sums,
                                     float *y) {
  if (w->columns % 32) return false;
  FN(digits) digits = {0};
  if (w->format == CK_CODE4) digits = FN(make_digits)(w->table);
#define MULTIPLY_CODES(format)                                                                     \
  case format:                                                                                     \
    for (size_t i = 0; i < count; i++)                                                             \
      y[i] = FN(dot_codes_as)(format, w, first + i, digits, codes, scales, sums);                  \
    return true;
  switch (w->format) {
    MULTIPLY_CODES(CK_Q8_0)
    MULTIPLY_CODES(CK_Q4_0)
    MULTIPLY_CODES(CK_Q4_1)
    MULTIPLY_CODES(CK_INT8)
    MULTIPLY_CODES(CK_CODE4)
    default: return false;
  }
}
