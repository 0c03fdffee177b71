/* Rows of the matrix times four or eight rows of int8 activations with vpdpbusd, a block at a time: a
 * 128-bit part of a register belongs to one row of activations. What is unfolded of a block serves all of
 * them, and each comes out as alone: the same products, added in the same order. */

/* The first or second halves of a block in four rows, from `start` on. */
INLINE __m512i FN(halves_at)(const ck_int8_rows *x, size_t rows, size_t b, size_t start, size_t half) {
  return _mm512_loadu_si512(FN(half_block)(x, rows, b, start, half));
}

/* A number of each row for block b. */
INLINE __m256 FN(load_rows)(const float *numbers, size_t rows, size_t b) {
  if (rows == CK_INT8_ROWS) return _mm256_loadu_ps(numbers + rows * b);
  return _mm256_zextps128_ps256(_mm_loadu_ps(numbers + rows * b));
}

/* Those of the first or the second four rows. */
INLINE __m128 FN(half_of)(__m256 numbers, size_t half) {
  return half ? _mm256_extractf128_ps(numbers, 1) : _mm256_castps256_ps128(numbers);
}

/* The same, each in the lanes of its part. */
INLINE __m512 FN(spread_half)(__m256 numbers, size_t half) {
  return FN(spread)(FN(half_of)(numbers, half));
}

/* The 16 bytes at p for each of four rows. */
INLINE __m512i FN(for_four)(const uint8_t *p) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)p));
}

/* The lanes of each part added up, as sum_four adds them. */
INLINE FN(four) FN(sum_parts)(__m512 v) {
  const __m512i first = _mm512_castsi128_si512(_mm_setr_epi32(0, 4, 8, 12));
  v = _mm512_add_ps(v, _mm512_permute_ps(v, 0x4E));
  v = _mm512_add_ps(v, _mm512_permute_ps(v, 0xB1));
  return (FN(four))_mm512_castps512_ps128(_mm512_permutexvar_ps(first, v));
}

/* Sums of rows by a block's place among four, which is what dot_nibbles_of_row has in parts and lanes. */
typedef struct {
  __m512 totals[CK_INT8_ROWS / 4][4];
  __m256 offsets[4];
} FN(nibble_sums_together);

INLINE void FN(add_nibbles_together)(ck_format format, const ck_matrix *w, size_t row, size_t b,
                                     size_t place, const uint8_t *p, FN(digits) digits,
                                     const ck_int8_rows *x, size_t rows,
                                     FN(nibble_sums_together) * s) {
  float d = format == CK_CODE4 ? FN(outer_scale)(format, w, row, 32 * b) : FN(half)(p);
  float m = format == CK_CODE4   ? d * (-128.0f * 257.0f)
            : format == CK_Q4_0 ? d * -8.0f
                                 : FN(half)(p + 2);
  __m512i packed = FN(for_four)(p + FN(block_bytes)(format) - 16);
  __m256 scales = _mm256_mul_ps(_mm256_set1_ps(d), FN(load_rows)(x->scales, rows, b));
  UNROLL for (size_t i = 0; i < CK_INT8_ROWS / 4; i++) {
    if (4 * i >= rows) continue;
    __m512i products =
        FN(count_nibbles)(format, packed, digits, FN(halves_at)(x, rows, b, 4 * i, 0),
                          FN(halves_at)(x, rows, b, 4 * i, 1));
    s->totals[i][place] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products), FN(spread_half)(scales, i),
                                          s->totals[i][place]);
  }
  s->offsets[place] = _mm256_fmadd_ps(_mm256_set1_ps(m), FN(load_rows)(x->sums, rows, b),
                                      s->offsets[place]);
}

INLINE void FN(dot_nibbles_together)(ck_format format, const ck_matrix *w, size_t row,
                                     FN(digits) digits, const ck_int8_rows *x, size_t rows,
                                     FN(four) * results) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  size_t count = w->columns / 32;
  FN(nibble_sums_together) s = {0};
  for (size_t b = 0; b < count; b += 4) {
    __builtin_prefetch(p + PREFETCH_BYTES);
    __builtin_prefetch(p + PREFETCH_BYTES + 64);
    UNROLL for (size_t i = 0; i < 4; i++) {
      if (b + i >= count) continue;
      FN(add_nibbles_together)(format, w, row, b + i, i, p, digits, x, rows, &s);
      p += FN(block_bytes)(format);
    }
  }
  float unit = format == CK_CODE4 ? digits.unit : 1.0f;
  __m256 offsets = (s.offsets[0] + s.offsets[2]) + (s.offsets[1] + s.offsets[3]);
  UNROLL for (size_t i = 0; i < CK_INT8_ROWS / 4; i++) {
    if (4 * i >= rows) continue;
    const __m512 *totals = s.totals[i];
    FN(four) sums = FN(sum_parts)((totals[0] + totals[2]) + (totals[1] + totals[3]));
    results[i] = (sums + (FN(four))FN(half_of)(offsets, i)) * unit;
  }
}

/* Q8_0 and INT8. vpdpbusd wants one side unsigned: activations moved up by 128, and what that adds taken
 * away before. Even and odd blocks, and first and second halves, are added up as dot_bytes_as does. */
INLINE void FN(dot_bytes_together)(ck_format format, const ck_matrix *w, size_t row,
                                   const ck_int8_rows *x, size_t rows, FN(four) * results) {
  const uint8_t *p = FN(place_of)(format, w, row, 0).p;
  const __m512i up = _mm512_set1_epi8((char)0x80), zero = _mm512_setzero_si512();
  size_t skip = format == CK_Q8_0 ? 2 : 0, count = w->columns / 32;
  __m512 totals[CK_INT8_ROWS / 4][2][2] = {{{{0}}}};
  for (size_t b = 0; b < count; b += 2) {
    UNROLL for (size_t odd = 0; odd < 2; odd++) {
      if (b + odd >= count) continue;
      __builtin_prefetch(p + PREFETCH_BYTES);
      __m256 scales = FN(load_rows)(x->scales, rows, b + odd);
      if (format == CK_Q8_0) scales = _mm256_mul_ps(scales, _mm256_set1_ps(FN(half)(p)));
      UNROLL for (size_t half = 0; half < 2; half++) {
        __m512i codes = FN(for_four)(p + skip + 16 * half);
        __m512i moved = _mm512_sub_epi32(zero, _mm512_dpbusd_epi32(zero, up, codes));
        UNROLL for (size_t i = 0; i < CK_INT8_ROWS / 4; i++) {
          if (4 * i >= rows) continue;
          __m512i unsigned_x = _mm512_xor_si512(FN(halves_at)(x, rows, b + odd, 4 * i, half), up);
          __m512 products = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(moved, unsigned_x, codes));
          totals[i][odd][half] =
              _mm512_fmadd_ps(products, FN(spread_half)(scales, i), totals[i][odd][half]);
        }
      }
      p += FN(block_bytes)(format);
    }
  }
  float unit = FN(outer_scale)(format, w, row, 0);
  UNROLL for (size_t i = 0; i < CK_INT8_ROWS / 4; i++) {
    if (4 * i >= rows) continue;
    __m512 sums = (totals[i][0][0] + totals[i][1][0]) + (totals[i][0][1] + totals[i][1][1]);
    results[i] = FN(sum_parts)(sums) * unit;
  }
}

INLINE bool FN(dot_together)(ck_format format, const ck_matrix *w, size_t row, FN(digits) digits,
                             const ck_int8_rows *x, size_t rows, FN(four) * results) {
  switch (format) {
    case CK_INT8:
    case CK_Q8_0: FN(dot_bytes_together)(format, w, row, x, rows, results); return true;
    case CK_CODE4:
    case CK_Q4_0:
    case CK_Q4_1: FN(dot_nibbles_together)(format, w, row, digits, x, rows, results); return true;
    default: return false;
  }
}
