/* Products of rows with int8 activations: integer sums of 32 products, scaled a block and added as
 * floats. One row of the matrix at a time, so that memory is read as one stream; for several vectors its
 * codes are unfolded once. The set brings activate (two
 * halves of 32 activations to its FN(activations)), dot_signed and dot_unsigned (32 products, added
 * up into the lanes of FN(counts)), HALVES_APART and, without a dot_nibbles_as of its own,
 * dot_digits; and dot_together, for several rows in an order of its own that gives the same sums, or
 * false where it has none. */

/* How far ahead of a row's place memory is asked for: the hardware's own prefetching stops at the
 * end of each 4 KB page. */
#define PREFETCH_BYTES 3072

/* Rows of activations that are multiplied at once; of eight, one half after the other. */
#define ROWS CK_INT8_FEW

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

/* The first or second half of a block of a row: where four rows fill a register, first halves lie beside
 * each other and second ones behind them. */
INLINE int8_t *FN(half_block)(const ck_int8_rows *x, size_t rows, size_t b, size_t row, size_t half) {
  return x->codes + 16 * (LANES == 16 ? rows * (2 * b + half) + row : 2 * (rows * b + row) + half);
}

INLINE FN(activations)
    FN(activations_at)(const ck_int8_rows *x, size_t rows, size_t b, size_t row) {
  return FN(activate)(FN(load_bytes)(FN(half_block)(x, rows, b, row, 0)),
                      FN(load_bytes)(FN(half_block)(x, rows, b, row, 1)));
}

static void FN(quantize_row)(const float *x, size_t n, const ck_int8_rows *rows, size_t row) {
  const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to the nearest integer */
  for (size_t i = 0; i < n; i += 32) {
    size_t place = i / 32 * rows->rows + row;
    float most = FN(absmax)(x + i, 32), inverse = most > 0 ? 127.0f / most : 0.0f;
    VI total = {0};
    for (size_t j = 0; j < 32; j += LANES) {
      VI q = (VI)(FN(load)(x + i + j) * inverse + magic) - 0x4B400000;
      FN(signed_bytes) narrow = __builtin_convertvector(q, FN(signed_bytes));
      memcpy(FN(half_block)(rows, rows->rows, i / 32, row, j / 16) + j % 16, &narrow, sizeof narrow);
      total += q;
    }
    rows->scales[place] = most / 127.0f;
    rows->sums[place] = rows->scales[place] * FN(sum)(__builtin_convertvector(total, VF));
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

/* A number for each of four rows; lane 0 alone where there is one row. */
INLINE FN(four) FN(load_four)(const float *x, size_t rows) {
  FN(four) v = {x[0]};
  if (rows > 1) memcpy(&v, x, sizeof v);
  return v;
}

/* Q8_0 and INT8, with up to four of the rows, from `start` on. Even and odd blocks are added up apart, since one sum would wait for itself. */
INLINE FN(four) FN(dot_bytes_as)(ck_format format, const ck_matrix *w, size_t row,
                                 const ck_int8_rows *x, size_t rows, size_t start) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t skip = format == CK_Q8_0 ? 2 : 0, blocks = w->columns / 32;
  FN(totals) totals[ROWS][2] = {{{0}}};
  for (size_t b = 0; b < blocks; b += 2) {
    UNROLL for (size_t i = 0; i < 2; i++) {
      if (b + i == blocks) continue;
      size_t place = (b + i) * rows + start;
      __builtin_prefetch(p + PREFETCH_BYTES);
      FN(bytes16) first = FN(load_bytes)(p + skip), second = FN(load_bytes)(p + skip + 16);
      FN(four) scales = FN(load_four)(x->scales + place, rows);
      if (format == CK_Q8_0) scales *= FN(half)(p);
      UNROLL for (size_t v = 0; v < ROWS; v++) {
        if (v >= rows) continue;
        FN(counts)
        products = FN(dot_signed)(first, second, FN(activations_at)(x, rows, b + i, start + v));
        totals[v][i] += __builtin_convertvector(products, FN(totals)) * scales[v];
      }
      p += FN(block_bytes)(format);
    }
  }
  return FN(add_up_rows)(totals, rows) * FN(outer_scale)(format, w, row, 0);
}

#include "block_dot_body.h"
#if LANES == 16
#include "avx512_nibbles.h"
#include "avx512_rows.h"
#else
#include "nibbles_body.h"
#endif

INLINE FN(four) FN(dot_row_int8)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                                 const ck_int8_rows *x, size_t rows, size_t start) {
  switch (format) {
    case CK_INT8:
    case CK_Q8_0: return FN(dot_bytes_as)(format, w, row, x, rows, start);
    case CK_CODE4:
    case CK_Q4_0:
    case CK_Q4_1: return FN(dot_nibbles_as)(format, w, row, digits, x, rows, start);
    default: return FN(dot_blocks_as)(format, w, row, x, rows, start);
  }
}

/* `rows` is known where this is unfolded. */
INLINE void FN(dot_rows_int8)(ck_format format, const ck_matrix *w, size_t first, size_t count,
                              FN(digits) digits, const ck_int8_rows *x, size_t rows,
                              float *y, size_t y_stride) {
  for (size_t i = 0; i < count; i++) {
    FN(four) results[CK_INT8_ROWS / 4];
    if (rows == 1 || !FN(dot_together)(format, w, first + i, digits, x, rows, results))
      for (size_t start = 0; start < rows; start += ROWS)
        results[start / 4] = FN(dot_row_int8)(format, w, first + i, digits, x, rows, start);
    for (size_t v = 0; v < rows; v++)
      if (v < x->used) y[v * y_stride + i] = results[v / 4][v % 4];
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
    if (x->rows == 1)                                                                              \
      FN(dot_rows_int8)(CK_##constant, w, first, count, digits, x, 1, y, y_stride);                \
    else if (x->rows == CK_INT8_FEW)                                                               \
      FN(dot_rows_int8)(CK_##constant, w, first, count, digits, x, CK_INT8_FEW, y, y_stride);      \
    else                                                                                           \
      FN(dot_rows_int8)(CK_##constant, w, first, count, digits, x, CK_INT8_ROWS, y, y_stride);     \
    return true;
    CK_BLOCK_FORMATS(MULTIPLY_ROWS)
    MULTIPLY_ROWS(INT8, , , , , , )
    MULTIPLY_ROWS(CODE4, , , , , , )
#undef MULTIPLY_ROWS
    default: return false;
  }
}
#undef ROWS
