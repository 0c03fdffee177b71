/* What the byte products of AVX2 and VNNI share: 32 bytes in one register, look-ups of bytes. */

typedef uint8_t FN(sixteen) __attribute__((vector_size(16)));
typedef int32_t FN(counts) __attribute__((vector_size(32)));
typedef float FN(totals) __attribute__((vector_size(32)));

INLINE __m256i FN(join)(FN(sixteen) a, FN(sixteen) b) {
  return _mm256_set_m128i((__m128i)b, (__m128i)a);
}

INLINE FN(sixteen) FN(look_up_bytes)(FN(sixteen) table, FN(sixteen) index) {
  return (FN(sixteen))_mm_shuffle_epi8((__m128i)table, (__m128i)index);
}
