/* NEON, the baseline of arm64. */
#if defined(__aarch64__)
#include <arm_neon.h>
#define FN(name) name##_neon
#define TABLE_NAME "neon"
#define LANES 4
#define HAS_F16 1
#define HAS_BF16 0
#define TILE_ROWS 6
#define TILE_VECTORS 4

#include "lanes.h"

/* Sixteen floats as 64 bytes: an index becomes the four places of its bytes. */
typedef struct {
  uint8x16x4_t bytes;
} FN(lookup);

INLINE FN(lookup) FN(make_lookup)(const float *table) {
  return (FN(lookup)){vld1q_u8_x4((const uint8_t *)table)};
}

INLINE VF FN(look_up)(FN(lookup) table, VI index) {
  VI places = index * 0x04040404 + 0x03020100;
  return (VF)vqtbl4q_u8(table.bytes, (uint8x16_t)places);
}

#define HALVES_APART 0

INLINE FN(bytes16) FN(pick_bytes)(FN(bytes16) table, FN(bytes16) index) {
  return (FN(bytes16))vqtbl1q_u8((uint8x16_t)table, (uint8x16_t)index);
}

typedef int32_t FN(counts) __attribute__((vector_size(16)));
typedef float FN(totals) __attribute__((vector_size(16)));
typedef struct {
  int8x16_t a, b;
} FN(activations);

INLINE FN(activations) FN(activate)(FN(bytes16) a, FN(bytes16) b) {
  return (FN(activations)){(int8x16_t)a, (int8x16_t)b};
}

/* Products of two bytes fill 16 bits at most; pairs of them are added up as 32. */
INLINE int32x4_t FN(add_products)(int32x4_t sum, int8x16_t w, int8x16_t x) {
  int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(x));
  sum = vpadalq_s16(sum, low);
  return vpadalq_s16(sum, vmull_high_s8(w, x));
}

INLINE FN(counts) FN(dot_signed)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  int32x4_t sum = FN(add_products)(vdupq_n_s32(0), (int8x16_t)a, x.a);
  return (FN(counts))FN(add_products)(sum, (int8x16_t)b, x.b);
}

/* Codes up to 15 are the same signed or not. */
INLINE FN(counts) FN(dot_unsigned)(FN(bytes16) a, FN(bytes16) b, FN(activations) x) {
  return FN(dot_signed)(a, b, x);
}

INLINE FN(counts)
    FN(dot_digits)(FN(bytes16) packed, FN(bytes16) high, FN(bytes16) low, FN(activations) x) {
  uint8x16_t first = (uint8x16_t)(packed >> 4), second = (uint8x16_t)(packed & 15);
  FN(counts)
  highs = FN(dot_signed)((FN(bytes16))vqtbl1q_u8((uint8x16_t)high, first),
                         (FN(bytes16))vqtbl1q_u8((uint8x16_t)high, second), x);
  FN(counts)
  lows = FN(dot_signed)((FN(bytes16))vqtbl1q_u8((uint8x16_t)low, first),
                        (FN(bytes16))vqtbl1q_u8((uint8x16_t)low, second), x);
  return (highs << 8) + lows;
}

#include "table_body.h"
#endif
