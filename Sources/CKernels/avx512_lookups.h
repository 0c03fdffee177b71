/* Look-ups and byte products of AVX-512 with VNNI, shared by its two tables. */

typedef struct {
  VF values;
} FN(lookup);

INLINE FN(lookup) FN(make_lookup)(const float *table) { return (FN(lookup)){FN(load)(table)}; }

INLINE VF FN(look_up)(FN(lookup) table, VI index) {
  return _mm512_permutexvar_ps((__m512i)index, table.values);
}

#include "byte_products_x86.h"

INLINE FN(counts) FN(dot_unsigned)(FN(sixteen) a, FN(sixteen) b, const int8_t *x) {
  return (FN(counts))_mm256_dpbusd_epi32(_mm256_setzero_si256(), FN(join)(a, b),
                                         _mm256_loadu_si256((const __m256i *)x));
}

/* |w| times x with w's sign. */
INLINE FN(counts) FN(dot_signed)(FN(sixteen) a, FN(sixteen) b, const int8_t *x) {
  __m256i w = FN(join)(a, b);
  __m256i y = _mm256_sign_epi8(_mm256_loadu_si256((const __m256i *)x), w);
  return (FN(counts))_mm256_dpbusd_epi32(_mm256_setzero_si256(), _mm256_abs_epi8(w), y);
}
