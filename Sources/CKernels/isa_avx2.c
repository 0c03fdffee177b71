/* AVX2 with FMA and F16C. */
#if defined(__x86_64__)
#include <immintrin.h>
#define FN(name) name##_avx2
#define TABLE_NAME "avx2"
#define LANES 8
#define HAS_F16 1
#define HAS_BF16 0
#define TILE_ROWS 6
#define PANEL_VECTORS 2

#include "dispatch.h"

#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "lanes.h"

/* Sixteen floats as two registers; bit 3 of an index says which. */
typedef struct {
  VF low, high;
} FN(lookup);

INLINE FN(lookup) FN(make_lookup)(const float *table) {
  return (FN(lookup)){FN(load)(table), FN(load)(table + 8)};
}

INLINE VF FN(look_up)(FN(lookup) table, VI index) {
  VF low = _mm256_permutevar8x32_ps(table.low, (__m256i)index);
  VF high = _mm256_permutevar8x32_ps(table.high, (__m256i)index);
  return _mm256_blendv_ps(low, high, (VF)(index << 28));
}

#include "byte_products_x86.h"

INLINE FN(counts) FN(dot_unsigned)(FN(sixteen) a, FN(sixteen) b, const int8_t *x) {
  __m256i pairs = _mm256_maddubs_epi16(FN(join)(a, b), _mm256_loadu_si256((const __m256i *)x));
  return (FN(counts))_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* |w| times x with w's sign: at most 128*127*2, so pairs do not saturate. */
INLINE FN(counts) FN(dot_signed)(FN(sixteen) a, FN(sixteen) b, const int8_t *x) {
  __m256i w = FN(join)(a, b);
  __m256i y = _mm256_sign_epi8(_mm256_loadu_si256((const __m256i *)x), w);
  __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), y);
  return (FN(counts))_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

#include "table_body.h"
#pragma clang attribute pop
#endif
