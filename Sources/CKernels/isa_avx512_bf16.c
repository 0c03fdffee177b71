/* AVX-512 with VNNI and BF16: products of bf16 operands, two depths an instruction. The hardware
 * takes subnormal numbers as zero here, in conversion and in products. */
#if defined(__x86_64__)
#include <immintrin.h>
#define FN(name) name##_avx512bf16
#define TABLE_NAME "avx512bf16"
#define LANES 16
#define HAS_F16 1
#define HAS_BF16 1
#define TILE_ROWS 12
#define TILE_VECTORS 2

#include "dispatch.h"

#include <math.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((                                                                                \
        target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16"))),        \
    apply_to = function)
#include "lanes.h"
#include "avx512_lookups.h"

static void FN(to_bf16)(const float *x, size_t n, uint16_t *y) {
  size_t i = 0;
  for (; i + 32 <= n; i += 32)
    _mm512_storeu_si512(
        y + i, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + i + 16), _mm512_loadu_ps(x + i)));
  for (; i < n; i += 16) {
    __mmask16 mask = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : 0xffff;
    __m256i narrow = (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, x + i));
    _mm256_mask_storeu_epi16(y + i, mask, narrow);
  }
}

/* vcvtne2ps2bf16 puts the first row's lanes below the second's; the permutation pairs them. */
INLINE void FN(pair_up)(const float *even, const float *odd, size_t lanes, uint32_t *out) {
  const __m512i pairs = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  UNROLL for (size_t i = 0; i < lanes; i += 16) {
    __mmask16 mask = lanes - i < 16 ? (__mmask16)((1u << (lanes - i)) - 1) : 0xffff;
    __m512i both = (__m512i)_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(mask, odd + i),
                                                _mm512_maskz_loadu_ps(mask, even + i));
    _mm512_mask_storeu_epi32(out + i, mask, _mm512_permutexvar_epi16(pairs, both));
  }
}

/* The compiler's own tile shape, with the pair product of the set. */
typedef VF FN(bf16_tile)[TILE_ROWS][TILE_VECTORS];

INLINE void FN(sum_tile_bf16)(const uint32_t *a, const uint32_t *b, size_t steps, int vectors,
                              FN(bf16_tile) sums) {
  for (size_t k = 0; k < steps; k++, a += TILE_ROWS, b += PANEL_COLUMNS) {
    __m512i column[TILE_VECTORS];
    UNROLL for (int j = 0; j < vectors; j++) column[j] = _mm512_loadu_si512(b + j * LANES);
    UNROLL for (int i = 0; i < TILE_ROWS; i++) {
      __m512bh row = (__m512bh)_mm512_set1_epi32((int)a[i]);
      UNROLL for (int j = 0; j < vectors; j++) sums[i][j] =
          _mm512_dpbf16_ps(sums[i][j], row, (__m512bh)column[j]);
    }
  }
}

#include "table_body.h"
#pragma clang attribute pop
#endif
