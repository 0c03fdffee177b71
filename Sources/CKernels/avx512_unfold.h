/* Panels: blocks of sixteen rows of the matrix with a dword of each row in the lanes of a register,
 * as avx512_panels.h multiplies them. */

enum {
  FN(panel_rows) = 16,
  FN(panel_blocks) = 64, /* at most, a multiple of 8 */
};

/* Blocks of sixteen rows, each with its codes, then the factors that it has. They lie in the order
 * in which they are added up (by_eighths), so that a panel is read as one stream. */
typedef struct {
  __m512i registers[18 * FN(panel_blocks)];
} FN(panel);

INLINE bool FN(is_nibbles)(ck_format format) {
  return format == CK_Q4_0 || format == CK_Q4_1 || format == CK_CODE4;
}

/* Registers of a block's codes: nibbles as they are stored, bytes, or the two digits of CODE4. */
INLINE size_t FN(code_registers)(ck_format format) {
  return format == CK_CODE4 ? 16 : FN(is_nibbles)(format) ? 4 : 8;
}

/* With its factor and, for nibbles, its summand. */
INLINE size_t FN(block_registers)(ck_format format) {
  size_t factors = format == CK_INT8 ? 0 : FN(is_nibbles)(format) ? 2 : 1;
  return FN(code_registers)(format) + factors;
}

/* The place of block b of `count`: every eighth block beside each other. */
INLINE size_t FN(by_eighths)(size_t count, size_t b) {
  size_t eighth = b % 8, longer = count % 8;
  return eighth * (count / 8) + (eighth < longer ? eighth : longer) + b / 8;
}

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

/* Nibbles of CODE4 as two unsigned digits of the values they stand for; elements 2i and 2i+1 are
 * the high and the low nibble of a byte. */
INLINE void FN(unfold_digits)(const __m512i packed[4], FN(digits) digits, __m512i codes[16]) {
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

/* Codes at p, `apart` bytes from row to row: nibbles as they are, others as unsigned bytes in
 * order. */
INLINE void FN(unfold_codes)(ck_format format, const uint8_t *p, size_t apart, FN(digits) digits,
                             __m512i *codes) {
  const __m512i up = _mm512_set1_epi8((char)0x80);
  __m512i parts[4];
  if (format == CK_Q4_0 || format == CK_Q4_1) return FN(transpose)(p, apart, codes);
  FN(transpose)(p, apart, parts);
  if (format == CK_CODE4) return FN(unfold_digits)(parts, digits, codes);
  UNROLL for (size_t k = 0; k < 4; k++) codes[k] = _mm512_xor_si512(parts[k], up);
  FN(transpose)(p + 16, apart, parts);
  UNROLL for (size_t k = 0; k < 4; k++) codes[4 + k] = _mm512_xor_si512(parts[k], up);
}

/* Factor and summand of the block at p, or of CODE4's elements from `column` on. `lanes` counts the
 * rows: of one, `apart` is 0. */
INLINE void FN(unfold_factors)(ck_format format, const ck_matrix *w, size_t row, size_t lanes,
                               size_t column, const uint8_t *p, size_t apart, __m512 *out) {
  if (format == CK_INT8) return;
  if (format == CK_CODE4) {
    float factors[FN(panel_rows)] = {0};
    for (size_t i = 0; i < lanes; i++) factors[i] = FN(outer_scale)(format, w, row + i, column);
    out[0] = _mm512_loadu_ps(factors);
    out[1] = _mm512_mul_ps(out[0], _mm512_set1_ps(-128.0f * 257.0f));
    return;
  }
  __m512i words = FN(dwords_of_rows)(p, apart);
  out[0] = FN(from_low_halves)(words);
  if (format == CK_Q4_0) out[1] = _mm512_mul_ps(out[0], _mm512_set1_ps(-8.0f));
  if (format == CK_Q4_1) out[1] = FN(from_low_halves)(_mm512_srli_epi32(words, 16));
}

/* Four blocks of Q4_1 are five times four dwords; each fifth is a factor with its summand. */
INLINE void FN(unfold_four_q4_1)(const uint8_t *p, size_t apart, __m512i *const blocks[4]) {
  UNROLL for (size_t part = 0; part < 5; part++) {
    __m512i dwords[4];
    FN(transpose)(p + 16 * part, apart, dwords);
    UNROLL for (size_t i = 0; i < 4; i++) {
      __m512i *block = blocks[(4 * part + i) / 5];
      size_t place = (4 * part + i) % 5;
      if (place > 0) {
        block[place - 1] = dwords[i];
        continue;
      }
      block[4] = (__m512i)FN(from_low_halves)(dwords[i]);
      block[5] = (__m512i)FN(from_low_halves)(_mm512_srli_epi32(dwords[i], 16));
    }
  }
}

/* `count` blocks of `lanes` rows from block `first` on: sixteen rows, or one in all lanes. */
INLINE void FN(unfold_panel)(ck_format format, const ck_matrix *w, size_t row, size_t lanes,
                             size_t first, size_t count, FN(digits) digits, FN(panel) * panel) {
  size_t skip = format == CK_Q4_1 ? 4 : format == CK_Q4_0 || format == CK_Q8_0 ? 2 : 0;
  size_t apart = lanes > 1 ? w->row_bytes : 0, size = FN(block_registers)(format), b = 0;
  const uint8_t *p = FN(place_of)(format, w, row, 32 * first).p;
  for (; format == CK_Q4_1 && b + 4 <= count; b += 4, p += 4 * FN(block_bytes)(format)) {
    __m512i *blocks[4];
    UNROLL for (size_t i = 0; i < 4; i++) blocks[i] =
        panel->registers + size * FN(by_eighths)(count, b + i);
    FN(unfold_four_q4_1)(p, apart, blocks);
  }
  const __m512i *last = NULL;
  for (; b < count; b++, p += FN(block_bytes)(format)) {
    __m512i *block = panel->registers + size * FN(by_eighths)(count, b);
    __m512i *factors = block + FN(code_registers)(format);
    size_t column = 32 * (first + b);
    FN(unfold_codes)(format, p + skip, apart, digits, block);
    if (format == CK_CODE4 && last && column % w->block) {
      factors[0] = last[0], factors[1] = last[1];
    } else {
      FN(unfold_factors)(format, w, row, lanes, column, p, apart, (__m512 *)factors);
    }
    last = factors;
  }
}
