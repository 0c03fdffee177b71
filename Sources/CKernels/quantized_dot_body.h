/* Products of rows with int8 activations: integer sums of 32 products, scaled a block and added as
 * floats. One row of the matrix at a time, so that memory is read as one stream; for several
 * vectors its codes are unfolded once. The set brings activate (two halves of 32 activations to its
 * FN(activations)), dot_signed and dot_unsigned (32 products, added up into the lanes of
 * FN(counts)), HALVES_APART and, without rows and panels of its own, dot_digits. */

/* How far ahead of a row's place memory is asked for: the hardware's own prefetching stops at the
 * end of each 4 KB page. */
#define PREFETCH_BYTES 3072

/* Rows of activations that are multiplied at once. */
#define ROWS CK_INT8_STEP

INLINE float FN(add_up)(FN(totals) v) {
  FN(four) parts[sizeof v / 16];
  memcpy(parts, &v, sizeof v);
  UNROLL for (size_t i = 1; i < sizeof v / 16; i++) parts[0] += parts[i];
  return FN(sum_four)(parts[0]);
}

/* The sums of even and odd parts of each row. */
INLINE FN(four) FN(add_up_rows)(FN(totals) totals[ROWS][2], size_t rows) {
  FN(four) result = {0};
  UNROLL for (size_t v = 0; v < ROWS; v++) if (v < rows) result[v] =
      FN(add_up)(totals[v][0] + totals[v][1]);
  return result;
}

/* Where a block of a row has its numbers, and 32 times that its codes. Those of ROWS rows lie
 * beside each other; panels take such groups one after the other. */
INLINE size_t FN(block_of_row)(size_t rows, size_t blocks, size_t b, size_t row) {
  if (LANES != 16 || rows == 1) return b * rows + row;
  return (row / ROWS * blocks + b) * ROWS + row % ROWS;
}

INLINE FN(activations) FN(activations_at)(const ck_int8_rows *x, size_t place) {
  const int8_t *codes = x->codes + 32 * place;
  return FN(activate)(FN(load_bytes)(codes), FN(load_bytes)(codes + 16));
}

/* A number of each of some rows, the first at `place`; lane 0 alone where there is one row. */
INLINE FN(four) FN(numbers_of_rows)(const float *x, size_t place, size_t width) {
  FN(four) v = {x[place]};
  UNROLL for (size_t i = 1; i < ROWS; i++) if (i < width) v[i] = x[place + i];
  return v;
}

static void FN(quantize_row)(const float *x, size_t n, const ck_int8_rows *rows, size_t row) {
  const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to the nearest integer */
  for (size_t i = 0; i < n; i += 32) {
    size_t place = FN(block_of_row)(rows->rows, n / 32, i / 32, row);
    float most = FN(absmax)(x + i, 32), inverse = most > 0 ? 127.0f / most : 0.0f;
    VI total = {0};
    for (size_t j = 0; j < 32; j += LANES) {
      VI q = (VI)(FN(load)(x + i + j) * inverse + magic) - 0x4B400000;
      FN(signed_bytes) narrow = __builtin_convertvector(q, FN(signed_bytes));
      memcpy(rows->codes + 32 * place + j, &narrow, sizeof narrow);
      total += q;
    }
    uint32_t sum = 0;
    UNROLL for (size_t j = 0; j < LANES; j++) sum += (uint32_t)total[j];
    rows->scales[place] = most / 127.0f;
    rows->sums[place] = rows->scales[place] * (float)(int32_t)sum;
    rows->shifts[place] = (int32_t)(0u - 128u * sum);
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

#include "block_dot_body.h"
#if LANES == 16
#include "avx512_rows.h"
#include "avx512_unfold.h"
#include "avx512_panels.h"
#else
#include "bytes_body.h"
#include "nibbles_body.h"
#endif

/* One row of the matrix with `width` ones of the activations from `start` on: 1, or ROWS. */
INLINE FN(four)
    FN(dot_row_int8)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                     const ck_int8_rows *x, size_t start, size_t width) {
  switch (format) {
    case CK_INT8:
    case CK_Q8_0: return FN(dot_bytes_as)(format, w, row, x, start, width);
    case CK_CODE4:
    case CK_Q4_0:
    case CK_Q4_1: return FN(dot_nibbles_as)(format, w, row, digits, x, start, width);
    default: return FN(dot_blocks_as)(format, w, row, x, start, width);
  }
}

INLINE void FN(dot_rows_int8)(ck_format format, const ck_matrix *w, size_t first, size_t count,
                              FN(digits) digits, const ck_int8_rows *x, float *y, size_t y_stride) {
#if LANES == 16
  if (x->rows > 1 && FN(has_panels)(format))
    return FN(multiply_panels)(format, w, first, count, digits, x, y, y_stride);
#endif
  for (size_t i = 0; i < count; i++) {
    if (x->rows == 1) {
      y[i] = FN(dot_row_int8)(format, w, first + i, digits, x, 0, 1)[0];
      continue;
    }
    for (size_t start = 0; start < x->used; start += ROWS) {
      FN(four) results = FN(dot_row_int8)(format, w, first + i, digits, x, start, ROWS);
      for (size_t v = start; v < x->used && v < start + ROWS; v++)
        y[v * y_stride + i] = results[v - start];
    }
  }
}

static bool FN(multiply_int8)(const ck_matrix *w, size_t first, size_t count, const ck_int8_rows *x,
                              float *y, size_t y_stride) {
  if (w->columns % 32 || FN(uneven)(w)) return false;
  FN(digits) digits = {0};
  if (w->format == CK_CODE4) digits = FN(make_digits)(w->table);
  switch (w->format) {
#define MULTIPLY_ROWS(constant, name, number, elements, bytes, factors_at, factors)                \
  case CK_##constant:                                                                              \
    FN(dot_rows_int8)(CK_##constant, w, first, count, digits, x, y, y_stride);                     \
    return true;
    CK_BLOCK_FORMATS(MULTIPLY_ROWS)
    MULTIPLY_ROWS(INT8, , , , , , )
    MULTIPLY_ROWS(CODE4, , , , , , )
#undef MULTIPLY_ROWS
    default: return false;
  }
}
#undef ROWS
