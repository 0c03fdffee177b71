/* Frozen formats to floats. One decoder of 32 elements a format serves both ck_dequantize (decode
 * and store) and ck_multiply_vector (decode and multiply), which are instantiated for each format
 * with a constant `format`, so that the switches below vanish. */

/* Bytes of 32 elements. Blocks of ggml may have more; there it is the bytes of one block. */
INLINE size_t FN(block_bytes)(ck_format format) {
  switch (format) {
#define BYTES(constant, name, number, elements, bytes, factors_at, factors)                        \
  case CK_##constant: return (elements) < 32 ? (bytes) * 32 / (elements) : (bytes);
    CK_FORMATS(BYTES)
#undef BYTES
    case CK_FORMAT_COUNT: break;
  }
  return 0;
}

/* Groups of 32 elements in a block of ggml; 0 for other formats. */
INLINE size_t FN(parts_a_block)(ck_format format) {
  switch (format) {
#define PARTS_OF(constant, name, number, elements, bytes, factors_at, factors)                     \
  case CK_##constant: return (elements) / 32;
    CK_BLOCK_FORMATS(PARTS_OF)
#undef PARTS_OF
    default: return 0;
  }
}

/* Where 32 elements stand: the first byte of their block, and which of its groups they are. */
typedef struct {
  const uint8_t *p;
  size_t part;
} FN(place);

INLINE FN(place) FN(place_of)(ck_format format, const ck_matrix *m, size_t row, size_t column) {
  const uint8_t *start = (const uint8_t *)m->data + row * m->row_bytes;
  size_t bytes = FN(block_bytes)(format), parts = FN(parts_a_block)(format);
  if (!parts) return (FN(place)){start + column * bytes / 32, 0};
  return (FN(place)){start + column / 32 / parts * bytes, column / 32 % parts};
}

INLINE FN(place) FN(next)(ck_format format, FN(place) at) {
  size_t parts = FN(parts_a_block)(format);
  if (at.part + 1 < parts) return (FN(place)){at.p, at.part + 1};
  return (FN(place)){at.p + FN(block_bytes)(format), 0};
}

/* The factor of CODE4's block that holds `column`. */
INLINE float FN(absmax_at)(const ck_matrix *m, size_t row, size_t column) {
  size_t block = m->block, blocks_a_row, i;
  if (block & (block - 1)) {
    blocks_a_row = (m->columns + block - 1) / block;
    i = row * blocks_a_row + column / block;
  } else {
    unsigned shift = (unsigned)__builtin_ctzll(block);
    blocks_a_row = (m->columns + block - 1) >> shift;
    i = row * blocks_a_row + (column >> shift);
  }
  if (m->scales) return m->scales[i];
  return m->nested_table[m->nested_codes[i]] * m->nested_scales[i / 256] + m->nested_offset;
}

/* Whether 32 elements may lie in two blocks of CODE4. */
INLINE bool FN(uneven)(const ck_matrix *m) { return m->format == CK_CODE4 && m->block % 32 != 0; }

/* The multiplier of the 32 elements that begin at `column`; 1 where they need several. */
INLINE float FN(outer_scale)(ck_format format, const ck_matrix *m, size_t row, size_t column) {
  if (format == CK_INT8) return m->scales[row];
  if (format != CK_CODE4 || m->block % 32) return 1.0f;
  return FN(absmax_at)(m, row, column);
}

/* The 32 codes of 16 bytes of nibbles, high nibble first in each byte (bitsandbytes). */
INLINE void FN(split_pairs)(FN(bytes16) packed, FN(bytes16) * first, FN(bytes16) * second) {
  FN(bytes16) low = packed & 15, high = packed >> 4;
  *first =
      __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  *second = __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
                                    15, 31);
}

INLINE VF FN(from_half_lanes)(const uint8_t *p) {
#if HAS_F16
  typedef _Float16 half_lanes __attribute__((vector_size(2 * LANES)));
  half_lanes h;
  memcpy(&h, p, sizeof h);
  return __builtin_convertvector(h, VF);
#else
  VF v;
  UNROLL for (int j = 0; j < LANES; j++) v[j] = FN(half)(p + 2 * j);
  return v;
#endif
}

INLINE VF FN(from_bf16_lanes)(const uint8_t *p) {
  FN(halves) h;
  memcpy(&h, p, sizeof h);
  return (VF)(__builtin_convertvector(h, FN(words)) << 16);
}

INLINE VF FN(from_signed)(const uint8_t *p) {
  FN(signed_bytes) q;
  memcpy(&q, p, sizeof q);
  return __builtin_convertvector(q, VF);
}

INLINE VF FN(from_table)(FN(lookup) table, const uint8_t *p) {
  FN(bytes) q;
  memcpy(&q, p, sizeof q);
  return FN(look_up)(table, __builtin_convertvector(q, VI));
}

/* The codes and factors of 32 elements in a block of ggml. */
INLINE FN(group) FN(unpack)(ck_format format, FN(place) at) {
  switch (format) {
#define UNPACK(constant, name, number, elements, bytes, factors_at, factors)                       \
  case CK_##constant: return FN(unpack_##constant)(at.p, at.part);
    CK_BLOCK_FORMATS(UNPACK)
#undef UNPACK
    default: return (FN(group)){0};
  }
}

INLINE void FN(decode_group)(ck_format format, FN(group) g, VF v[PARTS]) {
  uint8_t codes[32];
  memcpy(codes, g.codes, sizeof codes);
  UNROLL for (int j = 0; j < PARTS; j++) {
    size_t at = (size_t)j * LANES;
    v[j] = FN(from_signed)(codes + at) * g.scale[at / 16];
    if (FN(has_offset)(format)) v[j] += g.offset[at / 16];
  }
}

/* v = 32 elements. */
INLINE void FN(decode)(ck_format format, FN(place) place, float scale, FN(lookup) table,
                       VF v[PARTS]) {
  if (FN(parts_a_block)(format)) {
    FN(decode_group)(format, FN(unpack)(format, place), v);
    return;
  }
  uint8_t codes[32];
  if (format == CK_CODE4) {
    FN(bytes16) pair[2];
    FN(split_pairs)(FN(load_bytes)(place.p), &pair[0], &pair[1]);
    memcpy(codes, pair, sizeof codes);
  }
  UNROLL for (int j = 0; j < PARTS; j++) {
    size_t at = (size_t)j * LANES;
    switch (format) {
      case CK_F32: memcpy(&v[j], place.p + 4 * at, sizeof v[j]); break;
      case CK_F16: v[j] = FN(from_half_lanes)(place.p + 2 * at); break;
      case CK_BF16: v[j] = FN(from_bf16_lanes)(place.p + 2 * at); break;
      case CK_INT8: v[j] = FN(from_signed)(place.p + at) * scale; break;
      case CK_CODE4: v[j] = FN(from_table)(table, codes + at) * scale; break;
      default: break;
    }
  }
}

/* The last `count` < 32 elements: single-element formats are read through a padded copy. */
INLINE void FN(decode_tail)(ck_format format, FN(place) place, size_t count, float scale,
                            FN(lookup) table, VF v[PARTS]) {
  uint8_t padded[128] = {0};
  if (!FN(parts_a_block)(format)) {
    memcpy(padded, place.p, (count * FN(block_bytes)(format) + 31) / 32);
    place.p = padded;
  }
  FN(decode)(format, place, scale, table, v);
}

INLINE void FN(dequantize_as)(ck_format format, const ck_matrix *m, size_t row, size_t column,
                              size_t count, float *out) {
  FN(place) place = FN(place_of)(format, m, row, column);
  FN(lookup) table = format == CK_CODE4 ? FN(make_lookup)(m->table) : (FN(lookup)){0};
  VF v[PARTS];
  size_t i = 0;
  for (; i + 32 <= count; i += 32, place = FN(next)(format, place)) {
    FN(decode)(format, place, FN(outer_scale)(format, m, row, column + i), table, v);
    UNROLL for (size_t j = 0; j < PARTS; j++) FN(store)(out + i + j * LANES, v[j]);
  }
  if (i < count) {
    float scale = FN(outer_scale)(format, m, row, column + i);
    FN(decode_tail)(format, place, count - i, scale, table, v);
    memcpy(out + i, v, (count - i) * sizeof(float));
  }
}

INLINE float FN(dot_row_as)(ck_format format, const ck_matrix *w, size_t row, const float *x) {
  FN(place) place = FN(place_of)(format, w, row, 0);
  FN(lookup) table = format == CK_CODE4 ? FN(make_lookup)(w->table) : (FN(lookup)){0};
  VF v[PARTS], sums[PARTS] = {{0}};
  size_t i = 0;
  for (; i + 32 <= w->columns; i += 32, place = FN(next)(format, place)) {
    FN(decode)(format, place, FN(outer_scale)(format, w, row, i), table, v);
    UNROLL for (size_t j = 0; j < PARTS; j++) sums[j] += v[j] * FN(load)(x + i + j * LANES);
  }
  if (i < w->columns) {
    float padded[32] = {0};
    size_t rest = w->columns - i;
    memcpy(padded, x + i, rest * sizeof(float));
    FN(decode_tail)(format, place, rest, FN(outer_scale)(format, w, row, i), table, v);
    UNROLL for (size_t j = 0; j < PARTS; j++) sums[j] += v[j] * FN(load)(padded + j * LANES);
  }
  UNROLL for (size_t j = 1; j < PARTS; j++) sums[0] += sums[j];
  return FN(sum)(sums[0]);
}

static void FN(dequantize)(const ck_matrix *m, size_t row, size_t column, size_t count,
                           float *out) {
  switch (m->format) {
#define DEQUANTIZE(constant, name, number, elements, bytes, factors_at, factors)                   \
  case CK_##constant: FN(dequantize_as)(CK_##constant, m, row, column, count, out); break;
    CK_FORMATS(DEQUANTIZE)
#undef DEQUANTIZE
    case CK_FORMAT_COUNT: break;
  }
  if (FN(uneven)(m))
    for (size_t i = 0; i < count; i++) out[i] *= FN(absmax_at)(m, row, column + i);
}

/* The slow way for blocks that do not divide into 32. */
static float FN(dot_uneven_row)(const ck_matrix *w, size_t row, const float *x) {
  float values[128], sum = 0;
  for (size_t i = 0; i < w->columns; i += 128) {
    size_t count = w->columns - i < 128 ? w->columns - i : 128;
    FN(dequantize)(w, row, i, count, values);
    sum += FN(dot)(values, x + i, count);
  }
  return sum;
}

static void FN(multiply_vector)(const ck_matrix *w, size_t first, size_t count, const float *x,
                                float *y) {
  if (FN(uneven)(w)) {
    for (size_t i = 0; i < count; i++) y[i] = FN(dot_uneven_row)(w, first + i, x);
    return;
  }
  switch (w->format) {
#define MULTIPLY_ROWS(constant, name, number, elements, bytes, factors_at, factors)                \
  case CK_##constant:                                                                              \
    for (size_t i = 0; i < count; i++) y[i] = FN(dot_row_as)(CK_##constant, w, first + i, x);      \
    break;
    CK_FORMATS(MULTIPLY_ROWS)
#undef MULTIPLY_ROWS
    case CK_FORMAT_COUNT: break;
  }
}
