/* Numeric kernels with run-time CPU dispatch: the whole C interface.
 *
 * Conventions: matrices are row-major; strides are in elements; counts are size_t. No function
 * allocates, fails or keeps state other than the chosen table; callers check shapes. Results do not
 * depend on how callers divide rows or panels among threads.
 */
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ck_formats.h"

#pragma clang assume_nonnull begin

/* ---- dispatch ------------------------------------------------------------------------------ */

/* Name of the kernel table in use: "avx512bf16", "avx512", "avx2", "neon" or "portable". The table
 * is chosen once, from SKILLET_ISA if that names a usable table, else the best for this CPU. */
const char *ck_isa_name(void);
/* Forces a table by name for the calling thread, so that tests can compare tables while others run;
 * NULL goes back to the chosen one. False (and no change) if it is unknown or this CPU cannot run
 * it. Packed operands of one table mean nothing to another. */
bool ck_use_isa(const char *_Nullable name);
/* The i-th table this CPU can run, best first; NULL past the end. */
const char *_Nullable ck_isa_available(size_t index);

/* ---- frozen matrices ----------------------------------------------------------------------- */

/* Bytes of ggml's blocks: block_codes_body.h and grid_codes_body.h. INT8: int8 codes, one multiplier a
 * row: x = scales[row]*q. CODE4: 4-bit codes into a table of 16, high nibble first (as bitsandbytes),
 * one absmax a block of `block` elements along the row: x = absmax*table[q]. */
#define CK_CONSTANT(constant, name, number, elements, bytes, factors_at, factors) CK_##constant,
typedef enum ck_format { CK_FORMATS(CK_CONSTANT) CK_FORMAT_COUNT } ck_format;
#undef CK_CONSTANT

/* A row of ck_formats.h, where each field is explained. */
typedef struct ck_format_description {
  const char *name;
  int32_t number;
  uint32_t elements, bytes;
  uint32_t factors_at, factors;
} ck_format_description;

/* NULL for a number that is no format. */
const ck_format_description *_Nullable ck_describe(ck_format format);

/* A read-only matrix [rows, columns] in one of the formats. Rows begin at data + row*row_bytes.
 * CODE4: columns is even; every row has blocks_a_row = ceil(columns/block) blocks; the absmax of
 * block b of row r is element r*blocks_a_row + b of `scales`, or, when scales is NULL, of the
 * doubly quantized form: nested_table[nested_codes[i]] * nested_scales[i/256] + nested_offset.
 * `block` is even; powers of two from 32 on are fast, other than multiples of 32 slow. */
typedef struct ck_matrix {
  ck_format format;
  size_t rows, columns;
  const void *data;
  size_t row_bytes;
  const float *_Nullable scales;
  size_t block;
  const float *_Nullable table;
  const uint8_t *_Nullable nested_codes;
  const float *_Nullable nested_table; /* 256 values */
  const float *_Nullable nested_scales;
  float nested_offset;
} ck_matrix;

/* out[count] = elements column.. of one row. `column` is a multiple of 32 (or any, for F32, F16,
 * BF16); column + count <= columns. */
void ck_dequantize(const ck_matrix *m, size_t row, size_t column, size_t count, float *out);

/* ---- products of many rows -----------------------------------------------------------------
 * C[rows, columns] (+)= alpha * A[rows, depth] * B[depth, columns].
 * A is packed into tiles of ck_tile_rows rows, B into panels of ck_panel_columns columns, both as
 * the operand type; missing rows and columns of the last tile or panel are zero. Sums are f32 in
 * order of depth. BF16 operands are rounded to nearest even; every table takes them, but only where
 * ck_has_bf16() is true are they faster than F32 (there subnormal numbers count as zero). */

typedef enum ck_operands { CK_OPERANDS_F32, CK_OPERANDS_BF16 } ck_operands;

bool ck_has_bf16(void);
size_t ck_tile_rows(ck_operands operands);
size_t ck_panel_columns(ck_operands operands);
/* Bytes of `rows` packed rows (rounded up to whole tiles), and of one panel, of a depth. 64-byte
 * multiples. */
size_t ck_packed_rows_bytes(ck_operands operands, size_t rows, size_t depth);
size_t ck_panel_bytes(ck_operands operands, size_t depth);

/* Packs A[i, k] = x[i*row_stride + k*column_stride]. One of the strides is 1. To share the work, a
 * caller packs whole tiles apart: rows [n*tile, ...) go to out + n * packed bytes of one tile. */
void ck_pack_rows(ck_operands operands, const float *x, size_t row_stride, size_t column_stride,
                  size_t rows, size_t depth, void *out);

/* Panel for Y = X * Wt: its columns are rows first..first+count of w, its depth columns
 * depth_start..+depth of w (depth_start a multiple of 32). */
void ck_pack_panel_of_rows(ck_operands operands, const ck_matrix *w, size_t first, size_t count,
                           size_t depth_start, size_t depth, void *panel);
/* Panel for dX = dY * W: its columns are columns first..first+count of w (first a multiple of the
 * panel width), its depth rows depth_start..+depth of w. */
void ck_pack_panel_of_columns(ck_operands operands, const ck_matrix *w, size_t first, size_t count,
                              size_t depth_start, size_t depth, void *panel);

/* C[rows, columns] (+)= alpha * A * panel; columns <= panel columns. */
void ck_multiply(ck_operands operands, const void *packed_rows, size_t rows, const void *panel,
                 size_t columns, size_t depth, float alpha, bool accumulate, float *c,
                 size_t c_stride);

/* ---- products of one row -------------------------------------------------------------------- */

/* y[i] = sum over k of w[first+i, k]*x[k], i < count; f32 throughout. */
void ck_multiply_vector(const ck_matrix *w, size_t first, size_t count, const float *x, float *y);

/* Rows of int8 in blocks of 32, each with a scale, the sum of its codes times the scale, and -128 times the
 * sum of its codes; blocks lie in an order that belongs to the table. */
typedef struct {
  int8_t *codes;
  float *scales, *sums;
  int32_t *shifts;
  size_t rows; /* 1, or a multiple of CK_INT8_STEP up to CK_INT8_ROWS */
  size_t used; /* the first ones, whose products are asked for; the others are any finite numbers */
} ck_int8_rows;
enum { CK_INT8_STEP = 4, CK_INT8_ROWS = 16 };
/* x, with n a multiple of 32, as row `row`: blocks of 32 with one scale (amax/127) each. */
void ck_quantize_row(const float *x, size_t n, const ck_int8_rows *rows, size_t row);
/* As ck_multiply_vector for each of such rows: int8 products, f32 sums of blocks; y[v*y_stride + i] is
 * what it is for the row alone. False for F32, F16 and BF16, and for CODE4 in blocks that are no multiple of 32
 * (then use ck_multiply_vector). */
bool ck_multiply_int8(const ck_matrix *w, size_t first, size_t count, const ck_int8_rows *x,
                      float *y, size_t y_stride);

/* ---- vectors and rows ----------------------------------------------------------------------- */

float ck_dot(const float *x, const float *y, size_t n);
double ck_sum_of_squares(const float *x, size_t n);
void ck_add(float *y, const float *x, size_t n);        /* y += x */
/* y[n] = sum over i < count of weights[i] * rows[i*stride ..]. */
void ck_weighted_sum(const float *weights, const float *rows, size_t stride, size_t count, size_t n,
                     float *y);
void ck_scale(float *y, float a, size_t n);             /* y *= a */
void ck_to_bf16(const float *x, size_t n, uint16_t *y); /* round to nearest even */
void ck_from_bf16(const uint16_t *x, size_t n, float *y);

/* y = x * weight / sqrt(mean(x^2)+epsilon) (RMSNorm, arXiv 1910.07467). x, y: [rows, columns]. */
void ck_rms_norm(const float *x, const float *weight, size_t rows, size_t columns, float epsilon,
                 float *y);
/* dx += gradient of the above with respect to x. */
void ck_rms_norm_backward(const float *x, const float *weight, const float *dy, size_t rows,
                          size_t columns, float epsilon, float *dx);

/* y = (x - mean(x)) * weight / sqrt(variance(x)+epsilon) + bias (LayerNorm, arXiv 1607.06450), without
 * the last term where bias is NULL. x, y: [rows, columns]; y may be x. */
void ck_layer_norm(const float *x, const float *weight, const float *_Nullable bias, size_t rows,
                   size_t columns, float epsilon, float *y);
/* dx += gradient of the above with respect to x. */
void ck_layer_norm_backward(const float *x, const float *weight, const float *dy, size_t rows,
                            size_t columns, float epsilon, float *dx);

/* y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))) (GELU, arXiv 1606.08415); y may be x. */
void ck_gelu_tanh(const float *x, size_t n, float *y);
/* dx = gradient of the above; dx may be x or dy. */
void ck_gelu_tanh_backward(const float *x, const float *dy, size_t n, float *dx);

/* y = x * P(N < x) for a standard normal N: the GELU that the one above comes close to. */
void ck_gelu(const float *x, size_t n, float *y);
void ck_gelu_backward(const float *x, const float *dy, size_t n, float *dx);

/* y = max(x, 0). */
void ck_relu(const float *x, size_t n, float *y);
void ck_relu_backward(const float *x, const float *dy, size_t n, float *dx);

/* y = max(x, 0)^2. */
void ck_relu2(const float *x, size_t n, float *y);
void ck_relu2_backward(const float *x, const float *dy, size_t n, float *dx);

/* y = gelu(gate)*up, with the second GELU above. */
void ck_geglu(const float *gate, const float *up, size_t n, float *y);
void ck_geglu_backward(const float *gate, const float *up, const float *dy, size_t n, float *dgate,
                       float *dup);

/* y = max(gate, 0)*up. */
void ck_reglu(const float *gate, const float *up, size_t n, float *y);
void ck_reglu_backward(const float *gate, const float *up, const float *dy, size_t n, float *dgate,
                       float *dup);

/* y = gelu(gate)*up, with the first GELU above. */
void ck_geglu_tanh(const float *gate, const float *up, size_t n, float *y);
void ck_geglu_tanh_backward(const float *gate, const float *up, const float *dy, size_t n,
                            float *dgate, float *dup);

/* x = cap*tanh(scale*x/cap), in place. */
void ck_softcap(float *x, size_t n, float scale, float cap);
/* dy *= the slope of the above where it gave y. */
void ck_softcap_backward(const float *y, size_t n, float scale, float cap, float *dy);

/* y = silu(gate)*up, silu(g) = g/(1+exp(-g)). */
void ck_swiglu(const float *gate, const float *up, size_t n, float *y);
void ck_swiglu_backward(const float *gate, const float *up, const float *dy, size_t n, float *dgate,
                        float *dup);

/* Rotary embedding in place on `heads` heads of one row x[heads*head_size]; cosines, sines:
 * [head_size/2]. adjacent: pairs are (2i, 2i+1) (GGUF llama), else (i, i+head_size/2) (Hugging
 * Face). inverse rotates back, which is also the gradient. */
void ck_rotate(float *x, size_t heads, size_t head_size, const float *cosines, const float *sines,
               bool adjacent, bool inverse);

/* x = softmax(scale*x) in place; returns log(sum(exp(scale*x))). */
float ck_softmax(float *x, size_t n, float scale);
/* ds = scale * p * (dp - sum(p*dp)). */
void ck_softmax_backward(const float *p, const float *dp, size_t n, float scale, float *ds);

/* Running log-sum-exp over chunks: start with *maximum = -INFINITY, *sum = 0; afterwards
 * lse = maximum + log(sum). */
void ck_log_sum_exp_chunk(const float *x, size_t n, float *maximum, float *sum);
/* x = weight * exp(x - log_sum_exp): the gradient of cross-entropy without the one-hot part. */
void ck_cross_entropy_gradient(float *x, size_t n, float log_sum_exp, float weight);

/* One AdamW update (arXiv 1711.05101, PyTorch's order): p *= 1-lr*wd; m, v moments;
 * p -= lr * (m/bias1) / (sqrt(v/bias2) + epsilon). */
void ck_adamw(float *p, float *m, float *v, const float *g, size_t n, float lr, float beta1,
              float beta2, float epsilon, float weight_decay, float bias1, float bias2);

/* ---- encoding ------------------------------------------------------------------------------- */

/* Largest |x|. */
float ck_absmax(const float *x, size_t n);
/* codes[i] = index of the table value nearest to x[i]*(1/absmax) (ties to the lower value), packed
 * two a byte, high nibble first; table ascending when sorted by `order` (order[k] = index of the
 * k-th smallest); n even. absmax 0 encodes the table's zero. */
void ck_encode_code4(const float *x, size_t n, float absmax, const float *table,
                     const uint8_t *order, uint8_t *codes);

/* Whether there is an encoder of a format of ggml's blocks. */
bool ck_can_encode(ck_format format);
/* The blocks that llama.cpp's quantizer makes of n elements, whole blocks, where it has no matrix of
 * importance; the same bytes on every CPU. Nothing is written where there is no encoder. */
void ck_encode_blocks(ck_format format, const float *x, size_t n, void *blocks);

#pragma clang assume_nonnull end
#endif
