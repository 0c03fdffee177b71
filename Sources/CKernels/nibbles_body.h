/* Rows of nibbles (Q4_0, Q4_1, CODE4) times int8 activations, a block at a time. */

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

/* Products with the nibbles at p, not yet scaled. */
INLINE FN(counts)
    FN(count_nibbles)(ck_format format, const uint8_t *p, FN(digits) digits, FN(activations) x) {
  FN(bytes16) packed = FN(load_bytes)(p);
  if (format == CK_CODE4) return FN(dot_digits)(packed, digits.high, digits.low, x);
  return FN(dot_unsigned)(packed & 15, packed >> 4, x);
}

/* Even and odd blocks are added up apart, since one sum would wait for itself. */
INLINE float FN(dot_nibbles_as)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                                const int8_t *codes, const float *scales, const float *sums) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t skip = FN(block_bytes)(format) - 16, blocks = w->columns / 32;
  FN(totals) totals[2] = {{0}};
  float offsets[2] = {0};
  for (size_t b = 0; b < blocks; b += 2) {
    UNROLL for (size_t i = 0; i < 2; i++) {
      size_t block = b + i;
      if (block == blocks) continue;
      float d = format == CK_CODE4 ? FN(outer_scale)(format, w, row, block * 32) : FN(half)(p);
      if (format == CK_Q4_0) offsets[i] -= 8.0f * d * sums[block];
      if (format == CK_Q4_1) offsets[i] += FN(half)(p + 2) * sums[block];
      FN(counts)
      products = FN(count_nibbles)(format, p + skip, digits,
                                   FN(read_activations)(format, codes + block * 32));
      totals[i] += __builtin_convertvector(products, FN(totals)) * (d * scales[block]);
      p += FN(block_bytes)(format);
    }
  }
  float unit = format == CK_CODE4 ? digits.unit : 1.0f;
  return FN(add_up)(totals[0] + totals[1]) * unit + (offsets[0] + offsets[1]);
}
