/* Rows of nibbles (Q4_0, Q4_1, CODE4) times one row of int8 activations with vpdpbusd, four blocks at a
 * time: a 128-bit part of a register holds 16 elements of one block. A row's last blocks, if fewer than
 * four, are read with masks and count as zero. */

/* Bits for the first n of at most 32 elements. */
INLINE uint32_t FN(first_bits)(size_t n) { return (uint32_t)((1ull << (n < 32 ? n : 32)) - 1); }

/* Each of four floats to the four lanes of its part. */
INLINE __m512 FN(spread)(__m128 v) {
  const __m512i part = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  return _mm512_permutexvar_ps(part, _mm512_castps128_ps512(v));
}

/* Four blocks: packed nibbles, a multiplier and a summand each. */
typedef struct {
  __m512i packed;
  __m128 d, m;
} FN(four_blocks);

/* Blocks are 9 words, the first the multiplier; the second load begins at word 4. */
INLINE FN(four_blocks) FN(read_q4_0)(const uint8_t *p, size_t blocks) {
  const __m512i nibbles =
      _mm512_set_epi16(63, 62, 61, 60, 59, 58, 57, 56, 26, 25, 24, 23, 22, 21, 20, 19, 17, 16, 15,
                       14, 13, 12, 11, 10, 8, 7, 6, 5, 4, 3, 2, 1);
  const __m512i factors = _mm512_castsi128_si512(_mm_setr_epi16(0, 9, 18, 27, 0, 0, 0, 0));
  __m512i low = _mm512_maskz_loadu_epi16(FN(first_bits)(9 * blocks), p);
  __m512i high = _mm512_maskz_loadu_epi16(FN(first_bits)(9 * blocks - 4), p + 8);
  __m128 d = _mm_cvtph_ps(_mm512_castsi512_si128(_mm512_permutexvar_epi16(factors, low)));
  return (FN(four_blocks)){_mm512_permutex2var_epi16(low, nibbles, high), d,
                           _mm_mul_ps(d, _mm_set1_ps(-8.0f))};
}

/* Blocks are 5 dwords, the first multiplier and summand; the second load begins at dword 4. */
INLINE FN(four_blocks) FN(read_q4_1)(const uint8_t *p, size_t blocks) {
  const __m512i nibbles = _mm512_setr_epi32(1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 28, 29, 30, 31);
  const __m512i factors = _mm512_castsi128_si512(_mm_setr_epi32(0, 5, 10, 15));
  __m512i low = _mm512_maskz_loadu_epi32((__mmask16)FN(first_bits)(5 * blocks), p);
  __m512i high = _mm512_maskz_loadu_epi32((__mmask16)FN(first_bits)(5 * blocks - 4), p + 16);
  __m256 both = _mm256_cvtph_ps(_mm512_castsi512_si128(_mm512_permutexvar_epi32(factors, low)));
  both = _mm256_permutevar8x32_ps(both, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7));
  return (FN(four_blocks)){_mm512_permutex2var_epi32(low, nibbles, high),
                           _mm256_castps256_ps128(both), _mm256_extractf128_ps(both, 1)};
}

/* The summand undoes that digits are moved up by 128 to be unsigned. Values are put together in
 * registers: a load of what was just stored in parts would wait for the stores. */
INLINE FN(four_blocks)
    FN(read_code4)(const ck_matrix *w, size_t row, size_t block, const uint8_t *p, size_t blocks) {
  size_t column = block * 32, half = blocks > 2 ? column + 64 : column;
  float a = FN(outer_scale)(CK_CODE4, w, row, column), b = a;
  float c = FN(outer_scale)(CK_CODE4, w, row, half), d = c;
  if (w->block % 64) {
    if (blocks > 1) b = FN(outer_scale)(CK_CODE4, w, row, column + 32);
    if (blocks > 3) d = FN(outer_scale)(CK_CODE4, w, row, column + 96);
  }
  __m128 absmax = _mm_setr_ps(a, b, c, d);
  return (FN(four_blocks)){_mm512_maskz_loadu_epi32((__mmask16)FN(first_bits)(4 * blocks), p),
                           absmax, _mm_mul_ps(absmax, _mm_set1_ps(-128.0f * 257.0f))};
}

/* Products of the packed nibbles with first and second halves of the blocks' activations. */
INLINE __m512i FN(count_nibbles)(ck_format format, __m512i packed, FN(digits) digits, __m512i first,
                                 __m512i second) {
  const __m512i low_bits = _mm512_set1_epi8(15), zero = _mm512_setzero_si512();
  __m512i low = _mm512_and_si512(packed, low_bits);
  __m512i high = _mm512_and_si512(_mm512_srli_epi16(packed, 4), low_bits);
  if (format != CK_CODE4)
    return _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(zero, low, first), high, second);
  __m512i a = _mm512_unpacklo_epi8(high, low), b = _mm512_unpackhi_epi8(high, low);
  __m512i highs = _mm512_broadcast_i32x4((__m128i)(digits.high ^ 128));
  __m512i lows = _mm512_broadcast_i32x4((__m128i)(digits.low ^ 128));
  __m512i sum = _mm512_dpbusd_epi32(zero, _mm512_shuffle_epi8(highs, a), first);
  sum = _mm512_slli_epi32(_mm512_dpbusd_epi32(sum, _mm512_shuffle_epi8(highs, b), second), 8);
  sum = _mm512_dpbusd_epi32(sum, _mm512_shuffle_epi8(lows, a), first);
  return _mm512_dpbusd_epi32(sum, _mm512_shuffle_epi8(lows, b), second);
}

typedef struct {
  __m512 total;
  __m128 offset;
} FN(nibble_sums);

/* Adds `blocks` <= 4 blocks from `b` on; p is the first one's place, codes, scales and sums are those of
 * its activations. */
INLINE void FN(add_nibbles)(ck_format format, const ck_matrix *w, size_t row, size_t b,
                            size_t blocks, const uint8_t *p, FN(digits) digits, const int8_t *codes,
                            const float *scales, const float *sums, FN(nibble_sums) * s) {
  uint32_t second_half = blocks < 3 ? 0 : FN(first_bits)(8 * (blocks - 2));
  __m512i x = _mm512_maskz_loadu_epi32((__mmask16)FN(first_bits)(8 * blocks), codes);
  __m512i y = _mm512_maskz_loadu_epi32((__mmask16)second_half, codes + 64);
  FN(four_blocks)
  four = format == CK_Q4_0   ? FN(read_q4_0)(p, blocks)
         : format == CK_Q4_1 ? FN(read_q4_1)(p, blocks)
                             : FN(read_code4)(w, row, b, p, blocks);
  __m512i products =
      FN(count_nibbles)(format, four.packed, digits, _mm512_shuffle_i64x2(x, y, 0x88),
                        _mm512_shuffle_i64x2(x, y, 0xDD));
  __mmask8 present = (__mmask8)FN(first_bits)(blocks);
  __m128 scale = _mm_mul_ps(four.d, _mm_maskz_loadu_ps(present, scales));
  s->total = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products), FN(spread)(scale), s->total);
  s->offset = _mm_fmadd_ps(four.m, _mm_maskz_loadu_ps(present, sums), s->offset);
}

INLINE float FN(dot_nibbles_of_row)(ck_format format, const ck_matrix *w, size_t row,
                                    FN(digits) digits, const ck_int8_rows *x) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t count = w->columns / 32;
  FN(nibble_sums) s = {_mm512_setzero_ps(), _mm_setzero_ps()};
  for (size_t b = 0; b < count; b += 4, p += 4 * FN(block_bytes)(format)) {
    size_t blocks = count - b < 4 ? count - b : 4;
    __builtin_prefetch(p + PREFETCH_BYTES);
    __builtin_prefetch(p + PREFETCH_BYTES + 64);
    FN(add_nibbles)(format, w, row, b, blocks, p, digits, x->codes + 32 * b, x->scales + b,
                    x->sums + b, &s);
  }
  float unit = format == CK_CODE4 ? digits.unit : 1.0f;
  return (FN(sum)((VF)s.total) + FN(sum_four)((FN(four))s.offset)) * unit;
}

INLINE FN(four) FN(dot_nibbles_as)(ck_format format, const ck_matrix *w, size_t row,
                                   FN(digits) digits, const ck_int8_rows *x, size_t rows,
                                   size_t start) {
  (void)rows, (void)start;
  return (FN(four)){FN(dot_nibbles_of_row)(format, w, row, digits, x)};
}
