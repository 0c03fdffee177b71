/* Encoders of the K-quants: 256 elements in parts of 16 or 32 with a factor each, and some with a minimum;
 * the factors of the parts are whole numbers times one of the block. A part's factor is the best of a
 * few tried by least squares. */
#include "encode.h"

enum { BLOCK = 256, LARGEST_PART = 32 };

/* ---- packing ------------------------------------------------------------------------------------ */

/* Four codes a byte: the 32 of a part beside each other, four parts on top of each other. */
static void pack_pairs(const uint8_t *codes, int shift, uint8_t *out) {
  for (size_t i = 0; i < BLOCK / 4; i++) {
    const uint8_t *p = codes + i / 32 * 128 + i % 32;
    int byte = 0;
    for (int plane = 0; plane < 4; plane++) byte |= (p[32 * plane] >> shift & 3) << 2 * plane;
    out[i] = (uint8_t)byte;
  }
}

/* One bit of each code: part i in bit i of 32 bytes. */
static void pack_bits(const uint8_t *codes, int shift, uint8_t *out) {
  memset(out, 0, 32);
  for (size_t i = 0; i < BLOCK; i++) out[i % 32] |= (uint8_t)((codes[i] >> shift & 1) << i / 32);
}

/* The low four bits of each code: of every 2*apart codes the first half in low nibbles. */
static void pack_nibbles(const uint8_t *codes, size_t apart, uint8_t *out) {
  for (size_t i = 0; i < BLOCK / 2; i++) {
    const uint8_t *p = codes + i / apart * 2 * apart + i % apart;
    out[i] = (uint8_t)((p[0] & 15) | (p[apart] & 15) << 4);
  }
}

/* ---- codes from a minimum on: Q2_K, Q4_K, Q5_K ----------------------------------------------------- */

/* How the parts of a format are fitted. */
typedef struct {
  size_t part;
  int levels;    /* codes are 0...levels */
  float first;   /* what is added to levels in the first try, 0.1 more in each further one */
  int tries;
  bool squares;  /* errors count by their squares, else by their magnitudes */
} fit;

/* The weighted error of factor * codes + minimum. */
static inline float error_of(fit f, const float *x, const float *weights, const uint8_t *codes,
                             float factor, float minimum) {
  float terms[LARGEST_PART], sum = 0;
  for (size_t i = 0; i < f.part; i++) {
    float difference = factor * (float)codes[i] + minimum - x[i];
    terms[i] = weights[i] * (f.squares ? difference * difference : fabsf(difference));
  }
  for (size_t i = 0; i < f.part; i++) sum += terms[i];
  return sum;
}

static inline void codes_at(fit f, const float *x, float inverse, float minimum, uint8_t *codes) {
  for (size_t i = 0; i < f.part; i++)
    codes[i] = (uint8_t)ck_clamp(ck_nearest(inverse * (x[i] - minimum)), 0, f.levels);
}

/* Factor and minimum, at most 0, for codes of weighted least squares; false where there are none. */
static inline bool solve(fit f, const float *x, const float *weights, const uint8_t *codes,
                         float weight, float weighted, float *factor, float *minimum) {
  float l = 0, l2 = 0, xl = 0;
  for (size_t i = 0; i < f.part; i++) {
    float code = (float)codes[i], product = weights[i] * code;
    l += product;
    l2 += product * code;
    xl += product * x[i];
  }
  float determinant = weight * l2 - l * l;
  if (!(determinant > 0)) return false;
  *factor = (weight * xl - weighted * l) / determinant;
  *minimum = (l2 * weighted - l * xl) / determinant;
  if (*minimum > 0) {
    *minimum = 0;
    *factor = xl / l2;
  }
  return true;
}

/* Gives the factor of a part, its minimum's negative and its codes. */
static inline float fit_part(fit f, const float *x, const float *weights, uint8_t *codes,
                             float *negative_minimum) {
  float low = x[0], high = x[0], weight = weights[0], weighted = weight * x[0];
  for (size_t i = 1; i < f.part; i++) {
    if (x[i] < low) low = x[i];
    if (x[i] > high) high = x[i];
    weight += weights[i];
    weighted += weights[i] * x[i];
  }
  if (low > 0) low = 0;
  if (high == low) {
    memset(codes, 0, f.part);
    *negative_minimum = -low;
    return 0;
  }
  float inverse = (float)f.levels / (high - low), factor = 1 / inverse, minimum = low;
  codes_at(f, x, inverse, low, codes);
  float least = error_of(f, x, weights, codes, factor, minimum);
  for (int try = 0; try <= f.tries; try++) {
    uint8_t tried[LARGEST_PART];
    float tried_factor, tried_minimum;
    /* from the minimum of the best try so far */
    inverse = (f.first + 0.1f * (float)try + (float)f.levels) / (high - minimum);
    codes_at(f, x, inverse, minimum, tried);
    if (!solve(f, x, weights, tried, weight, weighted, &tried_factor, &tried_minimum)) continue;
    float error = error_of(f, x, weights, tried, tried_factor, tried_minimum);
    if (!(error < least)) continue;
    memcpy(codes, tried, f.part);
    least = error;
    factor = tried_factor;
    minimum = tried_minimum;
  }
  *negative_minimum = -minimum;
  return factor;
}

/* The codes anew, for the factor and the minimum as they are stored; without a factor they stay. */
static void recode(const float *x, size_t n, float factor, float shift, int low, int high,
                   uint8_t *codes) {
  if (factor == 0) return;
  for (size_t i = 0; i < n; i++)
    codes[i] = (uint8_t)(ck_clamp(ck_nearest((x[i] + shift) / factor), low, high) - low);
}

static float largest(const float *x, size_t n) {
  float most = 0;
  for (size_t i = 0; i < n; i++)
    if (x[i] > most) most = x[i];
  return most;
}

void ck_encode_Q2_K(const float *x, uint8_t *block) {
  const fit f = {.part = 16, .levels = 3, .first = -0.5f, .tries = 15, .squares = false};
  uint8_t codes[BLOCK];
  float factors[16], minima[16];
  for (size_t j = 0; j < 16; j++) {
    float weights[16];
    for (size_t i = 0; i < 16; i++) weights[i] = fabsf(x[16 * j + i]);
    factors[j] = fit_part(f, x + 16 * j, weights, codes + 16 * j, &minima[j]);
  }
  float most = largest(factors, 16), most_minimum = largest(minima, 16);
  float inverse = most > 0 ? 15.0f / most : 0;
  float inverse_minimum = most_minimum > 0 ? 15.0f / most_minimum : 0;
  float d = ck_store_half(most / 15.0f, block + 80);
  float m = ck_store_half(most_minimum / 15.0f, block + 82);
  for (size_t j = 0; j < 16; j++) {
    int minimum = ck_nearest(inverse_minimum * minima[j]);
    block[j] = (uint8_t)(ck_nearest(inverse * factors[j]) | minimum << 4);
    recode(x + 16 * j, 16, d * (float)(block[j] & 15), m * (float)(block[j] >> 4), 0, 3,
           codes + 16 * j);
  }
  pack_pairs(codes, 0, block + 16);
}

/* Eight factors and minima of six bits each, in twelve bytes. */
static void pack_six_bits(const uint8_t *factors, const uint8_t *minima, uint8_t *out) {
  for (size_t j = 0; j < 4; j++) {
    out[j] = (uint8_t)(factors[j] | factors[j + 4] >> 4 << 6);
    out[j + 4] = (uint8_t)(minima[j] | minima[j + 4] >> 4 << 6);
    out[j + 8] = (uint8_t)((factors[j + 4] & 15) | (minima[j + 4] & 15) << 4);
  }
}

/* A part's factor or minimum in six bits; what is negative has the largest. */
static uint8_t six_bits(float x) {
  uint8_t byte = (uint8_t)ck_nearest(x);
  return byte < 63 ? byte : 63;
}

/* Writes factors and minima of eight parts, and gives the codes. */
static void encode_eight_parts(fit f, const float *x, uint8_t *block, uint8_t *codes) {
  float factors[8], minima[8];
  for (size_t j = 0; j < 8; j++) {
    const float *p = x + 32 * j;
    float squares = 0, weights[32];
    for (size_t i = 0; i < 32; i++) squares += p[i] * p[i];
    float usual = sqrtf(squares / 32.0f);
    for (size_t i = 0; i < 32; i++) weights[i] = usual + fabsf(p[i]);
    factors[j] = fit_part(f, p, weights, codes + 32 * j, &minima[j]);
  }
  float most = largest(factors, 8), most_minimum = largest(minima, 8);
  float inverse = most > 0 ? 63.0f / most : 0;
  float inverse_minimum = most_minimum > 0 ? 63.0f / most_minimum : 0;
  float d = ck_store_half(most / 63.0f, block), m = ck_store_half(most_minimum / 63.0f, block + 2);
  uint8_t whole_factors[8], whole_minima[8];
  for (size_t j = 0; j < 8; j++) {
    whole_factors[j] = six_bits(inverse * factors[j]);
    whole_minima[j] = six_bits(inverse_minimum * minima[j]);
    recode(x + 32 * j, 32, d * (float)whole_factors[j], m * (float)whole_minima[j], 0, f.levels,
           codes + 32 * j);
  }
  pack_six_bits(whole_factors, whole_minima, block + 4);
}

void ck_encode_Q4_K(const float *x, uint8_t *block) {
  const fit f = {.part = 32, .levels = 15, .first = -1.0f, .tries = 20, .squares = true};
  uint8_t codes[BLOCK];
  encode_eight_parts(f, x, block, codes);
  pack_nibbles(codes, 32, block + 16);
}

void ck_encode_Q5_K(const float *x, uint8_t *block) {
  const fit f = {.part = 32, .levels = 31, .first = -0.5f, .tries = 15, .squares = true};
  uint8_t codes[BLOCK];
  encode_eight_parts(f, x, block, codes);
  pack_bits(codes, 4, block + 16);
  pack_nibbles(codes, 32, block + 48);
}

/* ---- codes about zero: Q3_K, Q6_K ------------------------------------------------------------------ */

/* Sums for the factor of least squares, each element weighing as its own square. */
typedef struct {
  float xl, l2;
} sums;

static sums sum_codes(const float *x, const int8_t *codes) {
  sums s = {0, 0};
  for (size_t i = 0; i < 16; i++) {
    float weight = x[i] * x[i], code = (float)codes[i];
    s.xl += weight * x[i] * code;
    s.l2 += weight * code * code;
  }
  return s;
}

static void codes_about_zero(const float *x, float inverse, int limit, int8_t *codes) {
  for (size_t i = 0; i < 16; i++)
    codes[i] = (int8_t)ck_clamp(ck_nearest(inverse * x[i]), -limit, limit - 1);
}

/* The factor of 16 elements for codes -limit...limit-1: the best of 19 about the one by which the extreme
 * element is -limit. */
static float fit_about_zero(const float *x, int limit, int8_t *codes) {
  float extreme = ck_extreme(x, 16);
  if (fabsf(extreme) < CK_NEARLY_ZERO) {
    memset(codes, -limit, 16);
    return 0;
  }
  codes_about_zero(x, (float)-limit / extreme, limit, codes);
  sums s = sum_codes(x, codes);
  float factor = s.l2 != 0 ? s.xl / s.l2 : 0, best = factor * s.xl;
  for (int try = -9; try <= 9; try++) {
    if (try == 0) continue;
    int8_t tried[16];
    codes_about_zero(x, -((float)limit + 0.1f * (float)try) / extreme, limit, tried);
    s = sum_codes(x, tried);
    if (!(s.l2 > 0 && s.xl * s.xl > best * s.l2)) continue;
    memcpy(codes, tried, 16);
    factor = s.xl / s.l2;
    best = factor * s.xl;
  }
  return factor;
}

void ck_encode_Q6_K(const float *x, uint8_t *block) {
  enum { limit = 32 };
  uint8_t codes[BLOCK];
  float factors[16];
  for (size_t j = 0; j < 16; j++) {
    int8_t fitted[16];
    factors[j] = fit_about_zero(x + 16 * j, limit, fitted);
    for (size_t i = 0; i < 16; i++) codes[16 * j + i] = (uint8_t)(fitted[i] + limit);
  }
  float extreme = ck_extreme(factors, 16);
  if (fabsf(extreme) < CK_NEARLY_ZERO) {
    memset(block, 0, 210);
    return;
  }
  float inverse = -128.0f / extreme, d = ck_store_half(1 / inverse, block + 208);
  for (size_t j = 0; j < 16; j++) {
    int whole = ck_nearest(inverse * factors[j]);
    int8_t factor = (int8_t)(whole < 127 ? whole : 127);
    block[192 + j] = (uint8_t)factor;
    recode(x + 16 * j, 16, d * (float)factor, 0, -limit, limit - 1, codes + 16 * j);
  }
  pack_nibbles(codes, 64, block);
  pack_pairs(codes, 4, block + 128);
}

/* The factor of 16 elements for codes -4...3: from the codes by which the extreme element is -4, one code
 * after the other is changed where the error of all becomes less. */
static float fit_step_by_step(const float *x, int8_t *codes) {
  enum { limit = 4, rounds = 5 };
  float extreme = ck_extreme(x, 16);
  if (fabsf(extreme) < CK_NEARLY_ZERO) {
    memset(codes, -limit, 16);
    return 0;
  }
  codes_about_zero(x, (float)-limit / extreme, limit, codes);
  sums s = sum_codes(x, codes);
  bool changes = true;
  for (int round = 0; round < rounds && changes; round++) {
    changes = false;
    for (size_t i = 0; i < 16; i++) {
      float weight = x[i] * x[i], code = (float)codes[i];
      sums other = {s.xl - weight * x[i] * code, s.l2 - weight * code * code};
      if (!(other.xl > 0)) continue;
      int next = ck_clamp(ck_nearest(x[i] * other.l2 / other.xl), -limit, limit - 1);
      if (next == codes[i]) continue;
      other.xl += weight * x[i] * (float)next;
      other.l2 += weight * (float)next * (float)next;
      if (!(other.l2 > 0 && other.xl * other.xl * s.l2 > s.xl * s.xl * other.l2)) continue;
      codes[i] = (int8_t)next;
      s = other;
      changes = true;
    }
  }
  return s.l2 > 0 ? s.xl / s.l2 : 0;
}

void ck_encode_Q3_K(const float *x, uint8_t *block) {
  enum { limit = 4 };
  uint8_t codes[BLOCK];
  float factors[16];
  for (size_t j = 0; j < 16; j++) {
    int8_t fitted[16];
    factors[j] = fit_step_by_step(x + 16 * j, fitted);
    for (size_t i = 0; i < 16; i++) codes[16 * j + i] = (uint8_t)(fitted[i] + limit);
  }
  float extreme = ck_extreme(factors, 16);
  float inverse = extreme != 0 ? -32.0f / extreme : 0;
  float d = ck_store_half(extreme != 0 ? 1 / inverse : 0, block + 108);
  uint8_t *scales = block + 96;
  memset(scales, 0, 12);
  for (size_t j = 0; j < 16; j++) {
    /* without a factor of the block the stored bits are zero, which stands for -32 */
    int factor = extreme != 0 ? ck_clamp((int8_t)ck_nearest(inverse * factors[j]), -32, 31) : -32;
    int stored = factor + 32;
    scales[j % 8] |= (uint8_t)((stored & 15) << j / 8 * 4);
    scales[8 + j % 4] |= (uint8_t)(stored >> 4 << j / 4 * 2);
    recode(x + 16 * j, 16, d * (float)factor, 0, -limit, limit - 1, codes + 16 * j);
  }
  pack_bits(codes, 2, block);
  pack_pairs(codes, 0, block + 32);
}
