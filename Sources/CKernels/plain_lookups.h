/* Table look-ups and integer products without instructions of their own. Long as they are, the formats
 * call them: unfolded in each, they took longer to compile than all else here. */
#define SHARED static __attribute__((noinline))

typedef struct {
  const float *values;
} FN(lookup);

INLINE FN(lookup) FN(make_lookup)(const float *table) { return (FN(lookup)){table}; }

INLINE VF FN(look_up)(FN(lookup) table, VI index) {
  VF v;
  UNROLL for (int j = 0; j < LANES; j++) v[j] = table.values[index[j]];
  return v;
}

SHARED FN(bytes16) FN(pick_bytes)(FN(bytes16) table, FN(bytes16) index) {
  FN(bytes16) v;
  UNROLL for (int j = 0; j < 16; j++) v[j] = table[index[j]];
  return v;
}

#define HALVES_APART 0

/* Scalar sums: the compiler knows the baseline's multiply-and-add of pairs. */
typedef int32_t FN(counts) __attribute__((vector_size(16)));
typedef float FN(totals) __attribute__((vector_size(16)));
typedef struct {
  int8_t x[32];
} FN(activations);

INLINE FN(activations) FN(activate)(FN(bytes16) a, FN(bytes16) b) {
  FN(activations) x;
  memcpy(x.x, &a, 16);
  memcpy(x.x + 16, &b, 16);
  return x;
}

/* The sum goes to the first lane. */
SHARED FN(counts) FN(dot_signed)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  int8_t w[32];
  int32_t sum = 0;
  memcpy(w, &a, 16);
  memcpy(w + 16, &b, 16);
  for (int j = 0; j < 32; j++) sum += w[j] * x.x[j];
  return (FN(counts)){sum};
}

/* Codes up to 15 are the same signed or not. */
INLINE FN(counts) FN(dot_unsigned)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  return FN(dot_signed)(a, b, x);
}

SHARED FN(counts)
    FN(dot_digits)(FN(bytes16) packed, FN(bytes16) high, FN(bytes16) low, FN(activations) x) {
  FN(bytes16) first = packed >> 4, second = packed & 15;
  uint8_t codes[32];
  int8_t highs[16], lows[16];
  int32_t sum = 0;
  memcpy(codes, &first, 16);
  memcpy(codes + 16, &second, 16);
  memcpy(highs, &high, 16);
  memcpy(lows, &low, 16);
  for (int j = 0; j < 32; j++) sum += (highs[codes[j]] * 256 + lows[codes[j]]) * x.x[j];
  return (FN(counts)){sum};
}
