/* Rows of nibbles (Q4_0, Q4_1, CODE4) times int8 activations, a block at a time. */

/* 32 activations in the order in which a block's nibbles unfold: CODE4 has even elements in the
 * high nibbles, odd ones in the low. */
INLINE FN(activations) FN(read_activations)(ck_format format, const ck_int8_rows *x, size_t place) {
  if (format != CK_CODE4) return FN(activations_at)(x, place);
  FN(bytes16) a = FN(load_bytes)(x->codes + 32 * place);
  FN(bytes16) b = FN(load_bytes)(x->codes + 32 * place + 16);
  FN(bytes16)
  even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  FN(bytes16)
  odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return FN(activate)(even, odd);
}

/* The nibbles at p, unfolded for products. */
typedef struct {
  FN(bytes16) packed, low, high;
} FN(nibbles);

INLINE FN(nibbles) FN(read_nibbles)(ck_format format, const uint8_t *p) {
  FN(bytes16) packed = FN(load_bytes)(p);
  if (format == CK_CODE4) return (FN(nibbles)){.packed = packed};
  return (FN(nibbles)){.low = packed & 15, .high = packed >> 4};
}

/* Products with them, not yet scaled. */
INLINE FN(counts)
    FN(count_nibbles)(ck_format format, FN(nibbles) w, FN(digits) digits, FN(activations) x) {
  if (format == CK_CODE4) return FN(dot_digits)(w.packed, digits.high, digits.low, x);
  return FN(dot_unsigned)(w.low, w.high, x);
}

/* Even and odd blocks are added up apart, since one sum would wait for itself. */
INLINE FN(four)
    FN(dot_nibbles_as)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                       const ck_int8_rows *x, size_t start, size_t width) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t skip = FN(block_bytes)(format) - 16, blocks = w->columns / 32;
  FN(totals) totals[ROWS][2] = {{{0}}};
  FN(four) offsets[2] = {{0}};
  for (size_t b = 0; b < blocks; b += 2) {
    UNROLL for (size_t i = 0; i < 2; i++) {
      if (b + i == blocks) continue;
      float d = format == CK_CODE4 ? FN(outer_scale)(format, w, row, (b + i) * 32) : FN(half)(p);
      size_t place = FN(block_of_row)(x->rows, blocks, b + i, start);
      FN(four) sums = FN(numbers_of_rows)(x->sums, place, width);
      if (format == CK_Q4_0) offsets[i] -= 8.0f * d * sums;
      if (format == CK_Q4_1) offsets[i] += FN(half)(p + 2) * sums;
      FN(four) scales = d * FN(numbers_of_rows)(x->scales, place, width);
      FN(nibbles) nibbles = FN(read_nibbles)(format, p + skip);
      UNROLL for (size_t v = 0; v < ROWS; v++) {
        if (v >= width) continue;
        FN(activations) a = FN(read_activations)(format, x, place + v);
        FN(counts) products = FN(count_nibbles)(format, nibbles, digits, a);
        totals[v][i] += __builtin_convertvector(products, FN(totals)) * scales[v];
      }
      p += FN(block_bytes)(format);
    }
  }
  float unit = format == CK_CODE4 ? digits.unit : 1.0f;
  return FN(add_up_rows)(totals, width) * unit + (offsets[0] + offsets[1]);
}
