/* Packed operands: dwords [step][lane], a lane a row of A or a column of B, a step one depth (F32)
 * or two (BF16, even depth low, odd total depth padded with zero). Rows that lie along the depth
 * are staged as dwords in order and then turned, four lanes a 128-bit part. */

enum { FN(chunk) = 128 }; /* depth staged at once, so that staged lanes stay in the first cache */

typedef uint32_t FN(quad) __attribute__((vector_size(16)));

INLINE void FN(turn_quad)(const uint32_t *in, size_t in_stride, FN(quad) column[4]) {
  FN(quad) r[4];
  UNROLL for (int i = 0; i < 4; i++) memcpy(&r[i], in + (size_t)i * in_stride, 16);
  FN(quad) ab_low = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
  FN(quad) ab_high = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  FN(quad) cd_low = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
  FN(quad) cd_high = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  column[0] = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  column[1] = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  column[2] = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  column[3] = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/* out[k*lanes + i] = in[i*in_stride + k]; `in` has a multiple of four lanes. */
INLINE void FN(turn)(const uint32_t *in, size_t in_stride, size_t lanes, size_t steps,
                     uint32_t *out) {
  size_t k = 0;
  for (; k + 4 <= steps; k += 4) {
    UNROLL for (size_t i = 0; i < lanes; i += 4) {
      FN(quad) column[4];
      FN(turn_quad)(in + i * in_stride + k, in_stride, column);
      size_t width = lanes - i < 4 ? lanes - i : 4;
      UNROLL for (size_t j = 0; j < 4; j++)
          memcpy(out + (k + j) * lanes + i, &column[j], width * 4);
    }
  }
  for (; k < steps; k++)
    for (size_t i = 0; i < lanes; i++) out[k * lanes + i] = in[i * in_stride + k];
}

/* Dwords of one lane from `count` floats along the depth. */
INLINE void FN(stage)(ck_operands operands, const float *x, size_t count, uint32_t *out) {
  if (operands == CK_OPERANDS_F32) {
    memcpy(out, x, count * sizeof *x);
    return;
  }
  if (count % 2) out[count / 2] = 0;
  FN(to_bf16)(x, count, (uint16_t *)out);
}

#if !HAS_BF16
/* One step of `lanes` lanes from two rows of floats across the lanes. */
INLINE void FN(pair_up)(const float *even, const float *odd, size_t lanes, uint32_t *out) {
  for (size_t i = 0; i < lanes; i++)
    out[i] = (uint32_t)FN(bf16)(even[i]) | (uint32_t)FN(bf16)(odd[i]) << 16;
}
#endif

/* A tile whose rows lie along the depth: x[i*row_stride + k]. */
INLINE void FN(pack_tile_along)(ck_operands operands, const float *x, size_t row_stride,
                                size_t rows, size_t depth, uint32_t *out) {
  enum { lanes = (TILE_ROWS + 3) / 4 * 4, stride = FN(chunk) };
  uint32_t staged[lanes * stride];
  for (size_t i = rows; i < lanes; i++) memset(staged + i * stride, 0, stride * 4);
  for (size_t k = 0; k < depth; k += FN(chunk)) {
    size_t count = depth - k < FN(chunk) ? depth - k : FN(chunk), steps = ck_steps(operands, count);
    for (size_t i = 0; i < rows; i++)
      FN(stage)(operands, x + i * row_stride + k, count, staged + i * stride);
    FN(turn)(staged, stride, TILE_ROWS, steps, out);
    out += steps * TILE_ROWS;
  }
}

/* `width` floats at x, as many as the tile has rows, or a padded copy of fewer (none for odd
 * depth). */
INLINE const float *FN(tile_row)(const float *x, size_t width, float padded[TILE_ROWS]) {
  if (width == TILE_ROWS) return x;
  memset(padded, 0, TILE_ROWS * sizeof *x);
  memcpy(padded, x, width * sizeof *x);
  return padded;
}

/* A tile whose rows lie side by side: x[i + k*column_stride]. */
INLINE void FN(pack_tile_across)(ck_operands operands, const float *x, size_t column_stride,
                                 size_t rows, size_t depth, uint32_t *out) {
  float first[TILE_ROWS], second[TILE_ROWS];
  if (operands == CK_OPERANDS_F32) {
    for (size_t k = 0; k < depth; k++, x += column_stride, out += TILE_ROWS)
      memcpy(out, FN(tile_row)(x, rows, first), TILE_ROWS * 4);
    return;
  }
  for (size_t k = 0; k < depth; k += 2, x += 2 * column_stride, out += TILE_ROWS) {
    const float *even = FN(tile_row)(x, rows, first);
    const float *odd =
        k + 1 < depth ? FN(tile_row)(x + column_stride, rows, second) : FN(tile_row)(x, 0, second);
    FN(pair_up)(even, odd, TILE_ROWS, out);
  }
}

static void FN(pack_rows)(ck_operands operands, const float *x, size_t row_stride,
                          size_t column_stride, size_t rows, size_t depth, void *out) {
  size_t tile_bytes = ck_line_bytes(TILE_ROWS * ck_steps(operands, depth));
  uint8_t *tile = out;
  for (size_t i = 0; i < rows; i += TILE_ROWS, tile += tile_bytes) {
    size_t height = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    const float *start = x + i * row_stride;
    if (column_stride == 1)
      FN(pack_tile_along)(operands, start, row_stride, height, depth, (uint32_t *)tile);
    else if (height == TILE_ROWS)
      FN(pack_tile_across)(operands, start, column_stride, TILE_ROWS, depth, (uint32_t *)tile);
    else
      FN(pack_tile_across)(operands, start, column_stride, height, depth, (uint32_t *)tile);
  }
}

static void FN(pack_panel_of_rows)(ck_operands operands, const ck_matrix *w, size_t first,
                                   size_t count, size_t depth_start, size_t depth,
                                   void *panel) {
  enum { stride = FN(chunk) };
  uint32_t staged[PANEL_COLUMNS * stride], *out = panel;
  float row[FN(chunk)];
  for (size_t k = 0; k < depth; k += FN(chunk)) {
    size_t width = depth - k < FN(chunk) ? depth - k : FN(chunk), steps = ck_steps(operands, width);
    for (size_t i = 0; i < PANEL_COLUMNS; i++) {
      uint32_t *lane = staged + i * stride;
      if (i >= count) {
        memset(lane, 0, steps * 4);
        continue;
      }
      FN(dequantize)(w, first + i, depth_start + k, width, row);
      FN(stage)(operands, row, width, lane);
    }
    FN(turn)(staged, stride, PANEL_COLUMNS, steps, out);
    out += steps * PANEL_COLUMNS;
  }
}

/* Rows lie apart in memory, and few bytes of each are read: ask for them before their turn. */
#define ROWS_AHEAD 16

/* `count` <= PANEL_COLUMNS elements of a row: the matrix's own floats, or `values`, whose others
 * stay as they are. */
INLINE const float *FN(panel_row)(ck_format format, const ck_matrix *w, FN(lookup) table,
                                  size_t row, size_t first, size_t count, float *values) {
  FN(place) place = FN(place_of)(format, w, row, first);
  bool whole = count == PANEL_COLUMNS;
  if (format == CK_F32 && whole) return (const float *)place.p;
  VF v[PARTS];
  float scale = FN(outer_scale)(format, w, row, first);
  __builtin_prefetch(place.p + ROWS_AHEAD * w->row_bytes);
  if (whole)
    FN(decode)(format, place, scale, table, v);
  else
    FN(decode_tail)(format, place, count, scale, table, v);
  memcpy(values, v, whole ? sizeof v : count * sizeof *values);
  if (FN(uneven)(w))
    for (size_t i = 0; i < count; i++) values[i] *= FN(absmax_at)(w, row, first + i);
  return values;
}

INLINE void FN(pack_columns_as)(ck_format format, ck_operands operands, const ck_matrix *w,
                                size_t first, size_t count, size_t depth_start, size_t depth,
                                uint32_t *out) {
  FN(lookup) table = format == CK_CODE4 ? FN(make_lookup)(w->table) : (FN(lookup)){0};
  float first_values[PANEL_COLUMNS] = {0}, second_values[PANEL_COLUMNS] = {0};
  const float zeros[PANEL_COLUMNS] = {0};
  size_t step = operands == CK_OPERANDS_BF16 ? 2 : 1, end = depth_start + depth;
  for (size_t row = depth_start; row < end; row += step, out += PANEL_COLUMNS) {
    const float *even = FN(panel_row)(format, w, table, row, first, count, first_values);
    if (operands == CK_OPERANDS_F32) {
      memcpy(out, even, PANEL_COLUMNS * 4);
      continue;
    }
    const float *odd = zeros;
    if (row + 1 < end)
      odd = FN(panel_row)(format, w, table, row + 1, first, count, second_values);
    FN(pair_up)(even, odd, PANEL_COLUMNS, out);
  }
}

static void FN(pack_panel_of_columns)(ck_operands operands, const ck_matrix *w, size_t first,
                                      size_t count, size_t depth_start, size_t depth,
                                      void *panel) {
  switch (w->format) {
#define PACK_COLUMNS(constant, name, number, elements, bytes, factors_at, factors)                 \
  case CK_##constant:                                                                              \
    if (count == PANEL_COLUMNS || (elements) >= PANEL_COLUMNS)                                     \
      FN(pack_columns_as)(CK_##constant, operands, w, first, PANEL_COLUMNS, depth_start, depth,    \
                          panel);                                                                  \
    else                                                                                           \
      FN(pack_columns_as)(CK_##constant, operands, w, first, count, depth_start, depth, panel);    \
    break;
    CK_FORMATS(PACK_COLUMNS)
#undef PACK_COLUMNS
    case CK_FORMAT_COUNT: break;
  }
}
