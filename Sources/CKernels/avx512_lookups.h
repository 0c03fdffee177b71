/* Look-ups and byte products of AVX-512 with VNNI, shared by its two tables. */

typedef struct {
  VF values;
} FN(lookup);

INLINE FN(lookup) FN(make_lookup)(const float *table) { return (FN(lookup)){FN(load)(table)}; }

INLINE VF FN(look_up)(FN(lookup) table, VI index) {
  return _mm512_permutexvar_ps((__m512i)index, table.values);
}

#include "byte_products_x86.h"

typedef struct {
  __m256i x;
} FN(activations);

INLINE FN(activations) FN(activate)(FN(bytes16) a, FN(bytes16) b) {
  return (FN(activations)){FN(join)(a, b)};
}

INLINE FN(counts) FN(dot_unsigned)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  return (FN(counts))_mm256_dpbusd_epi32(_mm256_setzero_si256(), FN(join)(a, b), x.x);
}

/* vpdpbusd wants one side unsigned: |w| times x with w's sign. */
INLINE FN(counts) FN(dot_signed)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  __m256i w = FN(join)(a, b), y = _mm256_sign_epi8(x.x, w);
  return (FN(counts))_mm256_dpbusd_epi32(_mm256_setzero_si256(), _mm256_abs_epi8(w), y);
}
