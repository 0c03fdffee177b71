/* C (+)= alpha * A * panel from packed operands: a tile of TILE_ROWS x TILE_VECTORS vectors stays
 * in registers over the whole depth, so each sum runs in order of depth and does not depend on how
 * rows or panels are divided. A's dwords are broadcast, the panel's are read as vectors. */

typedef VF FN(tile)[TILE_ROWS][TILE_VECTORS];

INLINE void FN(sum_tile_f32)(const uint32_t *a, const uint32_t *b, size_t steps, FN(tile) sums) {
#pragma clang fp contract(fast)
  const float *x = (const float *)a, *y = (const float *)b;
  for (size_t k = 0; k < steps; k++, x += TILE_ROWS, y += PANEL_COLUMNS) {
    VF column[TILE_VECTORS];
    UNROLL for (int j = 0; j < TILE_VECTORS; j++) column[j] = FN(load)(y + j * LANES);
    UNROLL for (int i = 0; i < TILE_ROWS; i++) {
      UNROLL for (int j = 0; j < TILE_VECTORS; j++) sums[i][j] += x[i] * column[j];
    }
  }
}

#if !HAS_BF16
/* A bf16 is the upper half of a float, so both halves of a dword are floats after a shift or a
 * mask. */
INLINE void FN(sum_tile_bf16)(const uint32_t *a, const uint32_t *b, size_t steps, FN(tile) sums) {
#pragma clang fp contract(fast)
  for (size_t k = 0; k < steps; k++, a += TILE_ROWS, b += PANEL_COLUMNS) {
    UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
      VI pairs;
      memcpy(&pairs, b + j * LANES, sizeof pairs);
      VF even = (VF)(pairs << 16), odd = (VF)(pairs & (int32_t)0xffff0000);
      UNROLL for (int i = 0; i < TILE_ROWS; i++) {
        VI rows = (VI){0} + (int32_t)a[i];
        sums[i][j] += (VF)(rows << 16) * even;
        sums[i][j] += (VF)(rows & (int32_t)0xffff0000) * odd;
      }
    }
  }
}
#endif

INLINE void FN(store_tile)(FN(tile) sums, size_t rows, size_t columns, float alpha, bool accumulate,
                           float *c, size_t c_stride) {
  for (size_t i = 0; i < rows; i++, c += c_stride) {
    UNROLL for (size_t j = 0; j < TILE_VECTORS; j++) {
      if (j * LANES >= columns) break;
      float *to = c + j * LANES;
      size_t rest = columns - j * LANES;
      VF value = sums[i][j] * alpha;
      if (accumulate) value += FN(load_some)(to, rest);
      FN(store_some)(to, value, rest);
    }
  }
}

INLINE void FN(multiply_as)(ck_operands operands, const uint8_t *a, size_t rows, const void *panel,
                            size_t columns, size_t depth, float alpha, bool accumulate, float *c,
                            size_t c_stride) {
  size_t steps = ck_steps(operands, depth), tile_bytes = ck_line_bytes(TILE_ROWS * steps);
  for (size_t i = 0; i < rows; i += TILE_ROWS, a += tile_bytes, c += TILE_ROWS * c_stride) {
    size_t height = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    for (size_t j = 0; j < columns; j += TILE_VECTORS * LANES) {
      FN(tile) sums = {{{0}}};
      const uint32_t *x = (const uint32_t *)a, *y = (const uint32_t *)panel + j;
      if (operands == CK_OPERANDS_F32)
        FN(sum_tile_f32)(x, y, steps, sums);
      else
        FN(sum_tile_bf16)(x, y, steps, sums);
      FN(store_tile)(sums, height, columns - j, alpha, accumulate, c + j, c_stride);
    }
  }
}

static void FN(multiply)(ck_operands operands, const void *packed_rows, size_t rows,
                         const void *panel, size_t columns, size_t depth, float alpha,
                         bool accumulate, float *c, size_t c_stride) {
  if (operands == CK_OPERANDS_F32)
    FN(multiply_as)(CK_OPERANDS_F32, packed_rows, rows, panel, columns, depth, alpha, accumulate, c,
                    c_stride);
  else
    FN(multiply_as)(CK_OPERANDS_BF16, packed_rows, rows, panel, columns, depth, alpha, accumulate,
                    c, c_stride);
}
