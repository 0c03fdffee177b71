/* Table look-ups and integer products without instructions of their own. */

typedef struct {
  const float *values;
} FN(lookup);

INLINE FN(lookup) FN(make_lookup)(const float *table) { return (FN(lookup)){table}; }

INLINE VF FN(look_up)(FN(lookup) table, VI index) {
  VF v;
  UNROLL for (int j = 0; j < LANES; j++) v[j] = table.values[index[j]];
  return v;
}

typedef uint8_t FN(sixteen) __attribute__((vector_size(16)));
typedef int32_t FN(counts) __attribute__((vector_size(16)));
typedef float FN(totals) __attribute__((vector_size(16)));

INLINE FN(sixteen) FN(look_up_bytes)(FN(sixteen) table, FN(sixteen) index) {
  FN(sixteen) v;
  UNROLL for (int j = 0; j < 16; j++) v[j] = table[index[j]];
  return v;
}

/* Sums of every fourth of the 32 products of (a, b) with x. */
INLINE FN(counts) FN(dot_signed)(FN(sixteen) a, FN(sixteen) b, const int8_t *x) {
  int8_t w[32];
  FN(counts) sums = {0};
  memcpy(w, &a, 16);
  memcpy(w + 16, &b, 16);
  for (int j = 0; j < 32; j++) sums[j % 4] += (int32_t)w[j] * x[j];
  return sums;
}

/* Codes up to 15 are the same signed or not. */
INLINE FN(counts) FN(dot_unsigned)(FN(sixteen) a, FN(sixteen) b, const int8_t *x) {
  return FN(dot_signed)(a, b, x);
}
