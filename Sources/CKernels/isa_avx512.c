/* AVX-512 with VNNI, products in f32. */
#if defined(__x86_64__)
#include <immintrin.h>
#define FN(name) name##_avx512
#define TABLE_NAME "avx512"
#define LANES 16
#define HAS_F16 1
#define HAS_BF16 0
#define TILE_ROWS 12
#define TILE_VECTORS 2

#include "dispatch.h"

#include <math.h>
#include <string.h>

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))),        \
    apply_to = function)
#include "lanes.h"
#include "avx512_lookups.h"
#include "table_body.h"
#pragma clang attribute pop
#endif
