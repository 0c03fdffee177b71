/* ggml's IQ1, IQ2 and IQ3 blocks of 256: places in code books (grids.h), signs and factors. */
#include "grids.h"

/* Four entries of eight elements. */
typedef struct {
  uint64_t eight[4];
} FN(entries);

INLINE FN(group) FN(group_of)(FN(entries) e, float first, float second) {
  FN(group) g = {.scale = {first, second}, .offset = {0, 0}};
  memcpy(g.codes, e.eight, sizeof g.codes);
  return g;
}

/* Eight bytes above 0 with the signs of eight bits. */
INLINE uint64_t FN(signed_entry)(uint64_t entry, uint8_t signs) {
  uint64_t bits = signs * 0x0101010101010101u & 0x8040201008040201u;
  uint64_t ones = (bits + 0x7f7f7f7f7f7f7f7fu | bits) >> 7 & 0x0101010101010101u;
  return (entry ^ ones * 255) + ones;
}

/* Seven signs; the eighth makes their number even. */
INLINE uint8_t FN(even_signs)(uint32_t seven) {
  seven &= 127;
  return (uint8_t)(seven | (uint32_t)__builtin_parity(seven) << 7);
}

/* f16 d, then for each part four places of 8 bits and a word: four times 7 signs, 4 bits of scale. */
INLINE FN(group) FN(unpack_IQ2_XXS)(const uint8_t *p, size_t part) {
  const uint8_t *q = p + 2 + 8 * part;
  uint32_t word = FN(word32)(q + 4);
  FN(entries) e;
  UNROLL for (size_t i = 0; i < 4; i++) e.eight[i] =
      FN(signed_entry)(ck_grid_iq2_xxs[q[i]], FN(even_signs)(word >> 7 * i));
  float scale = FN(half)(p) * (0.5f + (float)(word >> 28)) * 0.25f;
  return FN(group_of)(e, scale, scale);
}

/* The two scales in a byte of IQ2_XS and IQ2_S. */
INLINE FN(group) FN(scaled_by_nibbles)(FN(entries) e, float d, uint8_t nibbles) {
  return FN(group_of)(e, d * (0.5f + (float)(nibbles & 15)) * 0.25f,
                      d * (0.5f + (float)(nibbles >> 4)) * 0.25f);
}

/* f16 d, 32 words of a place (9 bits) and 7 signs, 8 bytes of scales. */
INLINE FN(group) FN(unpack_IQ2_XS)(const uint8_t *p, size_t part) {
  FN(entries) e;
  UNROLL for (size_t i = 0; i < 4; i++) {
    uint32_t word = FN(word16)(p + 2 + 8 * part + 2 * i);
    e.eight[i] = FN(signed_entry)(ck_grid_iq2_xs[word & 511], FN(even_signs)(word >> 9));
  }
  return FN(scaled_by_nibbles)(e, FN(half)(p), p[66 + part]);
}

/* f16 d, 32 bytes of places, 32 of signs, 8 of upper bits of places, 8 of scales. */
INLINE FN(group) FN(unpack_IQ2_S)(const uint8_t *p, size_t part) {
  FN(entries) e;
  UNROLL for (size_t i = 0; i < 4; i++) {
    size_t place = p[2 + 4 * part + i] | (size_t)(p[66 + part] >> 2 * i & 3) << 8;
    e.eight[i] = FN(signed_entry)(ck_grid_iq2_s[place], p[34 + 4 * part + i]);
  }
  return FN(scaled_by_nibbles)(e, FN(half)(p), p[74 + part]);
}

INLINE uint64_t FN(two_fours)(uint32_t first, uint32_t second) {
  return first | (uint64_t)second << 32;
}

/* f16 d, 64 bytes of places, 8 words as IQ2_XXS's. */
INLINE FN(group) FN(unpack_IQ3_XXS)(const uint8_t *p, size_t part) {
  const uint8_t *q = p + 2 + 8 * part;
  uint32_t word = FN(word32)(p + 66 + 4 * part);
  FN(entries) e;
  UNROLL for (size_t i = 0; i < 4; i++) {
    uint64_t eight = FN(two_fours)(ck_grid_iq3_xxs[q[2 * i]], ck_grid_iq3_xxs[q[2 * i + 1]]);
    e.eight[i] = FN(signed_entry)(eight, FN(even_signs)(word >> 7 * i));
  }
  float scale = FN(half)(p) * (0.5f + (float)(word >> 28)) * 0.5f;
  return FN(group_of)(e, scale, scale);
}

/* f16 d, 64 bytes of places, 8 of their ninth bits, 32 of signs, 4 of scales. */
INLINE FN(group) FN(unpack_IQ3_S)(const uint8_t *p, size_t part) {
  const uint8_t *q = p + 2 + 8 * part;
  uint32_t ninth = p[66 + part];
  FN(entries) e;
  UNROLL for (size_t i = 0; i < 4; i++) {
    uint32_t first = ck_grid_iq3_s[q[2 * i] | (ninth >> 2 * i & 1) << 8];
    uint32_t second = ck_grid_iq3_s[q[2 * i + 1] | (ninth >> (2 * i + 1) & 1) << 8];
    e.eight[i] = FN(signed_entry)(FN(two_fours)(first, second), p[74 + 4 * part + i]);
  }
  float scale = FN(half)(p) * (float)(1 + 2 * (p[106 + part / 2] >> part % 2 * 4 & 15));
  return FN(group_of)(e, scale, scale);
}

/* An entry of IQ1 is eight times -1, 0 or 1, so that the shift by an eighth is a whole number. */
INLINE uint64_t FN(shifted_entry)(size_t place, bool down) {
  typedef uint8_t bytes8 __attribute__((vector_size(8)));
  bytes8 v = (bytes8)ck_grid_iq1[place] + (uint8_t)(down ? -1 : 1);
  return (uint64_t)v;
}

/* f16 d, 32 bytes of places, 8 words: four times 3 upper bits of a place, 3 of scale, a sign. */
INLINE FN(group) FN(unpack_IQ1_S)(const uint8_t *p, size_t part) {
  uint32_t word = FN(word16)(p + 34 + 2 * part);
  FN(entries) e;
  UNROLL for (size_t i = 0; i < 4; i++) e.eight[i] =
      FN(shifted_entry)(p[2 + 4 * part + i] | (size_t)(word >> 3 * i & 7) << 8, word >> 15);
  float scale = FN(half)(p) * (float)(2 * (word >> 12 & 7) + 1) * 0.125f;
  return FN(group_of)(e, scale, scale);
}

/* 32 bytes of places, 16 of nibbles (3 upper bits of a place, a sign), 4 words: four times 3 bits of
 * scale, and a quarter of an f16 d. */
INLINE FN(group) FN(unpack_IQ1_M)(const uint8_t *p, size_t part) {
  uint8_t d[8] = {0};
  UNROLL for (size_t i = 0; i < 2; i++) d[i] =
      (uint8_t)(p[49 + 4 * i] >> 4 | (p[51 + 4 * i] & 0xf0));
  uint32_t scales = FN(word16)(p + 48 + part / 2 * 2) >> part % 2 * 6;
  FN(entries) e;
  UNROLL for (size_t i = 0; i < 4; i++) {
    uint32_t nibble = p[32 + 2 * part + i / 2] >> i % 2 * 4 & 15;
    e.eight[i] = FN(shifted_entry)(p[4 * part + i] | (size_t)(nibble & 7) << 8, nibble >> 3);
  }
  float eighth = FN(half)(d) * 0.125f;
  return FN(group_of)(e, eighth * (float)(2 * (scales & 7) + 1),
                      eighth * (float)(2 * (scales >> 3 & 7) + 1));
}
