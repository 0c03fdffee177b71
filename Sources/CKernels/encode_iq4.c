/* Encoders of 4-bit codes that stand for unevenly spaced values. A part's factor is the best of fifteen
 * tried by least squares, each element weighing as its own square. */
#include "encode.h"

static const int8_t values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                  1,    13,   25,  38,  53,  69,  89,  113};

/* The code of the nearest value, of two the upper one. */
static uint8_t nearest_value(float x) {
  uint8_t code = 0;
  for (uint8_t step = 8; step > 0; step /= 2) {
    uint8_t upper = (uint8_t)(code + step);
    if (x + x >= (float)(values[upper - 1] + values[upper])) code = upper;
  }
  return code;
}

static void codes_at(const float *x, float inverse, uint8_t *codes) {
  for (size_t i = 0; i < 32; i++) codes[i] = nearest_value(inverse * x[i]);
}

/* Takes the factor that suits the codes of a try, where it is better than the best so far. */
static void try_factor(const float *x, float inverse, float *factor, float *best, bool is_first) {
  uint8_t codes[32];
  float xq = 0, q2 = 0;
  codes_at(x, inverse, codes);
  for (size_t i = 0; i < 32; i++) {
    float weight = x[i] * x[i], value = (float)values[codes[i]];
    xq += weight * value * x[i];
    q2 += weight * value * value;
  }
  if (is_first ? !(q2 > 0) : !(q2 > 0 && xq * xq > *best * q2)) return;
  *factor = xq / q2;
  *best = *factor * xq;
}

/* The factor of 32 elements; 0 where they are nearly zero. */
static float fit_values(const float *x) {
  enum { tries = 7 };
  float extreme = ck_extreme(x, 32), factor = 0, best = 0;
  if (fabsf(extreme) < CK_NEARLY_ZERO) return 0;
  try_factor(x, 1 / (-extreme / (float)values[0]), &factor, &best, true);
  for (int try = -tries; try <= tries; try++)
    try_factor(x, (float)(try + values[0]) / extreme, &factor, &best, false);
  return factor;
}

static void store_nibbles(const uint8_t *codes, uint8_t *out) {
  for (size_t i = 0; i < 16; i++) out[i] = (uint8_t)(codes[i] | codes[i + 16] << 4);
}

void ck_encode_IQ4_NL(const float *x, uint8_t *block) {
  uint8_t codes[32];
  float factor = fit_values(x);
  ck_store_half(factor, block);
  codes_at(x, factor != 0 ? 1 / factor : 0, codes);
  store_nibbles(codes, block + 2);
}

void ck_encode_IQ4_XS(const float *x, uint8_t *block) {
  float factors[8];
  for (size_t j = 0; j < 8; j++) factors[j] = fit_values(x + 32 * j);
  float d = -ck_extreme(factors, 8) / 32.0f, inverse = d != 0 ? 1 / d : 0;
  ck_store_half(d, block);
  uint16_t high = 0;
  memset(block + 4, 0, 4);
  for (size_t j = 0; j < 8; j++) {
    int whole = ck_clamp(ck_nearest(inverse * factors[j]), -32, 31);
    float factor = d * (float)whole;
    uint8_t codes[32];
    codes_at(x + 32 * j, factor != 0 ? 1 / factor : 0, codes);
    store_nibbles(codes, block + 8 + 16 * j);
    block[4 + j / 2] |= (uint8_t)(((whole + 32) & 15) << j % 2 * 4);
    high |= (uint16_t)((whole + 32) >> 4 << 2 * j);
  }
  memcpy(block + 2, &high, sizeof high);
}
