/* Rows of nibbles (Q4_0, Q4_1, CODE4) and bytes (Q8_0, INT8) times one row of int8 activations with
 * vpdpbusd, eight blocks at a time. The 32 products of a block are added up as integers, and a lane has the
 * float sum of every eighth block, as avx512_panels.h has it. A row's last blocks, if fewer than eight,
 * are read with masks and count as zero. */

/* Bits for the first n of at most 32 elements. */
INLINE uint32_t FN(first_bits)(size_t n) { return (uint32_t)((1ull << (n < 32 ? n : 32)) - 1); }

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

/* The sums of every eighth block. */
typedef struct {
  __m256 total, offset;
} FN(eighths);

/* The tree in which panels add them up. */
INLINE float FN(sum_eighths)(__m256 v) {
  return FN(sum_four)((FN(four))_mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1)));
}

/* Four numbers after four others. */
INLINE __m256 FN(behind)(__m128 first, __m128 second) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(first), second, 1);
}

/* What a and b have in lanes 0 and 2, and 1 and 3, of each part added up: a, b, a, b. */
INLINE __m512i FN(pairs_of)(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
}

/* The sums of four lanes of each part of a and b, those of a first. */
INLINE __m256i FN(sums_of_parts)(__m512i a, __m512i b) {
  const __m512i order = _mm512_castsi256_si512(_mm256_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13));
  __m512i pairs = FN(pairs_of)(a, b);
  pairs = _mm512_add_epi32(pairs, _mm512_shuffle_epi32(pairs, 0x4E));
  return _mm512_castsi512_si256(_mm512_permutexvar_epi32(order, pairs));
}

/* Reads up to four blocks from `b` on, of which p is the first one's place, and gives their products with
 * the activations in the lanes of their parts. */
INLINE __m512i FN(count_four)(ck_format format, const ck_matrix *w, size_t row, size_t b,
                              size_t blocks, const uint8_t *p, FN(digits) digits,
                              const int8_t *codes, FN(four_blocks) * four) {
  uint32_t second_half = blocks < 3 ? 0 : FN(first_bits)(8 * (blocks - 2));
  __m512i x = _mm512_maskz_loadu_epi32((__mmask16)FN(first_bits)(8 * blocks), codes);
  __m512i y = _mm512_maskz_loadu_epi32((__mmask16)second_half, codes + 64);
  *four = format == CK_Q4_0   ? FN(read_q4_0)(p, blocks)
          : format == CK_Q4_1 ? FN(read_q4_1)(p, blocks)
                              : FN(read_code4)(w, row, b, p, blocks);
  return FN(count_nibbles)(format, four->packed, digits, _mm512_shuffle_i64x2(x, y, 0x88),
                           _mm512_shuffle_i64x2(x, y, 0xDD));
}

/* Adds `blocks` <= 8 blocks from `b` on. */
INLINE void FN(add_nibbles)(ck_format format, const ck_matrix *w, size_t row, size_t b,
                            size_t blocks, const uint8_t *p, FN(digits) digits,
                            const ck_int8_rows *x, FN(eighths) * s) {
  const int8_t *codes = x->codes + 32 * b;
  FN(four_blocks) low, high = {_mm512_setzero_si512(), _mm_setzero_ps(), _mm_setzero_ps()};
  __m512i first =
      FN(count_four)(format, w, row, b, blocks < 4 ? blocks : 4, p, digits, codes, &low);
  __m512i second = _mm512_setzero_si512();
  if (blocks > 4)
    second = FN(count_four)(format, w, row, b + 4, blocks - 4, p + 4 * FN(block_bytes)(format),
                            digits, codes + 128, &high);
  __mmask8 present = (__mmask8)FN(first_bits)(blocks);
  __m256 scales = _mm256_mul_ps(FN(behind)(low.d, high.d),
                                _mm256_maskz_loadu_ps(present, x->scales + b));
  __m256i sums = FN(sums_of_parts)(first, second);
  s->total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), scales, s->total);
  s->offset = _mm256_fmadd_ps(FN(behind)(low.m, high.m),
                              _mm256_maskz_loadu_ps(present, x->sums + b), s->offset);
}

INLINE FN(four) FN(dot_nibbles_as)(ck_format format, const ck_matrix *w, size_t row,
                                   FN(digits) digits, const ck_int8_rows *x, size_t start,
                                   size_t width) {
  (void)start, (void)width;
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t count = w->columns / 32, b = 0;
  FN(eighths) s = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  for (; b + 8 <= count; b += 8, p += 8 * FN(block_bytes)(format)) {
    __builtin_prefetch(p + PREFETCH_BYTES);
    __builtin_prefetch(p + PREFETCH_BYTES + 64);
    if (FN(block_bytes)(format) > 16) __builtin_prefetch(p + PREFETCH_BYTES + 128);
    FN(add_nibbles)(format, w, row, b, 8, p, digits, x, &s);
  }
  if (b < count) FN(add_nibbles)(format, w, row, b, count - b, p, digits, x, &s);
  float unit = format == CK_CODE4 ? digits.unit : 1.0f;
  return (FN(four)){(FN(sum_eighths)(s.total) + FN(sum_eighths)(s.offset)) * unit};
}

/* ---- bytes -------------------------------------------------------------------------------------- */

/* Two blocks times their activations: codes moved up by 128 to be unsigned. */
INLINE __m512i FN(count_two)(const uint8_t *p, size_t apart, size_t blocks, const int8_t *codes) {
  const __m512i up = _mm512_set1_epi8((char)0x80), zero = _mm512_setzero_si512();
  if (blocks == 0) return zero;
  __m256i second = _mm256_setzero_si256();
  if (blocks > 1) second = _mm256_loadu_si256((const __m256i *)(p + apart));
  __m512i both = _mm512_inserti64x4(
      _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)p)), second, 1);
  __m512i x = _mm512_maskz_loadu_epi32((__mmask16)FN(first_bits)(blocks > 1 ? 16 : 8), codes);
  return _mm512_dpbusd_epi32(zero, _mm512_xor_si512(both, up), x);
}

/* The sums of the lower and the upper eight lanes of four registers, in order. */
INLINE __m256i FN(sums_of_halves)(const __m512i v[4]) {
  const __m512i order = _mm512_castsi256_si512(_mm256_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11));
  __m512i a = FN(pairs_of)(v[0], v[1]), b = FN(pairs_of)(v[2], v[3]);
  __m512i parts = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
  parts = _mm512_add_epi32(parts, _mm512_shuffle_i64x2(parts, parts, 0xB1));
  return _mm512_castsi512_si256(_mm512_permutexvar_epi32(order, parts));
}

/* Adds `blocks` <= 8 blocks from `b` on. */
INLINE void FN(add_bytes)(ck_format format, size_t b, size_t blocks, const uint8_t *p,
                          const ck_int8_rows *x, __m256 *total) {
  size_t skip = format == CK_Q8_0 ? 2 : 0, bytes = FN(block_bytes)(format);
  __mmask8 present = (__mmask8)FN(first_bits)(blocks);
  __m512i products[4];
  UNROLL for (size_t i = 0; i < 4; i++) products[i] =
      FN(count_two)(p + 2 * i * bytes + skip, bytes,
                    blocks > 2 * i ? (blocks > 2 * i + 1 ? 2 : 1) : 0, x->codes + 32 * b + 64 * i);
  __m256i sums = _mm256_add_epi32(FN(sums_of_halves)(products),
                                  _mm256_maskz_loadu_epi32(present, x->shifts + b));
  __m256 scales = _mm256_maskz_loadu_ps(present, x->scales + b);
  if (format == CK_Q8_0) {
    uint16_t halves[8] = {0};
    UNROLL for (size_t i = 0; i < 8; i++) if (i < blocks) memcpy(&halves[i], p + i * bytes, 2);
    scales = _mm256_mul_ps(
        scales, _mm256_cvtph_ps(_mm_setr_epi16(
                    (short)halves[0], (short)halves[1], (short)halves[2], (short)halves[3],
                    (short)halves[4], (short)halves[5], (short)halves[6], (short)halves[7])));
  }
  *total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), scales, *total);
}

INLINE FN(four) FN(dot_bytes_as)(ck_format format, const ck_matrix *w, size_t row,
                                 const ck_int8_rows *x, size_t start, size_t width) {
  (void)start, (void)width;
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t count = w->columns / 32, b = 0;
  __m256 total = _mm256_setzero_ps();
  for (; b + 8 <= count; b += 8, p += 8 * FN(block_bytes)(format)) {
    UNROLL for (size_t line = 0; line < 4; line++)
        __builtin_prefetch(p + PREFETCH_BYTES + 64 * line);
    if (format == CK_Q8_0 && b % 32 == 0) __builtin_prefetch(p + PREFETCH_BYTES + 256);
    FN(add_bytes)(format, b, 8, p, x, &total);
  }
  if (b < count) FN(add_bytes)(format, b, count - b, p, x, &total);
  return (FN(four)){FN(sum_eighths)(total) * FN(outer_scale)(format, w, row, 0)};
}
