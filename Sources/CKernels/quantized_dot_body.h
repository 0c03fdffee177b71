/* Products of one row with int8 activations: integer sums of 32 products, scaled a block and added
 * as floats. The set brings activate (two halves of 32 activations to its FN(activations)) and
 * dot_signed, dot_unsigned, dot_digits (32 products, added up into the lanes of FN(counts)). */

enum { FN(together) = 4 }; /* rows at once */

INLINE float FN(add_up)(FN(totals) v) {
#pragma clang fp reassociate(on)
  float sum = 0;
  UNROLL for (size_t i = 0; i < sizeof v / sizeof sum; i++) sum += v[i];
  return sum;
}

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

/* The table of CODE4 in two int8 digits, 256*high + low in units of `unit`: within 2^-16 of its
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

/* 32 activations in the order in which a block's nibbles unfold: CODE4 has even elements in the
 * high nibbles, odd ones in the low. */
INLINE FN(activations) FN(read_activations)(ck_format format, const int8_t *x) {
  FN(bytes16) a = FN(load_bytes)(x), b = FN(load_bytes)(x + 16);
  if (format != CK_CODE4) return FN(activate)(a, b);
  FN(bytes16)
  even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  FN(bytes16)
  odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return FN(activate)(even, odd);
}

/* Products with the block at p, not yet scaled. */
INLINE FN(counts)
    FN(count)(ck_format format, const uint8_t *p, FN(digits) digits, FN(activations) x) {
  if (format == CK_Q8_0) return FN(dot_signed)(FN(load_bytes)(p + 2), FN(load_bytes)(p + 18), x);
  if (format == CK_INT8) return FN(dot_signed)(FN(load_bytes)(p), FN(load_bytes)(p + 16), x);
  if (format == CK_CODE4) return FN(dot_digits)(FN(load_bytes)(p), digits.high, digits.low, x);
  FN(bytes16) packed = FN(load_bytes)(p + (format == CK_Q4_0 ? 2 : 4));
  return FN(dot_unsigned)(packed & 15, packed >> 4, x);
}

/* y = products of `rows` rows, a constant: together they share the activations and keep the adders
 * busy. Each row's sum has the same order however many there are. */
INLINE void FN(dot_codes_as)(ck_format format, size_t rows, const ck_matrix *w, size_t first,
                             FN(digits) digits, const int8_t *codes, const float *scales,
                             const float *sums, float *y) {
  const uint8_t *p[FN(together)];
  FN(totals) totals[FN(together)];
  float offsets[FN(together)];
  UNROLL for (size_t r = 0; r < rows; r++) {
    p[r] = FN(bytes_at)(format, w, first + r, 0);
    totals[r] = (FN(totals)){0};
    offsets[r] = 0;
  }
  for (size_t b = 0; b < w->columns / 32; b++) {
    FN(activations) x = FN(read_activations)(format, codes + b * 32);
    UNROLL for (size_t r = 0; r < rows; r++) {
      float scale = scales[b], d = 1.0f;
      if (format == CK_CODE4) d = FN(outer_scale)(format, w, first + r, b * 32);
      if (format == CK_Q8_0 || format == CK_Q4_0 || format == CK_Q4_1) d = FN(half)(p[r]);
      if (format == CK_Q4_0) offsets[r] -= 8.0f * d * sums[b];
      if (format == CK_Q4_1) offsets[r] += FN(half)(p[r] + 2) * sums[b];
      FN(counts) products = FN(count)(format, p[r], digits, x);
      totals[r] += __builtin_convertvector(products, FN(totals)) * (d * scale);
      p[r] += FN(block_bytes)(format);
      __builtin_prefetch(p[r] + rows * w->row_bytes); /* rows are too short for the hardware's */
    }
  }
  UNROLL for (size_t r = 0; r < rows; r++) {
    float sum = FN(add_up)(totals[r]);
    if (format == CK_INT8) sum *= w->scales[first + r];
    if (format == CK_CODE4) sum *= digits.unit;
    y[r] = sum + offsets[r];
  }
}

static bool FN(multiply_vector_int8)(const ck_matrix *w, size_t first, size_t count,
                                     const int8_t *codes, const float *scales, const float *sums,
                                     float *y) {
  if (w->columns % 32) return false;
  FN(digits) digits = {0};
  size_t i = 0;
  if (w->format == CK_CODE4) digits = FN(make_digits)(w->table);
#define MULTIPLY_CODES(format)                                                                     \
  case format:                                                                                     \
    for (; i + FN(together) <= count; i += FN(together))                                           \
      FN(dot_codes_as)(format, FN(together), w, first + i, digits, codes, scales, sums, y + i);    \
    for (; i < count; i++)                                                                         \
      FN(dot_codes_as)(format, 1, w, first + i, digits, codes, scales, sums, y + i);               \
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
