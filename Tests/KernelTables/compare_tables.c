/* Compares every table of kernels that this CPU can run with the portable one, which the Swift
 * tests compare with Double. It needs nothing but C, so that it can be built for another CPU and
 * run in an emulator. Prints one line a table; the exit status is the number of disagreements, at
 * most 100. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

/* Columns at most: 224 are seven blocks of 32, 256 the largest block. */
enum { ROWS = 37, COLUMNS = 256, ACTIVATIONS = 29 };

static uint64_t state = 1;
static int failures;

static uint32_t next_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}

static float next_number(void) { return (float)next_bits() / 2147483648.0f - 1.0f; }

/* The bound is relative to the largest number, or to 1. */
static void check(const char *what, const float *a, const float *b, size_t n, float bound) {
  float largest = 1;
  for (size_t i = 0; i < n; i++) largest = fmaxf(largest, fabsf(b[i]));
  for (size_t i = 0; i < n; i++) {
    if (fabsf(a[i] - b[i]) <= bound * largest) continue;
    printf("  %s[%zu]: %g, portable %g\n", what, i, (double)a[i], (double)b[i]);
    failures++;
    return;
  }
}

typedef struct sample {
  ck_matrix matrix;
  uint8_t bytes[ROWS * COLUMNS * 4];
  float scales[ROWS * COLUMNS / 32], table[16];
} sample;

/* Factors of a random block that keep its elements moderate. */
static void set_factors(const ck_format_description *d, uint8_t *block) {
  for (size_t k = 0; k < d->factors; k++) {
    uint16_t half = (uint16_t)(0x2400 | (next_bits() & 0x3ff));
    memcpy(block + d->factors_at + 2 * k, &half, 2);
  }
  if (strcmp(d->name, "mxfp4") == 0) block[0] = 118 + (next_bits() & 3);
  if (strcmp(d->name, "nvfp4") == 0)
    for (int k = 0; k < 4; k++) block[k] = 8 + (next_bits() & 15);
  if (strcmp(d->name, "iq1_m") == 0) /* float16 0x2400 in four upper nibbles */
    for (int k = 0; k < 4; k++)
      block[49 + 2 * k] = (uint8_t)((block[49 + 2 * k] & 15) | (k == 3 ? 0x20 : k == 2 ? 0x40 : 0));
}

/* Random bytes are valid codes of every format; numbers and factors are kept moderate. */
static void fill(sample *s, ck_format format) {
  const ck_format_description *d = ck_describe(format);
  size_t columns = d->elements > 32 ? 256 : 224, row_bytes = columns / d->elements * d->bytes;
  for (size_t i = 0; i < sizeof s->bytes; i++) s->bytes[i] = (uint8_t)next_bits();
  for (size_t i = 0; i < sizeof s->scales / 4; i++) s->scales[i] = 0.1f + fabsf(next_number());
  for (size_t i = 0; i < 16; i++) s->table[i] = next_number();
  for (size_t i = 0; i < ROWS * columns; i++) {
    float x = next_number();
    uint16_t half = (uint16_t)(0x3000 | (next_bits() & 0x83ff));
    if (format == CK_F32) memcpy(s->bytes + 4 * i, &x, 4);
    if (format == CK_BF16) ck_to_bf16(&x, 1, (uint16_t *)s->bytes + i);
    if (format == CK_F16) memcpy(s->bytes + 2 * i, &half, 2);
    if (d->elements >= 32 && i % d->elements == 0) set_factors(d, s->bytes + i / d->elements * d->bytes);
  }
  s->matrix = (ck_matrix){.format = format,
                          .rows = ROWS,
                          .columns = columns,
                          .data = s->bytes,
                          .row_bytes = row_bytes,
                          .scales = s->scales,
                          .block = 32,
                          .table = s->table};
}

/* What one table makes of one sample. */
typedef struct results {
  float values[COLUMNS - 5], product[2][2][ACTIVATIONS][COLUMNS], vector[ROWS];
  float bytes[CK_INT8_ROWS][ROWS];
  float rows[9][COLUMNS];
} results;

static void multiply(const sample *s, ck_operands operands, bool across, const float *x,
                     float c[ACTIVATIONS][COLUMNS]) {
  size_t depth = across ? ROWS : s->matrix.columns, columns = across ? s->matrix.columns : ROWS;
  size_t width = ck_panel_columns(operands);
  void *packed = aligned_alloc(64, ck_packed_rows_bytes(operands, ACTIVATIONS, depth));
  void *panel = aligned_alloc(64, ck_panel_bytes(operands, depth));
  ck_pack_rows(operands, x, across ? 1 : depth, across ? ACTIVATIONS : 1, ACTIVATIONS, depth,
               packed);
  for (size_t first = 0; first < columns; first += width) {
    size_t count = columns - first < width ? columns - first : width;
    (across ? ck_pack_panel_of_columns : ck_pack_panel_of_rows)(operands, &s->matrix, first, count,
                                                                0, depth, panel);
    ck_multiply(operands, packed, ACTIVATIONS, panel, count, depth, 0.5f, false, &c[0][first],
                COLUMNS);
  }
  free(packed);
  free(panel);
}

static void run(const sample *s, const float *x, results *r) {
  int8_t codes[CK_INT8_ROWS * COLUMNS];
  float scales[CK_INT8_ROWS * COLUMNS / 32], sums[CK_INT8_ROWS * COLUMNS / 32];
  int32_t shifts[CK_INT8_ROWS * COLUMNS / 32];
  ck_int8_rows rows = {codes, scales, sums, shifts, CK_INT8_ROWS, CK_INT8_ROWS};
  memset(r, 0, sizeof *r);
  ck_dequantize(&s->matrix, 3, 0, s->matrix.columns - 5, r->values);
  for (int operands = 0; operands < 2; operands++)
    for (int across = 0; across < 2; across++)
      multiply(s, (ck_operands)operands, across, x, r->product[operands][across]);
  ck_multiply_vector(&s->matrix, 0, ROWS, x, r->vector);
  for (size_t v = 0; v < CK_INT8_ROWS; v++) ck_quantize_row(x, s->matrix.columns, &rows, v);
  ck_multiply_int8(&s->matrix, 0, ROWS, &rows, r->bytes[0], ROWS);
  for (int i = 0; i < 8; i++) memcpy(r->rows[i], x + i * COLUMNS, sizeof r->rows[i]);
  ck_softmax(r->rows[0], COLUMNS - 3, 2.0f);
  ck_swiglu(x, x + COLUMNS, COLUMNS - 1, r->rows[1]);
  ck_swiglu_backward(x, x + 9, x + 20, COLUMNS - 2, r->rows[2], r->rows[3]);
  ck_rms_norm(x, x + COLUMNS, 1, COLUMNS - 3, 1e-5f, r->rows[4]);
  ck_rms_norm_backward(x, x + 7, x + 9, 1, COLUMNS - 3, 1e-5f, r->rows[5]);
  ck_rotate(r->rows[6], 7, 32, x, x + 16, false, true);
  ck_cross_entropy_gradient(r->rows[7], COLUMNS - 1, 0.5f, 0.25f);
  ck_weighted_sum(x, x + 40, COLUMNS, 5, COLUMNS - 7, r->rows[8]);
}

int main(void) {
  static sample s;
  static results expected, found;
  static float x[ACTIVATIONS * COLUMNS];
  const char *name;
  for (size_t i = 0; (name = ck_isa_available(i)) != NULL; i++) {
    int before = failures;
    for (int format = 0; format < CK_FORMAT_COUNT; format++) {
      for (size_t k = 0; k < ACTIVATIONS * COLUMNS; k++) x[k] = next_number();
      fill(&s, (ck_format)format);
      ck_use_isa("portable");
      run(&s, x, &expected);
      ck_use_isa(name);
      run(&s, x, &found);
      check("dequantize", found.values, expected.values, COLUMNS - 5, 1e-6f);
      check("product", found.product[0][0][0], expected.product[0][0][0],
            sizeof found.product / sizeof(float), 2e-3f);
      check("vector", found.vector, expected.vector, ROWS, 1e-3f);
      check("bytes", found.bytes[0], expected.bytes[0], CK_INT8_ROWS * ROWS, 1e-3f);
      check("rows", found.rows[0], expected.rows[0], 9 * COLUMNS, 1e-5f);
    }
    printf("%-10s %s\n", name, failures == before ? "agrees" : "disagrees");
  }
  return failures > 100 ? 100 : failures;
}
