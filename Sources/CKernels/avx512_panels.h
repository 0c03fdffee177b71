/* Sixteen rows of the matrix times several rows of int8 activations: a panel has a dword of each
 * row in the lanes of a register, which vpdpbusd multiplies with four activations of one row in all
 * lanes. What is unfolded serves all rows of activations. Each result is what avx512_rows.h gives:
 * the integer sum of a block, a float sum of every eighth block, and the same tree of these. */

/* Sums of every eighth block, of a few rows of activations. */
typedef struct {
  __m512 totals[8][ROWS], offsets[8][ROWS];
} FN(panel_sums);

/* Memory of the matrix that is asked for in shares, ahead of its use. */
typedef struct {
  const uint8_t *next, *end;
  size_t share;
} FN(ahead);

/* Into the second cache: the first one holds a panel and the activations. */
INLINE void FN(ask_for_share)(FN(ahead) * ahead) {
  const uint8_t *stop = ahead->next + ahead->share;
  for (const uint8_t *line = ahead->next; line < stop && line < ahead->end; line += 64)
    __builtin_prefetch(line, 0, 2);
  ahead->next = stop;
}

/* Four activations in all lanes. */
INLINE __m512i FN(four_codes)(const int8_t *codes) {
  int32_t dword;
  memcpy(&dword, codes, sizeof dword);
  return _mm512_set1_epi32(dword);
}

/* Adds the products of four codes with those at x, 32 bytes from row to row. */
INLINE void FN(count_codes)(__m512i codes, const int8_t *x, size_t width, __m512i sums[ROWS]) {
  UNROLL for (size_t v = 0; v < ROWS; v++) if (v < width) sums[v] =
      _mm512_dpbusd_epi32(sums[v], codes, FN(four_codes)(x + 32 * v));
}

/* Adds the 32 products of a block with each row of activations. */
INLINE void FN(count_block)(ck_format format, const __m512i *codes, const int8_t *x, size_t width,
                            __m512i sums[ROWS]) {
  const __m512i low_bits = _mm512_set1_epi8(15);
  if (FN(code_registers)(format) == 4) {
    UNROLL for (size_t k = 0; k < 4; k++) {
      __m512i high = _mm512_and_si512(_mm512_srli_epi16(codes[k], 4), low_bits);
      FN(count_codes)(_mm512_and_si512(codes[k], low_bits), x + 4 * k, width, sums);
      FN(count_codes)(high, x + 16 + 4 * k, width, sums);
    }
    return;
  }
  UNROLL for (size_t k = 0; k < 8; k++) FN(count_codes)(codes[k], x + 4 * k, width, sums);
  if (format != CK_CODE4) return;
  UNROLL for (size_t v = 0; v < ROWS; v++) sums[v] = _mm512_slli_epi32(sums[v], 8);
  UNROLL for (size_t k = 0; k < 8; k++) FN(count_codes)(codes[8 + k], x + 4 * k, width, sums);
}

/* Adds `count` blocks that lie beside each other, with every eighth block of activations from
 * `place` on. */
INLINE void FN(add_eighth)(ck_format format, const __m512i *block, size_t count,
                           const ck_int8_rows *x, size_t place, size_t width, __m512 totals[ROWS],
                           __m512 offsets[ROWS]) {
  for (; count; count--, place += 8 * ROWS, block += FN(block_registers)(format)) {
    const __m512 *factors = (const __m512 *)block + FN(code_registers)(format);
    __m512i sums[ROWS];
    UNROLL for (size_t v = 0; v < ROWS; v++) sums[v] =
        FN(is_nibbles)(format) ? _mm512_setzero_si512() : _mm512_set1_epi32(x->shifts[place + v]);
    FN(count_block)(format, block, x->codes + 32 * place, width, sums);
    UNROLL for (size_t v = 0; v < ROWS; v++) {
      if (v >= width) continue;
      __m512 scale = _mm512_set1_ps(x->scales[place + v]);
      if (format != CK_INT8) scale = _mm512_mul_ps(factors[0], scale);
      totals[v] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[v]), scale, totals[v]);
      if (FN(is_nibbles)(format))
        offsets[v] = _mm512_fmadd_ps(factors[1], _mm512_set1_ps(x->sums[place + v]), offsets[v]);
    }
  }
}

/* Adds a panel of `count` blocks with `width` rows of activations from `place` on; where `goes_on`
 * is false the sums begin. */
INLINE void FN(add_panel)(ck_format format, const FN(panel) * panel, size_t count, bool goes_on,
                          const ck_int8_rows *x, size_t place, size_t width, FN(ahead) * ahead,
                          FN(panel_sums) * s) {
  const __m512i *block = panel->registers;
  for (size_t eighth = 0; eighth < 8; eighth++) {
    size_t length = count / 8 + (eighth < count % 8);
    __m512 totals[ROWS], offsets[ROWS];
    FN(ask_for_share)(ahead);
    UNROLL for (size_t v = 0; v < ROWS; v++) {
      totals[v] = goes_on ? s->totals[eighth][v] : _mm512_setzero_ps();
      offsets[v] = goes_on ? s->offsets[eighth][v] : _mm512_setzero_ps();
    }
    FN(add_eighth)(format, block, length, x, place, width, totals, offsets);
    UNROLL for (size_t v = 0; v < ROWS; v++) {
      if (v >= width) continue;
      s->totals[eighth][v] = totals[v];
      if (FN(is_nibbles)(format)) s->offsets[eighth][v] = offsets[v];
    }
    block += length * FN(block_registers)(format);
    place += ROWS;
  }
}

/* The tree of sum_eighths. */
INLINE __m512 FN(sum_of_eighths)(const __m512 (*sums)[ROWS], size_t v) {
  __m512 a = (sums[0][v] + sums[4][v]) + (sums[2][v] + sums[6][v]);
  return a + ((sums[1][v] + sums[5][v]) + (sums[3][v] + sums[7][v]));
}

/* Results of the first `width` rows of activations, for the rows of the matrix that are marked. */
INLINE void FN(write_results)(ck_format format, const FN(panel_sums) * s, __m512 unit,
                              __mmask16 marked, size_t width, float *y, size_t y_stride) {
  for (size_t v = 0; v < width; v++) {
    __m512 sum = FN(sum_of_eighths)(s->totals, v);
    if (FN(is_nibbles)(format)) sum += FN(sum_of_eighths)(s->offsets, v);
    _mm512_mask_storeu_ps(y + v * y_stride, marked, sum * unit);
  }
}

/* `lanes` rows from `row` on, sixteen or one. */
INLINE void FN(multiply_panel)(ck_format format, const ck_matrix *w, size_t row, size_t lanes,
                               FN(digits) digits, const ck_int8_rows *x, FN(ahead) ahead, float *y,
                               size_t y_stride) {
  size_t blocks = w->columns / 32, groups = (x->used + ROWS - 1) / ROWS;
  __mmask16 marked = (__mmask16)FN(first_bits)(lanes);
  __m512 unit = format == CK_INT8    ? _mm512_maskz_loadu_ps(marked, w->scales + row)
                : format == CK_CODE4 ? _mm512_set1_ps(digits.unit)
                                     : _mm512_set1_ps(1.0f);
  FN(panel) panel;
  FN(panel_sums) sums[CK_INT8_ROWS / ROWS];
  for (size_t first = 0; first < blocks; first += FN(panel_blocks)) {
    size_t count = blocks - first < FN(panel_blocks) ? blocks - first : FN(panel_blocks);
    FN(unfold_panel)(format, w, row, lanes, first, count, digits, &panel);
    for (size_t group = 0; group < groups; group++) {
      /* sums that are written at once share their place in the first cache */
      FN(panel_sums) *s = &sums[blocks > FN(panel_blocks) ? group : 0];
      size_t place = (group * blocks + first) * ROWS, width = x->used - group * ROWS;
      if (width <= 2) {
        FN(add_panel)(format, &panel, count, first > 0, x, place, 2, &ahead, s);
      } else {
        FN(add_panel)(format, &panel, count, first > 0, x, place, ROWS, &ahead, s);
      }
      if (first + count == blocks)
        FN(write_results)(format, s, unit, marked, width < ROWS ? width : ROWS,
                          y + group * ROWS * y_stride, y_stride);
    }
  }
}

/* Whether there are panels of a format. */
INLINE bool FN(has_panels)(ck_format format) {
  return FN(is_nibbles)(format) || format == CK_Q8_0 || format == CK_INT8;
}

/* Rows of the matrix in sixteens, the last of which begin earlier; one by one where there are
 * fewer. Two panels ahead of each its memory is asked for. */
INLINE void FN(multiply_panels)(ck_format format, const ck_matrix *w, size_t first, size_t count,
                                FN(digits) digits, const ck_int8_rows *x, float *y,
                                size_t y_stride) {
  size_t lanes = count < FN(panel_rows) ? 1 : FN(panel_rows), bytes = lanes * w->row_bytes;
  size_t groups = (x->used + ROWS - 1) / ROWS;
  size_t panels = (w->columns / 32 + FN(panel_blocks) - 1) / FN(panel_blocks);
  size_t share = (bytes / (8 * groups * panels) + 63) / 64 * 64;
  const uint8_t *start = FN(place_of)(format, w, first, 0).p, *end = start + count * w->row_bytes;
  FN(ask_for_share)(&(FN(ahead)){start, end, 2 * bytes});
  for (size_t i = 0; i < count; i += lanes) {
    size_t at = i + lanes > count ? count - lanes : i;
    FN(ahead) ahead = {start + (i + 2 * lanes) * w->row_bytes, end, share};
    FN(multiply_panel)(format, w, first + at, lanes, digits, x, ahead, y + at, y_stride);
  }
}
