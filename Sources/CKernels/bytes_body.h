/* Rows of Q8_0 and INT8 times int8 activations, a block at a time. */

/* Even and odd blocks are added up apart, since one sum would wait for itself. */
INLINE FN(four) FN(dot_bytes_as)(ck_format format, const ck_matrix *w, size_t row,
                                 const ck_int8_rows *x, size_t start, size_t width) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t skip = format == CK_Q8_0 ? 2 : 0, blocks = w->columns / 32;
  FN(totals) totals[ROWS][2] = {{{0}}};
  for (size_t b = 0; b < blocks; b += 2) {
    UNROLL for (size_t i = 0; i < 2; i++) {
      if (b + i == blocks) continue;
      __builtin_prefetch(p + PREFETCH_BYTES);
      FN(bytes16) first = FN(load_bytes)(p + skip), second = FN(load_bytes)(p + skip + 16);
      size_t place = FN(block_of_row)(x->rows, blocks, b + i, start);
      FN(four) scales = FN(numbers_of_rows)(x->scales, place, width);
      if (format == CK_Q8_0) scales *= FN(half)(p);
      UNROLL for (size_t v = 0; v < ROWS; v++) {
        if (v >= width) continue;
        FN(counts) products = FN(dot_signed)(first, second, FN(activations_at)(x, place + v));
        totals[v][i] += __builtin_convertvector(products, FN(totals)) * scales[v];
      }
      p += FN(block_bytes)(format);
    }
  }
  return FN(add_up_rows)(totals, width) * FN(outer_scale)(format, w, row, 0);
}
