/* ggml's blocks (ggml-common.h, ggml-quants.c) as small whole numbers with factors, 32 elements at a
 * time. `part` counts them within a block. All products of a code, a factor's few bits and a float16
 * fit a float, so that decoding is exact in whatever order it multiplies. */

/* element = scale * code, + offset in the formats of FN(has_offset); each for 16 elements. */
typedef struct {
  FN(bytes16) codes[2];
  float scale[2], offset[2];
} FN(group);

INLINE bool FN(has_offset)(ck_format format) {
  return format == CK_Q4_1 || format == CK_Q5_1 || format == CK_Q2_K || format == CK_Q4_K ||
         format == CK_Q5_K;
}

typedef uint32_t FN(quad_words) __attribute__((vector_size(16)));

INLINE uint16_t FN(word16)(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE uint32_t FN(word32)(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE FN(group) FN(scaled)(FN(bytes16) first, FN(bytes16) second, float scale) {
  return (FN(group)){{first, second}, {scale, scale}, {0, 0}};
}

/* Bit i of `bits` as byte i: `value` where it is set, else 0. */
INLINE FN(bytes16) FN(spread_bits)(uint16_t bits, uint8_t value) {
  typedef uint16_t shorts __attribute__((vector_size(16)));
  const FN(bytes16) place = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  FN(bytes16) both = (FN(bytes16))((shorts){0} + bits);
  FN(bytes16)
  spread = __builtin_shufflevector(both, both, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  return (FN(bytes16))((spread & place) != 0) & value;
}

/* Bits shift.. of each byte under a mask; `shift` need not be constant. */
INLINE FN(bytes16) FN(bits_of)(FN(bytes16) v, size_t shift, uint8_t mask) {
  typedef uint16_t shorts __attribute__((vector_size(16)));
  return (FN(bytes16))((shorts)v >> (uint16_t)shift) & mask;
}

/* The 32 bytes at p, each reduced to some of its bits. */
INLINE FN(group) FN(planes)(const uint8_t *p, size_t shift, uint8_t mask) {
  return (FN(group)){{FN(bits_of)(FN(load_bytes)(p), shift, mask),
                      FN(bits_of)(FN(load_bytes)(p + 16), shift, mask)},
                     {0, 0},
                     {0, 0}};
}

/* ---- blocks of 32 --------------------------------------------------------------------------- */

/* f16 d, 16 bytes: elements 0..15 in low nibbles, the others in high ones, 8 too large. */
INLINE FN(group) FN(unpack_Q4_0)(const uint8_t *p, size_t part) {
  (void)part;
  FN(bytes16) packed = FN(load_bytes)(p + 2);
  return FN(scaled)((packed & 15) - 8, (packed >> 4) - 8, FN(half)(p));
}

/* f16 d, f16 m, nibbles. */
INLINE FN(group) FN(unpack_Q4_1)(const uint8_t *p, size_t part) {
  (void)part;
  FN(bytes16) packed = FN(load_bytes)(p + 4);
  FN(group) g = FN(scaled)(packed & 15, packed >> 4, FN(half)(p));
  g.offset[0] = g.offset[1] = FN(half)(p + 2);
  return g;
}

/* f16 d, 32 fifth bits, nibbles; 16 too large. */
INLINE FN(group) FN(unpack_Q5_0)(const uint8_t *p, size_t part) {
  (void)part;
  FN(bytes16) packed = FN(load_bytes)(p + 6);
  FN(bytes16) first = (packed & 15) | FN(spread_bits)(FN(word16)(p + 2), 16);
  FN(bytes16) second = (packed >> 4) | FN(spread_bits)(FN(word16)(p + 4), 16);
  return FN(scaled)(first - 16, second - 16, FN(half)(p));
}

/* f16 d, f16 m, 32 fifth bits, nibbles. */
INLINE FN(group) FN(unpack_Q5_1)(const uint8_t *p, size_t part) {
  (void)part;
  FN(bytes16) packed = FN(load_bytes)(p + 8);
  FN(bytes16) first = (packed & 15) | FN(spread_bits)(FN(word16)(p + 4), 16);
  FN(bytes16) second = (packed >> 4) | FN(spread_bits)(FN(word16)(p + 6), 16);
  FN(group) g = FN(scaled)(first, second, FN(half)(p));
  g.offset[0] = g.offset[1] = FN(half)(p + 2);
  return g;
}

/* f16 d, int8[32]. */
INLINE FN(group) FN(unpack_Q8_0)(const uint8_t *p, size_t part) {
  (void)part;
  return FN(scaled)(FN(load_bytes)(p + 2), FN(load_bytes)(p + 18), FN(half)(p));
}

/* Nibbles that stand for the values of a table. */
INLINE FN(group) FN(picked)(FN(bytes16) table, const uint8_t *nibbles, float scale) {
  FN(bytes16) packed = FN(load_bytes)(nibbles);
  return FN(scaled)(FN(pick_bytes)(table, packed & 15), FN(pick_bytes)(table, packed >> 4), scale);
}

static const FN(bytes16) FN(iq4_values) = {
    (uint8_t)-127, (uint8_t)-104, (uint8_t)-83, (uint8_t)-65, (uint8_t)-49, (uint8_t)-35,
    (uint8_t)-22,  (uint8_t)-10,  1,            13,           25,           38,
    53,            69,            89,           113};

/* Twice the values of FP4 (E2M1). */
static const FN(bytes16) FN(fp4_values) = {0, 1, 2, 3, 4, 6, 8, 12, 0, (uint8_t)-1, (uint8_t)-2,
                                           (uint8_t)-3, (uint8_t)-4, (uint8_t)-6, (uint8_t)-8,
                                           (uint8_t)-12};

/* f16 d, nibbles. */
INLINE FN(group) FN(unpack_IQ4_NL)(const uint8_t *p, size_t part) {
  (void)part;
  return FN(picked)(FN(iq4_values), p + 2, FN(half)(p));
}

/* E8M0 (a power of two, halved because the values are doubled), nibbles. */
INLINE FN(group) FN(unpack_MXFP4)(const uint8_t *p, size_t part) {
  (void)part;
  uint32_t bits = p[0] < 2 ? (uint32_t)0x00200000 << p[0] : (uint32_t)(p[0] - 1) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return FN(picked)(FN(fp4_values), p + 1, scale);
}

/* ---- blocks of 64, 128 ---------------------------------------------------------------------- */

/* Half the value of an unsigned E4M3; what would be a NaN counts as zero, as in ggml. */
INLINE float FN(half_of_e4m3)(uint8_t x) {
  uint32_t exponent = x >> 3 & 15, bits = (exponent + 119) << 23 | (uint32_t)(x & 7) << 20;
  float normal;
  memcpy(&normal, &bits, sizeof normal);
  return x == 0x7f ? 0.0f : exponent ? normal : (float)(x & 7) * 0x1p-10f;
}

/* Four E4M3, then for each 16 elements 8 bytes: the first 8 in low nibbles. */
INLINE FN(group) FN(unpack_NVFP4)(const uint8_t *p, size_t part) {
  FN(bytes16) packed = FN(load_bytes)(p + 4 + 16 * part), low = packed & 15, high = packed >> 4;
  FN(bytes16)
  first = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  FN(bytes16)
  second =
      __builtin_shufflevector(low, high, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
                              31);
  return (FN(group)){
      {FN(pick_bytes)(FN(fp4_values), first), FN(pick_bytes)(FN(fp4_values), second)},
      {FN(half_of_e4m3)(p[2 * part]), FN(half_of_e4m3)(p[2 * part + 1])},
      {0, 0}};
}

/* f16 d, 128 bits: d where set, else -d. */
INLINE FN(group) FN(unpack_Q1_0)(const uint8_t *p, size_t part) {
  const uint8_t *bits = p + 2 + 4 * part;
  return FN(scaled)(FN(spread_bits)(FN(word16)(bits), 2) - 1,
                    FN(spread_bits)(FN(word16)(bits + 2), 2) - 1, FN(half)(p));
}

/* ---- blocks of 256 -------------------------------------------------------------------------- */

/* 16 bytes of scale (low nibble) and minimum, 64 of 2-bit planes, f16 d, f16 of the minima. */
INLINE FN(group) FN(unpack_Q2_K)(const uint8_t *p, size_t part) {
  FN(group) g = FN(planes)(p + 16 + part / 4 * 32, part % 4 * 2, 3);
  float d = FN(last_half)(p + 80), m = -FN(last_half)(p + 82);
  UNROLL for (size_t i = 0; i < 2; i++) {
    g.scale[i] = d * (float)(p[2 * part + i] & 15);
    g.offset[i] = m * (float)(p[2 * part + i] >> 4);
  }
  return g;
}

/* The 16 six-bit scales of Q3_K, 32 too large: low nibbles of 12 bytes, then pairs of bits. */
INLINE float FN(q3_k_scale)(const uint8_t *scales, size_t i) {
  uint8_t low = (uint8_t)(scales[i % 8] >> i / 8 * 4 & 15);
  uint8_t high = (uint8_t)(scales[8 + i % 4] >> i / 4 * 2 & 3);
  return (float)((low | high << 4) - 32);
}

/* 32 bytes of third bits, 64 of 2-bit planes, 12 of scales, f16 d; a third bit that is not set takes
 * 4 away. */
INLINE FN(group) FN(unpack_Q3_K)(const uint8_t *p, size_t part) {
  FN(group) g = FN(planes)(p + 32 + part / 4 * 32, part % 4 * 2, 3);
  FN(group) high = FN(planes)(p, part, 1);
  float d = FN(last_half)(p + 108);
  UNROLL for (size_t i = 0; i < 2; i++) {
    g.codes[i] += high.codes[i] * 4 - 4;
    g.scale[i] = d * FN(q3_k_scale)(p + 96, 2 * part + i);
  }
  return g;
}

/* Scale and minimum of part j of Q4_K and Q5_K, six bits each in 12 bytes. */
INLINE void FN(k_scale_and_minimum)(const uint8_t *q, size_t j, float *scale, float *minimum) {
  if (j < 4) {
    *scale = (float)(q[j] & 63);
    *minimum = (float)(q[j + 4] & 63);
  } else {
    *scale = (float)((q[j + 4] & 15) | q[j - 4] >> 6 << 4);
    *minimum = (float)(q[j + 4] >> 4 | q[j] >> 6 << 4);
  }
}

INLINE void FN(scale_k)(const uint8_t *p, size_t part, FN(group) * g) {
  float scale, minimum;
  FN(k_scale_and_minimum)(p + 4, part, &scale, &minimum);
  g->scale[0] = g->scale[1] = FN(half)(p) * scale;
  g->offset[0] = g->offset[1] = -FN(half)(p + 2) * minimum;
}

/* f16 d, f16 of the minima, 12 bytes of scales, 128 of nibbles: parts 2i and 2i+1 in 32 bytes. */
INLINE FN(group) FN(unpack_Q4_K)(const uint8_t *p, size_t part) {
  FN(group) g = FN(planes)(p + 16 + part / 2 * 32, part % 2 * 4, 15);
  FN(scale_k)(p, part, &g);
  return g;
}

/* As Q4_K, with 32 bytes of fifth bits before the nibbles. */
INLINE FN(group) FN(unpack_Q5_K)(const uint8_t *p, size_t part) {
  FN(group) g = FN(planes)(p + 48 + part / 2 * 32, part % 2 * 4, 15);
  FN(group) high = FN(planes)(p + 16, part, 1);
  UNROLL for (size_t i = 0; i < 2; i++) g.codes[i] += high.codes[i] * 16;
  FN(scale_k)(p, part, &g);
  return g;
}

/* 128 bytes of nibbles, 64 of upper 2-bit planes, int8[16] scales, f16 d; 32 too large. */
INLINE FN(group) FN(unpack_Q6_K)(const uint8_t *p, size_t part) {
  FN(group) g = FN(planes)(p + part / 4 * 64 + part % 2 * 32, part % 4 / 2 * 4, 15);
  FN(group) high = FN(planes)(p + 128 + part / 4 * 32, part % 4 * 2, 3);
  float d = FN(last_half)(p + 208);
  UNROLL for (size_t i = 0; i < 2; i++) {
    g.codes[i] += high.codes[i] * 16 - 32;
    g.scale[i] = d * (float)(int8_t)p[192 + 2 * part + i];
  }
  return g;
}

/* f16 d, 8 pairs of upper bits of scales, 4 bytes of their nibbles, 128 bytes of nibbles. */
INLINE FN(group) FN(unpack_IQ4_XS)(const uint8_t *p, size_t part) {
  int low = p[4 + part / 2] >> part % 2 * 4 & 15, high = FN(word16)(p + 2) >> 2 * part & 3;
  return FN(picked)(FN(iq4_values), p + 8 + 16 * part, FN(half)(p) * (float)((low | high << 4) - 32));
}

/* The first base-3 digit of each byte, moved up by a power of three: -1, 0 or 1. */
INLINE FN(bytes16) FN(ternary)(FN(bytes16) v, uint8_t power) {
  v *= power;
  return (FN(bytes16))-((v > 85) + (v > 170)) - 1;
}

/* 32 bytes of 5 digits (parts 0 to 4), 16 of 5 (16 elements each), 4 of 4, f16 d. */
INLINE FN(group) FN(unpack_TQ1_0)(const uint8_t *p, size_t part) {
  static const uint8_t powers[5] = {1, 3, 9, 27, 81};
  float d = FN(last_half)(p + 52);
  if (part < 5)
    return FN(scaled)(FN(ternary)(FN(load_bytes)(p), powers[part]),
                      FN(ternary)(FN(load_bytes)(p + 16), powers[part]), d);
  FN(bytes16) v = FN(load_bytes)(p + 32);
  if (part < 7)
    return FN(scaled)(FN(ternary)(v, powers[2 * part - 10]), FN(ternary)(v, powers[2 * part - 9]),
                      d);
  const FN(bytes16) last_powers = {1, 1, 1, 1, 3, 3, 3, 3, 9, 9, 9, 9, 27, 27, 27, 27};
  FN(quad_words) last = (FN(quad_words)){0} + FN(word32)(p + 48);
  return FN(scaled)(FN(ternary)(v, 81), FN(ternary)((FN(bytes16))last * last_powers, 1), d);
}

/* 64 bytes of 2-bit planes, f16 d; 1 too large. */
INLINE FN(group) FN(unpack_TQ2_0)(const uint8_t *p, size_t part) {
  FN(group) g = FN(planes)(p + part / 4 * 32, part % 4 * 2, 3);
  return FN(scaled)(g.codes[0] - 1, g.codes[1] - 1, FN(last_half)(p + 64));
}
