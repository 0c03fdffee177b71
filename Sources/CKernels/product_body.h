/* C (+)= alpha * A * panel from packed operands: a tile of TILE_ROWS x TILE_VECTORS vectors stays
 * in registers over the whole depth, so each sum runs in order of depth and does not depend on how
 * rows or panels are divided. A's dwords are broadcast, the panel's are read as vectors. */

typedef VF FN(tile)[TILE_ROWS][TILE_VECTORS];

/* `vectors` is constant wherever these are used: 1 for a panel's last few columns, else
 * TILE_VECTORS. */
INLINE void FN(sum_tile_f32)(const uint32_t *a, const uint32_t *b, size_t steps, int vectors,
                             FN(tile) sums) {
#pragma clang fp contract(fast)
  const float *x = (const float *)a, *y = (const float *)b;
  for (size_t k = 0; k < steps; k++, x += TILE_ROWS, y += PANEL_COLUMNS) {
    VF column[TILE_VECTORS];
    UNROLL for (int j = 0; j < vectors; j++) column[j] = FN(load)(y + j * LANES);
    UNROLL for (int i = 0; i < TILE_ROWS; i++) {
      UNROLL for (int j = 0; j < vectors; j++) sums[i][j] += x[i] * column[j];
    }
  }
}

#if !HAS_BF16
/* A bf16 is the upper half of a float, so both halves of a dword are floats after a shift or a
 * mask. */
INLINE void FN(sum_tile_bf16)(const uint32_t *a, const uint32_t *b, size_t steps, int vectors,
                              FN(tile) sums) {
#pragma clang fp contract(fast)
  for (size_t k = 0; k < steps; k++, a += TILE_ROWS, b += PANEL_COLUMNS) {
    UNROLL for (int j = 0; j < vectors; j++) {
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

/* Unrolled with constant indices, so that the sums need not leave their registers before. */
INLINE void FN(store_tile)(FN(tile) sums, size_t rows, size_t columns, int vectors, float alpha,
                           bool accumulate, float *c, size_t c_stride) {
  bool whole = columns >= (size_t)vectors * LANES;
  UNROLL for (int i = 0; i < TILE_ROWS; i++) {
    if ((size_t)i >= rows) return;
    UNROLL for (int j = 0; j < vectors; j++) {
      float *to = c + (size_t)i * c_stride + j * LANES;
      VF value = sums[i][j] * alpha;
      if (whole) {
        if (accumulate) value += FN(load)(to);
        FN(store)(to, value);
      } else if ((size_t)j * LANES < columns) {
        size_t rest = columns - (size_t)j * LANES;
        if (accumulate) value += FN(load_some)(to, rest);
        FN(store_some)(to, value, rest);
      }
    }
  }
}

INLINE void FN(multiply_tile)(ck_operands operands, const uint32_t *a, size_t rows,
                              const uint32_t *b, size_t columns, int vectors, size_t steps,
                              float alpha, bool accumulate, float *c, size_t c_stride) {
  FN(tile) sums = {{{0}}};
  if (operands == CK_OPERANDS_F32)
    FN(sum_tile_f32)(a, b, steps, vectors, sums);
  else
    FN(sum_tile_bf16)(a, b, steps, vectors, sums);
  FN(store_tile)(sums, rows, columns, vectors, alpha, accumulate, c, c_stride);
}

INLINE void FN(multiply_as)(ck_operands operands, const uint8_t *a, size_t rows, const void *panel,
                            size_t columns, size_t depth, float alpha, bool accumulate, float *c,
                            size_t c_stride) {
  size_t steps = ck_steps(operands, depth), tile_bytes = ck_line_bytes(TILE_ROWS * steps);
  for (size_t i = 0; i < rows; i += TILE_ROWS, a += tile_bytes, c += TILE_ROWS * c_stride) {
    size_t height = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    for (size_t j = 0; j < columns; j += TILE_VECTORS * LANES) {
      const uint32_t *x = (const uint32_t *)a, *y = (const uint32_t *)panel + j;
      if (columns - j > LANES)
        FN(multiply_tile)(operands, x, height, y, columns - j, TILE_VECTORS, steps, alpha,
                          accumulate, c + j, c_stride);
      else
        FN(multiply_tile)(operands, x, height, y, columns - j, 1, steps, alpha, accumulate, c + j,
                          c_stride);
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
