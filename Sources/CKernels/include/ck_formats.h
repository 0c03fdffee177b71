/* The formats of frozen weights, a row each. The rows make the enumeration, the description that
 * Swift reads (sizes, names, numbers in files), the decoders' instantiations and the product's:
 * a new block format is a row here and an unpack function of its name.
 *
 * X(constant, name, number, elements, bytes, factors_at, factors)
 *   name       in the language; in capitals ggml's own
 *   number     of the type in GGUF files, -1 where they lack it
 *   elements   that share a block, and the block's bytes
 *   factors    float16 numbers that scale a block, the first at byte factors_at: where they are
 *              finite all elements are; 0 where that has to be seen from the elements */
#ifndef CK_FORMATS_H
#define CK_FORMATS_H

/* Elements that stand for themselves, and codes whose factors lie apart (ck_matrix). */
#define CK_PLAIN_FORMATS(X)                                                                        \
  X(F32, "f32", 0, 1, 4, 0, 0)                                                                     \
  X(F16, "f16", 1, 1, 2, 0, 1)                                                                     \
  X(BF16, "bf16", 30, 1, 2, 0, 0)                                                                  \
  X(INT8, "int8", -1, 1, 1, 0, 0)                                                                  \
  X(CODE4, "code4", -1, 2, 1, 0, 0)

/* Blocks of ggml: each element is a small whole number times a factor of its 16 or 32 neighbours,
 * and for some plus a summand. The layouts stand beside the unpack functions. */
#define CK_BLOCK_FORMATS(X)                                                                        \
  X(Q4_0, "q4_0", 2, 32, 18, 0, 1)                                                                 \
  X(Q4_1, "q4_1", 3, 32, 20, 0, 2)                                                                 \
  X(Q5_0, "q5_0", 6, 32, 22, 0, 1)                                                                 \
  X(Q5_1, "q5_1", 7, 32, 24, 0, 2)                                                                 \
  X(Q8_0, "q8_0", 8, 32, 34, 0, 1)                                                                 \
  X(Q2_K, "q2_k", 10, 256, 84, 80, 2)                                                              \
  X(Q3_K, "q3_k", 11, 256, 110, 108, 1)                                                            \
  X(Q4_K, "q4_k", 12, 256, 144, 0, 2)                                                              \
  X(Q5_K, "q5_k", 13, 256, 176, 0, 2)                                                              \
  X(Q6_K, "q6_k", 14, 256, 210, 208, 1)                                                            \
  X(IQ2_XXS, "iq2_xxs", 16, 256, 66, 0, 1)                                                         \
  X(IQ2_XS, "iq2_xs", 17, 256, 74, 0, 1)                                                           \
  X(IQ3_XXS, "iq3_xxs", 18, 256, 98, 0, 1)                                                         \
  X(IQ1_S, "iq1_s", 19, 256, 50, 0, 1)                                                             \
  X(IQ4_NL, "iq4_nl", 20, 32, 18, 0, 1)                                                            \
  X(IQ3_S, "iq3_s", 21, 256, 110, 0, 1)                                                            \
  X(IQ2_S, "iq2_s", 22, 256, 82, 0, 1)                                                             \
  X(IQ4_XS, "iq4_xs", 23, 256, 136, 0, 1)                                                          \
  X(IQ1_M, "iq1_m", 29, 256, 56, 0, 0)                                                             \
  X(TQ1_0, "tq1_0", 34, 256, 54, 52, 1)                                                            \
  X(TQ2_0, "tq2_0", 35, 256, 66, 64, 1)                                                            \
  X(MXFP4, "mxfp4", 39, 32, 17, 0, 0)                                                              \
  X(NVFP4, "nvfp4", 40, 64, 36, 0, 0)                                                              \
  X(Q1_0, "q1_0", 41, 128, 18, 0, 1)

#define CK_FORMATS(X) CK_PLAIN_FORMATS(X) CK_BLOCK_FORMATS(X)

#endif
