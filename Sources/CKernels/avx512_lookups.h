/* Look-ups and byte products of AVX-512 with VNNI, shared by its two tables. */

typedef struct {
  VF values;
} FN(lookup);

INLINE FN(lookup) FN(make_lookup)(const float *table) { return (FN(lookup)){FN(load)(table)}; }

INLINE VF FN(look_up)(FN(lookup) table, VI index) {
  return _mm512_permutexvar_ps((__m512i)index, table.values);
}

#include "byte_products_x86.h"

/* vpdpbusd wants one side unsigned: signed weights are moved up by 128, which adds 128 times the
 * sum of the activations; `correction` begins the sums with its negative. */
typedef struct {
  __m256i x, correction;
} FN(activations);

INLINE FN(activations) FN(activate)(FN(bytes16) a, FN(bytes16) b) {
  __m256i x = FN(join)(a, b), zero = _mm256_setzero_si256();
  __m256i moved = _mm256_dpbusd_epi32(zero, _mm256_set1_epi8((char)128), x);
  return (FN(activations)){x, _mm256_sub_epi32(zero, moved)};
}

INLINE FN(counts) FN(dot_unsigned)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  return (FN(counts))_mm256_dpbusd_epi32(_mm256_setzero_si256(), FN(join)(a, b), x.x);
}

INLINE FN(counts) FN(dot_moved)(__m256i w, FN(activations) x) {
  return (FN(counts))_mm256_dpbusd_epi32(x.correction, w, x.x);
}

INLINE FN(counts) FN(dot_signed)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  return FN(dot_moved)(_mm256_xor_si256(FN(join)(a, b), _mm256_set1_epi8((char)128)), x);
}

INLINE FN(counts)
    FN(dot_digits)(FN(bytes16) packed, FN(bytes16) high, FN(bytes16) low, FN(activations) x) {
  FN(counts) highs = FN(dot_moved)(FN(digits_of)(packed, high ^ 128), x);
  FN(counts) lows = FN(dot_moved)(FN(digits_of)(packed, low ^ 128), x);
  return (highs << 8) + lows;
}
