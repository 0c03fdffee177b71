/* Vectors of one instruction set, in the compiler's own vector types. Before it an isa_*.c defines
 *   FN(name)        the name with the set's suffix
 *   LANES           floats a vector: 4, 8 or 16
 *   HAS_F16         1 where the set converts half precision
 *   HAS_BF16        1 where it multiplies bf16 and brings its own to_bf16, pair_up, sum_tile_bf16
 *   TILE_ROWS, TILE_VECTORS   sums of a product that stay in registers
 *   UNROLL          nothing, where its loops need not be unfolded
 * No include guard: each isa_*.c is a translation unit of its own and includes it once. */
#include "dispatch.h"

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define VF FN(floats)
#define VI FN(ints)
/* Vectors in 32 elements, the step of all block formats. */
#define PARTS (32 / LANES)
/* Columns of a panel: a block of the frozen formats, so that panels begin with whole blocks. */
#define PANEL_COLUMNS 32
#ifndef UNROLL
#define UNROLL _Pragma("clang loop unroll(full)")
#endif

typedef float VF __attribute__((vector_size(4 * LANES)));
typedef int32_t VI __attribute__((vector_size(4 * LANES)));
typedef uint32_t FN(words) __attribute__((vector_size(4 * LANES)));
typedef uint8_t FN(bytes16) __attribute__((vector_size(16)));
typedef uint8_t FN(bytes) __attribute__((vector_size(LANES)));
typedef int8_t FN(signed_bytes) __attribute__((vector_size(LANES)));
typedef uint16_t FN(halves) __attribute__((vector_size(2 * LANES)));

INLINE FN(bytes16) FN(load_bytes)(const void *p) {
  FN(bytes16) v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE VF FN(load)(const float *p) {
  VF v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void FN(store)(float *p, VF v) { memcpy(p, &v, sizeof v); }

/* Loads and stores of the first `width` < LANES lanes; the others load as zero. No calls, so that
 * the loops around them keep their constants in registers. */
#if LANES == 16
INLINE VF FN(load_part)(const float *p, size_t width) {
  return (VF)_mm512_maskz_loadu_ps((__mmask16)((1u << width) - 1), p);
}

INLINE void FN(store_part)(float *p, VF v, size_t width) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << width) - 1), (__m512)v);
}
#elif LANES == 8
INLINE VI FN(below)(size_t width) { return (VI){0, 1, 2, 3, 4, 5, 6, 7} < (int32_t)width; }

INLINE VF FN(load_part)(const float *p, size_t width) {
  return (VF)_mm256_maskload_ps(p, (__m256i)FN(below)(width));
}

INLINE void FN(store_part)(float *p, VF v, size_t width) {
  _mm256_maskstore_ps(p, (__m256i)FN(below)(width), (__m256)v);
}
#else
INLINE VF FN(load_part)(const float *p, size_t width) {
  VF v = {0};
  UNROLL for (size_t j = 0; j < LANES - 1; j++) if (j < width) v[j] = p[j];
  return v;
}

INLINE void FN(store_part)(float *p, VF v, size_t width) {
  UNROLL for (size_t j = 0; j < LANES - 1; j++) if (j < width) p[j] = v[j];
}
#endif

/* As many of the first lanes as `rest` has. */
INLINE VF FN(load_some)(const float *p, size_t rest) {
  return rest >= LANES ? FN(load)(p) : FN(load_part)(p, rest);
}

INLINE void FN(store_some)(float *p, VF v, size_t rest) {
  if (rest >= LANES)
    FN(store)(p, v);
  else
    FN(store_part)(p, v, rest);
}

INLINE VF FN(splat)(float a) { return (VF){0} + a; }

/* a where the mask is set (-1), else b. */
INLINE VF FN(choose)(VI mask, VF a, VF b) { return (VF)((mask & (VI)a) | (~mask & (VI)b)); }

typedef float FN(four) __attribute__((vector_size(16)));

/* The lanes of four added up. */
INLINE float FN(sum_four)(FN(four) v) {
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
  return v[0] + v[1];
}

/* The lanes added up by halves. */
INLINE float FN(sum)(VF v) {
  FN(four) parts[LANES / 4];
  memcpy(parts, &v, sizeof v);
  UNROLL for (int width = LANES / 8; width > 0; width /= 2) {
    UNROLL for (int i = 0; i < width; i++) parts[i] += parts[i + width];
  }
  return FN(sum_four)(parts[0]);
}

INLINE float FN(largest)(VF v) {
  FN(four) parts[LANES / 4], most;
  memcpy(parts, &v, sizeof v);
  most = parts[0];
  UNROLL for (int i = 1; i < LANES / 4; i++) most = __builtin_elementwise_max(most, parts[i]);
  most = __builtin_elementwise_max(most, __builtin_shufflevector(most, most, 2, 3, 0, 1));
  return most[0] > most[1] ? most[0] : most[1];
}

/* exp(x) within 2 ulp: x = n ln2 + r, exp(r) by the polynomial of Cephes' expf, 2^n in two factors
 * so that results below 2^-126 stay right. -inf and anything below -104 give 0, above 89 inf; NaN
 * stays. */
INLINE VF FN(exp)(VF x) {
  const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
  x = FN(choose)(x < -104.0f, FN(splat)(-104.0f), x);
  x = FN(choose)(x > 89.0f, FN(splat)(89.0f), x);
  VF shifted = x * 1.44269504088896341f + magic;
  VF n = shifted - magic;
  VF r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  VF p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  p = p + 1.0f;
  VI whole = (VI)shifted - 0x4B400000;
  VI half = whole >> 1;
  return p * (VF)((half + 127) << 23) * (VF)((whole - half + 127) << 23);
}

INLINE float FN(exp_one)(float x) { return FN(exp)(FN(splat)(x))[0]; }

/* One half-precision number with at least six more bytes behind it. */
INLINE float FN(half)(const void *p) {
#if HAS_F16 && defined(__x86_64__)
  /* Written out because the compiler loads two bytes into part of a register, which then waits for
   * that register's last use: in a sum, the sum itself. */
  VF v;
  typedef struct {
    uint8_t bytes[8];
  } four_halves;
  __asm__("vcvtph2ps %1, %x0" : "=x"(v) : "m"(*(const four_halves *)p));
  return v[0];
#elif HAS_F16
  _Float16 h;
  memcpy(&h, p, sizeof h);
  return (float)h;
#else
  /* The exponent is moved by a multiplication, which also makes subnormals normal. */
  uint16_t h;
  memcpy(&h, p, sizeof h);
  uint32_t bits = (uint32_t)(h & 0x7fff) << 13;
  float f;
  memcpy(&f, &bits, sizeof f);
  f *= 0x1p112f;
  memcpy(&bits, &f, sizeof f);
  if ((h & 0x7c00) == 0x7c00) bits |= 0x7f800000;
  bits |= (uint32_t)(h & 0x8000) << 16;
  memcpy(&f, &bits, sizeof f);
  return f;
#endif
}

/* One half-precision number with nothing behind it that may be read. */
INLINE float FN(last_half)(const void *p) {
#if HAS_F16 && defined(__x86_64__)
  uint16_t h;
  memcpy(&h, p, sizeof h);
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(h)));
#else
  return FN(half)(p);
#endif
}

/* Nearest-even bf16 of a float; NaN stays NaN. */
INLINE uint16_t FN(bf16)(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  uint32_t quiet = (bits >> 16) | 0x40;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
}
