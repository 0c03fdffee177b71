/* Products of one row with int8 activations: integer sums of 32 products, scaled a block and added
 * as floats. One row at a time, so that memory is read as one stream. The set brings activate (two
 * halves of 32 activations to its FN(activations)), dot_signed and dot_unsigned (32 products, added
 * up into the lanes of FN(counts)), HALVES_APART and, without a dot_nibbles_as of its own,
 * dot_digits. */

/* How far ahead of a row's place memory is asked for: the hardware's own prefetching stops at the
 * end of each 4 KB page. */
#define PREFETCH_BYTES 3072

INLINE float FN(add_up)(FN(totals) v) {
  FN(four) parts[sizeof v / 16];
  memcpy(parts, &v, sizeof v);
  UNROLL for (size_t i = 1; i < sizeof v / 16; i++) parts[0] += parts[i];
  return FN(sum_four)(parts[0]);
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

/* Q8_0 and INT8. Even and odd blocks are added up apart, since one sum would wait for itself. */
INLINE float FN(dot_bytes_as)(ck_format format, const ck_matrix *w, size_t row, const int8_t *codes,
                              const float *scales) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t skip = format == CK_Q8_0 ? 2 : 0, blocks = w->columns / 32;
  FN(totals) totals[2] = {{0}};
  for (size_t b = 0; b < blocks; b += 2) {
    UNROLL for (size_t i = 0; i < 2; i++) {
      if (b + i == blocks) continue;
      const int8_t *x = codes + (b + i) * 32;
      __builtin_prefetch(p + PREFETCH_BYTES);
      FN(counts)
      products = FN(dot_signed)(FN(load_bytes)(p + skip), FN(load_bytes)(p + skip + 16),
                                FN(activate)(FN(load_bytes)(x), FN(load_bytes)(x + 16)));
      float scale = format == CK_Q8_0 ? FN(half)(p) * scales[b + i] : scales[b + i];
      totals[i] += __builtin_convertvector(products, FN(totals)) * scale;
      p += FN(block_bytes)(format);
    }
  }
  return FN(add_up)(totals[0] + totals[1]) * FN(outer_scale)(format, w, row, 0);
}

#include "block_dot_body.h"
#if LANES == 16
#include "avx512_nibbles.h"
#else
#include "nibbles_body.h"
#endif

INLINE float FN(dot_row_int8)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                              const int8_t *codes, const float *scales, const float *sums) {
  switch (format) {
    case CK_INT8:
    case CK_Q8_0: return FN(dot_bytes_as)(format, w, row, codes, scales);
    case CK_CODE4:
    case CK_Q4_0:
    case CK_Q4_1: return FN(dot_nibbles_as)(format, w, row, digits, codes, scales, sums);
    default: return FN(dot_blocks_as)(format, w, row, codes, scales, sums);
  }
}

static bool FN(multiply_vector_int8)(const ck_matrix *w, size_t first, size_t count,
                                     const int8_t *codes, const float *scales, const float *sums,
                                     float *y) {
  if (w->columns % 32 || FN(uneven)(w)) return false;
  FN(digits) digits = {0};
  if (w->format == CK_CODE4) digits = FN(make_digits)(w->table);
  switch (w->format) {
#define MULTIPLY_ROWS(constant, name, number, elements, bytes, factors_at, factors)                \
  case CK_##constant:                                                                              \
    for (size_t i = 0; i < count; i++)                                                             \
      y[i] = FN(dot_row_int8)(CK_##constant, w, first + i, digits, codes, scales, sums);           \
    return true;
    CK_BLOCK_FORMATS(MULTIPLY_ROWS)
    MULTIPLY_ROWS(INT8, , , , , , )
    MULTIPLY_ROWS(CODE4, , , , , , )
#undef MULTIPLY_ROWS
    default: return false;
  }
}
