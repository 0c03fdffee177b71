/* What the encoders of ggml's blocks share. Each is the quantizer that llama.cpp runs for a file without
 * a matrix of importance (ggml-quants.c), and gives the same bytes: sums are taken in its order, and
 * neither here nor there is a product fused with a sum. */
#ifndef CK_ENCODE_H
#define CK_ENCODE_H

#include "CKernels.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/* The formats that have an encoder: all but those that need a matrix of importance. */
#define CK_ENCODED_FORMATS(X)                                                                      \
  X(Q4_0) X(Q4_1) X(Q5_0) X(Q5_1) X(Q8_0) X(Q2_K) X(Q3_K) X(Q4_K) X(Q5_K) X(Q6_K) X(IQ4_NL)        \
  X(IQ4_XS) X(IQ3_S) X(TQ1_0) X(TQ2_0) X(MXFP4) X(NVFP4) X(Q1_0)

#pragma clang assume_nonnull begin

/* One block: x has as many elements as it, `block` as many bytes. */
#define CK_DECLARE_ENCODER(constant) void ck_encode_##constant(const float *x, uint8_t *block);
CK_ENCODED_FORMATS(CK_DECLARE_ENCODER)
#undef CK_DECLARE_ENCODER

/* Below this the largest of a few elements counts as zero. */
#define CK_NEARLY_ZERO 1e-15f

static inline int ck_clamp(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

/* The nearest whole number, of ties the even one, for |x| up to 2^22: adding 1.5 * 2^23 leaves it in
 * the last bits. Of a NaN it is 0. */
static inline int ck_nearest(float x) {
  float moved = x + 12582912.0f;
  int32_t bits;
  memcpy(&bits, &moved, sizeof bits);
  return (bits & 0x007FFFFF) - 0x00400000;
}

/* The integer part as x86 has it: of a NaN and of what is out of range the smallest number. */
static inline int32_t ck_whole(float x) {
  return x >= -2147483648.0f && x < 2147483648.0f ? (int32_t)x : INT32_MIN;
}

static inline uint32_t ck_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float ck_from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* The nearest half (ties to even), overflowing to infinity. */
static inline uint16_t ck_half_bits(float x) {
  uint32_t bits = ck_bits(x), magnitude = bits & 0x7FFFFFFF;
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  if (magnitude > 0x7F800000) return sign | 0x7E00;
  if (magnitude >= 0x477FF000) return sign | 0x7C00;
  if (magnitude < 0x38800000) /* adding 0.5 puts the half's last bit at the float's last bit */
    return sign | (uint16_t)(ck_bits(ck_from_bits(magnitude) + 0.5f) - 0x3F000000);
  return sign | (uint16_t)((magnitude + 0x0FFF + (magnitude >> 13 & 1) - 0x38000000) >> 13);
}

static inline float ck_half_value(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, rest = half & 1023;
  if (exponent == 31) return ck_from_bits(sign | 0x7F800000 | rest << 13);
  if (exponent == 0) return ck_from_bits(sign | ck_bits((float)rest * 0x1p-24f));
  return ck_from_bits(sign | (exponent + 112) << 23 | rest << 13);
}

/* Stores a factor as a half and gives what it became. */
static inline float ck_store_half(float x, uint8_t *at) {
  uint16_t half = ck_half_bits(x);
  memcpy(at, &half, sizeof half);
  return ck_half_value(half);
}

static inline float ck_largest_magnitude(const float *x, size_t n) {
  float most = 0;
  for (size_t i = 0; i < n; i++)
    if (fabsf(x[i]) > most) most = fabsf(x[i]);
  return most;
}

/* The first element of the largest magnitude. */
static inline float ck_extreme(const float *x, size_t n) {
  float most = 0, extreme = 0;
  for (size_t i = 0; i < n; i++) {
    if (!(fabsf(x[i]) > most)) continue;
    most = fabsf(x[i]);
    extreme = x[i];
  }
  return extreme;
}

#pragma clang assume_nonnull end
#endif
