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
#define PANEL_VECTORS 2

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

/* The compiler's own tile shape, with the pair product of the set. */
typedef VF FN(bf16_tile)[TILE_ROWS][PANEL_VECTORS];

INLINE void FN(sum_tile_bf16)(const uint32_t *a, const uint32_t *b, size_t steps,
                              FN(bf16_tile) sums) {
  for (size_t k = 0; k < steps; k++, a += TILE_ROWS, b += PANEL_VECTORS * LANES) {
    __m512i column[PANEL_VECTORS];
    UNROLL for (int j = 0; j < PANEL_VECTORS; j++) column[j] = _mm512_loadu_si512(b + j * LANES);
    UNROLL for (int i = 0; i < TILE_ROWS; i++) {
      __m512bh row = (__m512bh)_mm512_set1_epi32((int)a[i]);
      UNROLL for (int j = 0; j < PANEL_VECTORS; j++) sums[i][j] =
          _mm512_dpbf16_ps(sums[i][j], row, (__m512bh)column[j]);
    }
  }
}

#include "table_body.h"
#pragma clang attribute pop
#endif
