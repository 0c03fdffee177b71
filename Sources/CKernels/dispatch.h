/* One table of kernels an instruction set. The list below is the only place that names a kernel
 * besides the interface: it makes the table's fields, its initialisers and the public functions. */
#ifndef CKERNELS_DISPATCH_H
#define CKERNELS_DISPATCH_H

#include "CKernels.h"

#pragma clang assume_nonnull begin

/* X(result, name, parameters, arguments) */
#define CK_KERNELS(X)                                                                              \
  X(void, dequantize, (const ck_matrix *m, size_t row, size_t column, size_t count, float *out),   \
    (m, row, column, count, out))                                                                  \
  X(void, pack_rows,                                                                               \
    (ck_operands operands, const float *x, size_t row_stride, size_t column_stride, size_t rows,   \
     size_t depth, void *out),                                                                     \
    (operands, x, row_stride, column_stride, rows, depth, out))                                    \
  X(void, pack_panel_of_rows,                                                                      \
    (ck_operands operands, const ck_matrix *w, size_t first, size_t count, size_t depth_start,     \
     size_t depth, void *panel),                                                                   \
    (operands, w, first, count, depth_start, depth, panel))                                        \
  X(void, pack_panel_of_columns,                                                                   \
    (ck_operands operands, const ck_matrix *w, size_t first, size_t count, size_t depth_start,     \
     size_t depth, void *panel),                                                                   \
    (operands, w, first, count, depth_start, depth, panel))                                        \
  X(void, multiply,                                                                                \
    (ck_operands operands, const void *packed_rows, size_t rows, const void *panel,                \
     size_t columns, size_t depth, float alpha, bool accumulate, float *c, size_t c_stride),       \
    (operands, packed_rows, rows, panel, columns, depth, alpha, accumulate, c, c_stride))          \
  X(void, multiply_vector,                                                                         \
    (const ck_matrix *w, size_t first, size_t count, const float *x, float *y),                    \
    (w, first, count, x, y))                                                                       \
  X(void, quantize_row, (const float *x, size_t n, const ck_int8_rows *rows, size_t row),          \
    (x, n, rows, row))                                                                             \
  X(bool, multiply_int8,                                                                           \
    (const ck_matrix *w, size_t first, size_t count, const ck_int8_rows *x, float *y,              \
     size_t y_stride),                                                                             \
    (w, first, count, x, y, y_stride))                                                             \
  X(float, dot, (const float *x, const float *y, size_t n), (x, y, n))                             \
  X(double, sum_of_squares, (const float *x, size_t n), (x, n))                                    \
  X(void, add, (float *y, const float *x, size_t n), (y, x, n))                                    \
  X(void, weighted_sum,                                                                            \
    (const float *weights, const float *rows, size_t stride, size_t count, size_t n, float *y),    \
    (weights, rows, stride, count, n, y))                                                          \
  X(void, scale, (float *y, float a, size_t n), (y, a, n))                                         \
  X(void, to_bf16, (const float *x, size_t n, uint16_t *y), (x, n, y))                             \
  X(void, from_bf16, (const uint16_t *x, size_t n, float *y), (x, n, y))                           \
  X(void, rms_norm,                                                                                \
    (const float *x, const float *weight, size_t rows, size_t columns, float epsilon, float *y),   \
    (x, weight, rows, columns, epsilon, y))                                                        \
  X(void, rms_norm_backward,                                                                       \
    (const float *x, const float *weight, const float *dy, size_t rows, size_t columns,            \
     float epsilon, float *dx),                                                                    \
    (x, weight, dy, rows, columns, epsilon, dx))                                                   \
  X(void, layer_norm,                                                                              \
    (const float *x, const float *weight, const float *_Nullable bias, size_t rows,                \
     size_t columns, float epsilon, float *y),                                                     \
    (x, weight, bias, rows, columns, epsilon, y))                                                  \
  X(void, layer_norm_backward,                                                                     \
    (const float *x, const float *weight, const float *dy, size_t rows, size_t columns,            \
     float epsilon, float *dx),                                                                    \
    (x, weight, dy, rows, columns, epsilon, dx))                                                   \
  X(void, gelu_tanh, (const float *x, size_t n, float *y), (x, n, y))                              \
  X(void, gelu_tanh_backward, (const float *x, const float *dy, size_t n, float *dx),              \
    (x, dy, n, dx))                                                                                \
  X(void, gelu, (const float *x, size_t n, float *y), (x, n, y))                                   \
  X(void, gelu_backward, (const float *x, const float *dy, size_t n, float *dx), (x, dy, n, dx))   \
  X(void, relu, (const float *x, size_t n, float *y), (x, n, y))                                   \
  X(void, relu_backward, (const float *x, const float *dy, size_t n, float *dx), (x, dy, n, dx))   \
  X(void, relu2, (const float *x, size_t n, float *y), (x, n, y))                                  \
  X(void, relu2_backward, (const float *x, const float *dy, size_t n, float *dx), (x, dy, n, dx))  \
  X(void, geglu, (const float *gate, const float *up, size_t n, float *y), (gate, up, n, y))       \
  X(void, geglu_backward,                                                                          \
    (const float *gate, const float *up, const float *dy, size_t n, float *dgate, float *dup),     \
    (gate, up, dy, n, dgate, dup))                                                                 \
  X(void, reglu, (const float *gate, const float *up, size_t n, float *y), (gate, up, n, y))       \
  X(void, reglu_backward,                                                                          \
    (const float *gate, const float *up, const float *dy, size_t n, float *dgate, float *dup),     \
    (gate, up, dy, n, dgate, dup))                                                                 \
  X(void, geglu_tanh, (const float *gate, const float *up, size_t n, float *y), (gate, up, n, y))  \
  X(void, geglu_tanh_backward,                                                                     \
    (const float *gate, const float *up, const float *dy, size_t n, float *dgate, float *dup),     \
    (gate, up, dy, n, dgate, dup))                                                                 \
  X(void, swiglu, (const float *gate, const float *up, size_t n, float *y), (gate, up, n, y))      \
  X(void, swiglu_backward,                                                                         \
    (const float *gate, const float *up, const float *dy, size_t n, float *dgate, float *dup),     \
    (gate, up, dy, n, dgate, dup))                                                                 \
  X(void, rotate,                                                                                  \
    (float *x, size_t heads, size_t head_size, const float *cosines, const float *sines,           \
     bool adjacent, bool inverse),                                                                 \
    (x, heads, head_size, cosines, sines, adjacent, inverse))                                      \
  X(float, softmax, (float *x, size_t n, float scale), (x, n, scale))                              \
  X(void, softmax_backward, (const float *p, const float *dp, size_t n, float scale, float *ds),   \
    (p, dp, n, scale, ds))                                                                         \
  X(void, log_sum_exp_chunk, (const float *x, size_t n, float *maximum, float *sum),               \
    (x, n, maximum, sum))                                                                          \
  X(void, cross_entropy_gradient, (float *x, size_t n, float log_sum_exp, float weight),           \
    (x, n, log_sum_exp, weight))                                                                   \
  X(void, adamw,                                                                                   \
    (float *p, float *m, float *v, const float *g, size_t n, float lr, float beta1, float beta2,   \
     float epsilon, float weight_decay, float bias1, float bias2),                                 \
    (p, m, v, g, n, lr, beta1, beta2, epsilon, weight_decay, bias1, bias2))                        \
  X(float, absmax, (const float *x, size_t n), (x, n))                                             \
  X(void, encode_code4,                                                                            \
    (const float *x, size_t n, float absmax, const float *table, const uint8_t *order,             \
     uint8_t *codes),                                                                              \
    (x, n, absmax, table, order, codes))

typedef struct ck_table {
  const char *name;
  bool has_bf16;
  size_t tile_rows, panel_columns; /* the same for both kinds of operands */
#define CK_FIELD(result, name, parameters, arguments) result(*name) parameters;
  CK_KERNELS(CK_FIELD)
#undef CK_FIELD
} ck_table;

extern const ck_table ck_table_portable;
#if defined(__x86_64__)
extern const ck_table ck_table_avx2, ck_table_avx512, ck_table_avx512bf16;
#elif defined(__aarch64__)
extern const ck_table ck_table_neon;
#endif

/* Depth in packed dwords: one float, or two bf16 (the even depth in the low half). */
static inline size_t ck_steps(ck_operands operands, size_t depth) {
  return operands == CK_OPERANDS_BF16 ? (depth + 1) / 2 : depth;
}

/* Bytes of `dwords` rounded up to whole cache lines. */
static inline size_t ck_line_bytes(size_t dwords) { return (dwords * 4 + 63) / 64 * 64; }

#pragma clang assume_nonnull end
#endif
