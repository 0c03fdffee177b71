/* Sixteen rows of the matrix times several rows of int8 activations: a panel has a dword of each row in the
 * lanes of a register, which vpdpbusd multiplies with four activations of one row in all lanes. What is
 * unfolded serves all rows of activations. Each result is what avx512_rows.h gives: the integer sum of a
 * block, a float sum of every eighth block, and the same tree of these. */

enum {
  FN(panel_rows) = 16,
  FN(panel_registers) = 128, /* of codes: 8 KB, so that a panel stays in the first cache */
};

/* Some blocks of sixteen rows. */
typedef struct {
  __m512i codes[FN(panel_registers)];
  __m512 scales[FN(panel_registers) / 8], offsets[FN(panel_registers) / 8];
} FN(panel);

/* Sums of every eighth block, of each row of activations. */
typedef struct {
  __m512 totals[8][CK_INT8_ROWS], offsets[8][CK_INT8_ROWS];
} FN(panel_sums);

INLINE bool FN(is_nibbles)(ck_format format) {
  return format == CK_Q4_0 || format == CK_Q4_1 || format == CK_CODE4;
}

/* Registers of codes a block: of CODE4 two digits. */
INLINE size_t FN(registers_a_block)(ck_format format) { return format == CK_CODE4 ? 16 : 8; }

/* ---- unfolding ---------------------------------------------------------------------------------- */

/* The dwords of 16 bytes of each of sixteen rows: dword k of row i in lane i of out[k]. */
INLINE void FN(transpose)(const uint8_t *p, size_t row_bytes, __m512i out[4]) {
  __m512i v[4];
  UNROLL for (size_t i = 0; i < 4; i++) {
    const uint8_t *at = p + i * row_bytes;
    __m512i r = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)at));
    r = _mm512_inserti32x4(r, _mm_loadu_si128((const __m128i *)(at + 4 * row_bytes)), 1);
    r = _mm512_inserti32x4(r, _mm_loadu_si128((const __m128i *)(at + 8 * row_bytes)), 2);
    v[i] = _mm512_inserti32x4(r, _mm_loadu_si128((const __m128i *)(at + 12 * row_bytes)), 3);
  }
  __m512i a = _mm512_unpacklo_epi32(v[0], v[1]), b = _mm512_unpackhi_epi32(v[0], v[1]);
  __m512i c = _mm512_unpacklo_epi32(v[2], v[3]), d = _mm512_unpackhi_epi32(v[2], v[3]);
  out[0] = _mm512_unpacklo_epi64(a, c);
  out[1] = _mm512_unpackhi_epi64(a, c);
  out[2] = _mm512_unpacklo_epi64(b, d);
  out[3] = _mm512_unpackhi_epi64(b, d);
}

/* The dword at p in each of sixteen rows. */
INLINE __m512i FN(dwords_of_rows)(const uint8_t *p, size_t row_bytes) {
  const __m512i rows = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm512_i32gather_epi32(_mm512_mullo_epi32(rows, _mm512_set1_epi32((int)row_bytes)), p, 1);
}

/* The halves in the low words of the lanes. */
INLINE __m512 FN(from_low_halves)(__m512i words) {
  return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(words));
}

/* Nibbles of CODE4 as two unsigned digits of the values they stand for; elements 2i and 2i+1 are the high
 * and the low nibble of a byte. */
INLINE void FN(unfold_digits)(const __m512i packed[4], FN(digits) digits, __m512i *codes) {
  const __m512i low_bits = _mm512_set1_epi8(15);
  __m512i high_table = _mm512_broadcast_i32x4((__m128i)(digits.high ^ 128));
  __m512i low_table = _mm512_broadcast_i32x4((__m128i)(digits.low ^ 128));
  UNROLL for (size_t k = 0; k < 4; k++) {
    __m512i low = _mm512_and_si512(packed[k], low_bits);
    __m512i high = _mm512_and_si512(_mm512_srli_epi16(packed[k], 4), low_bits);
    /* high and low nibbles in turn, then the first four and the last four of each dword's eight */
    __m512i a = _mm512_unpacklo_epi8(high, low), b = _mm512_unpackhi_epi8(high, low);
    a = _mm512_shuffle_epi32(a, 0xD8);
    b = _mm512_shuffle_epi32(b, 0xD8);
    __m512i first = _mm512_unpacklo_epi64(a, b), last = _mm512_unpackhi_epi64(a, b);
    codes[2 * k] = _mm512_shuffle_epi8(high_table, first);
    codes[2 * k + 1] = _mm512_shuffle_epi8(high_table, last);
    codes[8 + 2 * k] = _mm512_shuffle_epi8(low_table, first);
    codes[9 + 2 * k] = _mm512_shuffle_epi8(low_table, last);
  }
}

/* Codes of one block as unsigned dwords of four elements, in their order. */
INLINE void FN(unfold_codes)(ck_format format, const uint8_t *p, size_t row_bytes,
                             FN(digits) digits, __m512i *codes) {
  const __m512i low_bits = _mm512_set1_epi8(15), up = _mm512_set1_epi8((char)0x80);
  __m512i parts[4];
  FN(transpose)(p, row_bytes, parts);
  if (format == CK_CODE4) return FN(unfold_digits)(parts, digits, codes);
  if (FN(is_nibbles)(format)) {
    UNROLL for (size_t k = 0; k < 4; k++) {
      codes[k] = _mm512_and_si512(parts[k], low_bits);
      codes[4 + k] = _mm512_and_si512(_mm512_srli_epi16(parts[k], 4), low_bits);
    }
    return;
  }
  UNROLL for (size_t k = 0; k < 4; k++) codes[k] = _mm512_xor_si512(parts[k], up);
  FN(transpose)(p + 16, row_bytes, parts);
  UNROLL for (size_t k = 0; k < 4; k++) codes[4 + k] = _mm512_xor_si512(parts[k], up);
}

/* Factor and summand of block b. */
INLINE void FN(unfold_factors)(ck_format format, const ck_matrix *w, size_t row, size_t b,
                               const uint8_t *p, __m512 *scale, __m512 *offset) {
  *scale = _mm512_set1_ps(1.0f);
  if (format == CK_INT8) return;
  if (format == CK_CODE4) {
    float factors[FN(panel_rows)];
    for (size_t i = 0; i < FN(panel_rows); i++)
      factors[i] = FN(outer_scale)(format, w, row + i, 32 * b);
    *scale = _mm512_loadu_ps(factors);
    *offset = _mm512_mul_ps(*scale, _mm512_set1_ps(-128.0f * 257.0f));
    return;
  }
  __m512i words = FN(dwords_of_rows)(p, w->row_bytes);
  *scale = FN(from_low_halves)(words);
  if (format == CK_Q4_0) *offset = _mm512_mul_ps(*scale, _mm512_set1_ps(-8.0f));
  if (format == CK_Q4_1) *offset = FN(from_low_halves)(_mm512_srli_epi32(words, 16));
}

INLINE void FN(unfold_panel)(ck_format format, const ck_matrix *w, size_t row, size_t first,
                             size_t count, FN(digits) digits, FN(panel) * panel) {
  size_t skip = format == CK_Q4_1 ? 4 : format == CK_Q4_0 || format == CK_Q8_0 ? 2 : 0;
  const uint8_t *p = FN(place_of)(format, w, row, 32 * first).p;
  for (size_t b = 0; b < count; b++, p += FN(block_bytes)(format)) {
    FN(unfold_codes)(format, p + skip, w->row_bytes, digits,
                     panel->codes + b * FN(registers_a_block)(format));
    FN(unfold_factors)(format, w, row, first + b, p, &panel->scales[b], &panel->offsets[b]);
  }
}

/* ---- products ----------------------------------------------------------------------------------- */

/* Four activations in all lanes. */
INLINE __m512i FN(four_codes)(const int8_t *codes) {
  int32_t dword;
  memcpy(&dword, codes, sizeof dword);
  return _mm512_set1_epi32(dword);
}

/* The 32 products of a block, added to `start` in two chains. */
INLINE __m512i FN(count_block)(const __m512i codes[8], const int8_t *x, __m512i start) {
  __m512i other = _mm512_setzero_si512();
  UNROLL for (size_t k = 0; k < 8; k += 2) {
    start = _mm512_dpbusd_epi32(start, codes[k], FN(four_codes)(x + 4 * k));
    other = _mm512_dpbusd_epi32(other, codes[k + 1], FN(four_codes)(x + 4 * k + 4));
  }
  return _mm512_add_epi32(start, other);
}

/* Adds the products of a panel's blocks with each row of activations. Meanwhile the sixteen rows after
 * these, `ahead` of them the part of as many blocks, are asked for in the order of memory. */
INLINE void FN(add_panel)(ck_format format, const FN(panel) * panel, size_t first, size_t count,
                          const ck_int8_rows *x, size_t blocks, const uint8_t *ahead,
                          FN(panel_sums) * s) {
  size_t share = FN(panel_rows) * FN(block_bytes)(format);
  for (size_t b = 0; b < count; b++, ahead += share) {
    for (size_t line = 0; line < share; line += 64) __builtin_prefetch(ahead + line);
    const __m512i *stored = panel->codes + b * FN(registers_a_block)(format);
    __m512i codes[16];
    UNROLL for (size_t k = 0; k < FN(registers_a_block)(format); k++) codes[k] = stored[k];
    __m512 *totals = s->totals[(first + b) % 8], *offsets = s->offsets[(first + b) % 8];
    for (size_t v = 0; v < x->used; v++) {
      size_t place = FN(block_of_row)(x->rows, blocks, first + b, v);
      const int8_t *row = x->codes + 32 * place;
      __m512i start = FN(is_nibbles)(format) ? _mm512_setzero_si512()
                                             : _mm512_set1_epi32(x->shifts[place]);
      __m512i sum = FN(count_block)(codes, row, start);
      if (format == CK_CODE4)
        sum = FN(count_block)(codes + 8, row, _mm512_slli_epi32(sum, 8));
      __m512 scale = _mm512_mul_ps(panel->scales[b], _mm512_set1_ps(x->scales[place]));
      totals[v] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale, totals[v]);
      if (FN(is_nibbles)(format))
        offsets[v] = _mm512_fmadd_ps(panel->offsets[b], _mm512_set1_ps(x->sums[place]), offsets[v]);
    }
  }
}

/* The tree of sum_eighths. */
INLINE __m512 FN(sum_of_eighths)(const __m512 (*sums)[CK_INT8_ROWS], size_t v) {
  __m512 a = (sums[0][v] + sums[4][v]) + (sums[2][v] + sums[6][v]);
  return a + ((sums[1][v] + sums[5][v]) + (sums[3][v] + sums[7][v]));
}

/* Sixteen rows from `row` on. */
INLINE void FN(multiply_panel)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                               const ck_int8_rows *x, float *y, size_t y_stride) {
  size_t blocks = w->columns / 32, step = FN(panel_registers) / FN(registers_a_block)(format);
  const uint8_t *ahead = FN(place_of)(format, w, row + FN(panel_rows), 0).p;
  FN(panel) panel;
  FN(panel_sums) s;
  for (size_t i = 0; i < 8; i++)
    for (size_t v = 0; v < x->used; v++) s.totals[i][v] = s.offsets[i][v] = _mm512_setzero_ps();
  for (size_t first = 0; first < blocks; first += step) {
    size_t count = blocks - first < step ? blocks - first : step;
    FN(unfold_panel)(format, w, row, first, count, digits, &panel);
    FN(add_panel)(format, &panel, first, count, x, blocks,
                  ahead + first * FN(panel_rows) * FN(block_bytes)(format), &s);
  }
  __m512 unit = format == CK_INT8    ? _mm512_loadu_ps(w->scales + row)
                : format == CK_CODE4 ? _mm512_set1_ps(digits.unit)
                                     : _mm512_set1_ps(1.0f);
  for (size_t v = 0; v < x->used; v++) {
    __m512 sum = FN(sum_of_eighths)(s.totals, v);
    if (FN(is_nibbles)(format)) sum += FN(sum_of_eighths)(s.offsets, v);
    _mm512_storeu_ps(y + v * y_stride, sum * unit);
  }
}

/* Rows of the matrix in sixteens, the last of them one by one; gives how many are done: none in formats
 * without panels. */
INLINE size_t FN(multiply_panels)(ck_format format, const ck_matrix *w, size_t first, size_t count,
                                  FN(digits) digits, const ck_int8_rows *x, float *y,
                                  size_t y_stride) {
  if (!FN(is_nibbles)(format) && format != CK_Q8_0 && format != CK_INT8) return 0;
  size_t blocks = w->columns / 32, done = 0;
  for (; done + FN(panel_rows) <= count; done += FN(panel_rows))
    FN(multiply_panel)(format, w, first + done, digits, x, y + done, y_stride);
  for (size_t v = 0; v < x->used; v++) {
    size_t place = FN(block_of_row)(x->rows, blocks, 0, v);
    ck_int8_rows alone = {x->codes + 32 * place, x->scales + place, x->sums + place,
                          x->shifts + place,     1,                 1};
    for (size_t i = done; i < count; i++)
      y[v * y_stride + i] =
          FN(is_nibbles)(format)
              ? FN(dot_nibbles_as)(format, w, first + i, digits, &alone, 0, 1)[0]
              : FN(dot_bytes_as)(format, w, first + i, &alone, 0, 1)[0];
  }
  return count;
}
