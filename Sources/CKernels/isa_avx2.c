/* AVX2 with FMA and F16C. */
#if defined(__x86_64__)
#include <immintrin.h>
#define FN(name) name##_avx2
#define TABLE_NAME "avx2"
#define LANES 8
#define HAS_F16 1
#define HAS_BF16 0
#define TILE_ROWS 6
#define TILE_VECTORS 2

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

typedef struct {
  __m256i x;
} FN(activations);

INLINE FN(activations) FN(activate)(FN(bytes16) a, FN(bytes16) b) {
  return (FN(activations)){FN(join)(a, b)};
}

INLINE FN(counts) FN(dot_unsigned)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  __m256i pairs = _mm256_maddubs_epi16(FN(join)(a, b), x.x);
  return (FN(counts))_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* |w| times x with w's sign: at most 128*127*2, so pairs do not saturate. */
INLINE FN(counts) FN(dot_bytes)(__m256i w, FN(activations) x) {
  __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x.x, w));
  return (FN(counts))_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

INLINE FN(counts) FN(dot_signed)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  return FN(dot_bytes)(FN(join)(a, b), x);
}

INLINE FN(counts)
    FN(dot_digits)(FN(bytes16) packed, FN(bytes16) high, FN(bytes16) low, FN(activations) x) {
  FN(counts) highs = FN(dot_bytes)(FN(digits_of)(packed, high), x);
  return (highs << 8) + FN(dot_bytes)(FN(digits_of)(packed, low), x);
}

#include "table_body.h"
#pragma clang attribute pop
#endif
