/* What the byte products of AVX2 and VNNI share: 32 bytes in one register. */

typedef int32_t FN(counts) __attribute__((vector_size(32)));
typedef float FN(totals) __attribute__((vector_size(32)));

INLINE __m256i FN(join)(FN(bytes16) a, FN(bytes16) b) {
  return _mm256_set_m128i((__m128i)b, (__m128i)a);
}

/* Sums of products stay in the half of the register that their elements had. */
#define HALVES_APART 1

/* table[index[i]], each index below 16. */
INLINE FN(bytes16) FN(pick_bytes)(FN(bytes16) table, FN(bytes16) index) {
  return (FN(bytes16))_mm_shuffle_epi8((__m128i)table, (__m128i)index);
}

/* The bytes of a table of 16 for the 32 nibbles of `packed`, high ones first. */
INLINE __m256i FN(digits_of)(FN(bytes16) packed, FN(bytes16) table) {
  return _mm256_shuffle_epi8(FN(join)(table, table), FN(join)(packed >> 4, packed & 15));
}
