/* Encoders whose factor follows from the largest element alone. */
#include "encode.h"

/* ---- blocks of 32: codes are rounded by adding a half and cutting ------------------------------- */

/* 32 codes of up to five bits: the fourth and lower in nibbles, of the fifth a word where there is one. */
static void store_codes(const uint8_t *codes, uint8_t *_Nullable fifth, uint8_t *nibbles) {
  uint32_t bits = 0;
  for (size_t i = 0; i < 16; i++) {
    nibbles[i] = (uint8_t)((codes[i] & 15) | (codes[i + 16] & 15) << 4);
    bits |= (uint32_t)(codes[i] >> 4 & 1) << i | (uint32_t)(codes[i + 16] >> 4 & 1) << (i + 16);
  }
  if (fifth) memcpy(fifth, &bits, sizeof bits);
}

/* Codes 0...2*half-1 of which `half` is zero; the extreme element has code 0. */
static void encode_about_zero(const float *x, int half, uint8_t *block, uint8_t *codes) {
  float d = ck_extreme(x, 32) / (float)-half, inverse = d != 0 ? 1.0f / d : 0.0f;
  ck_store_half(d, block);
  for (size_t i = 0; i < 32; i++) {
    int code = (int8_t)ck_whole(x[i] * inverse + ((float)half + 0.5f));
    codes[i] = (uint8_t)(code < 2 * half ? code : 2 * half - 1);
  }
}

/* Codes 0...levels from the smallest element to the largest. */
static void encode_from_minimum(const float *x, int levels, uint8_t *block, uint8_t *codes) {
  float low = x[0], high = x[0];
  for (size_t i = 1; i < 32; i++) {
    if (x[i] < low) low = x[i];
    if (x[i] > high) high = x[i];
  }
  float d = (high - low) / (float)levels, inverse = d != 0 ? 1.0f / d : 0.0f;
  ck_store_half(d, block);
  ck_store_half(low, block + 2);
  for (size_t i = 0; i < 32; i++) {
    int code = (int8_t)ck_whole((x[i] - low) * inverse + 0.5f);
    codes[i] = (uint8_t)(code < levels ? code : levels);
  }
}

void ck_encode_Q4_0(const float *x, uint8_t *block) {
  uint8_t codes[32];
  encode_about_zero(x, 8, block, codes);
  store_codes(codes, NULL, block + 2);
}

void ck_encode_Q5_0(const float *x, uint8_t *block) {
  uint8_t codes[32];
  encode_about_zero(x, 16, block, codes);
  store_codes(codes, block + 2, block + 6);
}

void ck_encode_Q4_1(const float *x, uint8_t *block) {
  uint8_t codes[32];
  encode_from_minimum(x, 15, block, codes);
  store_codes(codes, NULL, block + 4);
}

void ck_encode_Q5_1(const float *x, uint8_t *block) {
  uint8_t codes[32];
  encode_from_minimum(x, 31, block, codes);
  store_codes(codes, block + 4, block + 8);
}

void ck_encode_Q8_0(const float *x, uint8_t *block) {
  float d = ck_largest_magnitude(x, 32) / 127.0f, inverse = d != 0 ? 1.0f / d : 0.0f;
  ck_store_half(d, block);
  for (size_t i = 0; i < 32; i++) block[2 + i] = (uint8_t)ck_whole(roundf(x[i] * inverse));
}

/* ---- FP4 (E2M1) with a factor in few bits -------------------------------------------------------- */

/* The first of the sixteen values, doubled, that comes nearest once it is multiplied. */
static uint8_t nearest_fp4(float x, float factor) {
  static const int8_t values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  uint8_t best = 0;
  float least = fabsf((float)values[0] * factor - x);
  for (uint8_t code = 1; code < 16; code++) {
    float error = fabsf((float)values[code] * factor - x);
    if (error < least) {
      least = error;
      best = code;
    }
  }
  return best;
}

/* The factor is the power of two that makes the largest element one of 4 to 8. */
void ck_encode_MXFP4(const float *x, uint8_t *block) {
  float most = ck_largest_magnitude(x, 32);
  uint8_t exponent = most > 0 ? (uint8_t)ck_whole(floorf(log2f(most)) - 2.0f + 127.0f) : 0;
  float half = ck_from_bits(exponent < 2 ? (uint32_t)0x00200000 << exponent
                                         : (uint32_t)(exponent - 1) << 23);
  block[0] = exponent;
  for (size_t i = 0; i < 16; i++)
    block[1 + i] = (uint8_t)(nearest_fp4(x[i], half) | nearest_fp4(x[i + 16], half) << 4);
}

/* An unsigned E4M3: ties go up, and what is too large becomes the largest. */
static uint8_t e4m3_of(float x) {
  enum { largest = 0x7E };
  if (!(x > 0)) return 0;
  uint32_t bits = ck_bits(x);
  int exponent = (int)(bits >> 23) - 120;
  if (exponent <= 0) return (uint8_t)ck_clamp((int)(x * 512.0f + 0.5f), 0, 7);
  if (exponent >= 15) return largest;
  int code = exponent * 8 + (int)(bits >> 20 & 7) + (int)(bits >> 19 & 1);
  return (uint8_t)(code < 15 * 8 ? code : largest);
}

static float half_of_e4m3(uint8_t code) {
  int exponent = code >> 3, rest = code & 7;
  float whole = exponent ? 1.0f + (float)rest / 8.0f : (float)rest;
  return ldexpf(whole, exponent ? exponent - 8 : -10);
}

void ck_encode_NVFP4(const float *x, uint8_t *block) {
  for (size_t part = 0; part < 4; part++) {
    const float *p = x + 16 * part;
    uint8_t factor = e4m3_of(ck_largest_magnitude(p, 16) / 6.0f);
    float half = half_of_e4m3(factor);
    block[part] = factor;
    uint8_t *codes = block + 4 + 8 * part;
    for (size_t i = 0; i < 8; i++)
      codes[i] = (uint8_t)(nearest_fp4(p[i], half) | nearest_fp4(p[i + 8], half) << 4);
  }
}

/* ---- one bit, and three values ------------------------------------------------------------------- */

void ck_encode_Q1_0(const float *x, uint8_t *block) {
  float sum = 0;
  for (size_t i = 0; i < 128; i++) sum += fabsf(x[i]);
  ck_store_half(sum / 128.0f, block);
  memset(block + 2, 0, 16);
  for (size_t i = 0; i < 128; i++) block[2 + i / 8] |= (uint8_t)((x[i] >= 0) << i % 8);
}

/* 0, 1 or 2 for the nearest of -1, 0 and 1. */
static int third(float x) { return fabsf(x) < 2 ? (int)roundf(x) + 1 : 1; }

/* Up to five elements `stride` apart as digits to the base 3, moved up so that multiplying by 3 brings
 * out the first of them. */
static uint8_t pack_thirds(const float *x, size_t stride, size_t count, float inverse) {
  int digits = 0;
  for (size_t i = 0; i < 5; i++)
    digits = digits * 3 + (i < count ? third(x[i * stride] * inverse) : 0);
  return (uint8_t)((digits * 256 + 242) / 243);
}

void ck_encode_TQ1_0(const float *x, uint8_t *block) {
  float d = ck_largest_magnitude(x, 256), inverse = d != 0 ? 1.0f / d : 0.0f;
  for (size_t i = 0; i < 32; i++) block[i] = pack_thirds(x + i, 32, 5, inverse);
  for (size_t i = 0; i < 16; i++) block[32 + i] = pack_thirds(x + 160 + i, 16, 5, inverse);
  for (size_t i = 0; i < 4; i++) block[48 + i] = pack_thirds(x + 240 + i, 4, 4, inverse);
  ck_store_half(d, block + 52);
}

void ck_encode_TQ2_0(const float *x, uint8_t *block) {
  float d = ck_largest_magnitude(x, 256), inverse = d != 0 ? 1.0f / d : 0.0f;
  for (size_t i = 0; i < 64; i++) {
    const float *p = x + i / 32 * 128 + i % 32;
    int codes = 0;
    for (int plane = 0; plane < 4; plane++) codes |= third(p[32 * plane] * inverse) << 2 * plane;
    block[i] = (uint8_t)codes;
  }
  ck_store_half(d, block + 64);
}
