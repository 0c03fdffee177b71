/* Rows of ggml's blocks times int8 activations, from the codes and factors of FN(unpack). */

/* Whether the halves of 32 elements have factors of their own. */
INLINE bool FN(halves_differ)(ck_format format) {
  return format == CK_Q2_K || format == CK_Q3_K || format == CK_Q6_K || format == CK_NVFP4 ||
         format == CK_IQ2_XS || format == CK_IQ2_S || format == CK_IQ1_M;
}

/* Products of both halves with the activations, each half times a factor. Codes with an offset are
 * not negative, and below 32. */
INLINE FN(totals) FN(dot_halves)(ck_format format, FN(bytes16) a, FN(bytes16) b, FN(activations) x,
                                 float first, float second) {
  FN(counts)
  products = FN(has_offset)(format) ? FN(dot_unsigned)(a, b, x) : FN(dot_signed)(a, b, x);
  if (!FN(halves_differ)(format)) return __builtin_convertvector(products, FN(totals)) * first;
#if HALVES_APART
  FN(totals) factors = (FN(totals))_mm256_set_m128(_mm_set1_ps(second), _mm_set1_ps(first));
  return __builtin_convertvector(products, FN(totals)) * factors;
#else
  FN(counts) start = FN(dot_signed)(a, (FN(bytes16)){0}, x), rest = products - start;
  return __builtin_convertvector(start, FN(totals)) * first +
         __builtin_convertvector(rest, FN(totals)) * second;
#endif
}

/* Even and odd parts are added up apart, since one sum would wait for itself. */
INLINE FN(four) FN(dot_blocks_as)(ck_format format, const ck_matrix *w, size_t row,
                                  const ck_int8_rows *x, size_t start, size_t width) {
  enum { most_parts = 8 };
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t parts = FN(parts_a_block)(format), count = w->columns / 32;
  FN(totals) totals[ROWS][2] = {{{0}}};
  FN(four) offset = {0};
  for (size_t b = 0; b < count; b += parts, p += FN(block_bytes)(format)) {
    __builtin_prefetch(p + PREFETCH_BYTES);
    if (FN(block_bytes)(format) > 64) __builtin_prefetch(p + PREFETCH_BYTES + 64);
    if (FN(block_bytes)(format) > 128) __builtin_prefetch(p + PREFETCH_BYTES + 128);
    UNROLL for (size_t i = 0; i < most_parts; i++) {
      if (i >= parts) continue;
      FN(group) g = FN(unpack)(format, (FN(place)){p, i});
      size_t place = FN(block_of_row)(x->rows, count, b + i, start);
      if (FN(has_offset)(format) && !FN(halves_differ)(format))
        offset += g.offset[0] * FN(numbers_of_rows)(x->sums, place, width);
      UNROLL for (size_t v = 0; v < ROWS; v++) {
        if (v >= width) continue;
        float scale = x->scales[place + v];
        FN(activations) a = FN(activations_at)(x, place + v);
        totals[v][i % 2] += FN(dot_halves)(format, g.codes[0], g.codes[1], a, g.scale[0] * scale,
                                           g.scale[1] * scale);
        if (FN(has_offset)(format) && FN(halves_differ)(format)) {
          FN(bytes16) ones = (FN(bytes16)){0} + 1;
          totals[v][i % 2] +=
              FN(dot_halves)(format, ones, ones, a, g.offset[0] * scale, g.offset[1] * scale);
        }
      }
    }
  }
  return FN(add_up_rows)(totals, width) + offset;
}
