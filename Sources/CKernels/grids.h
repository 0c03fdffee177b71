/* The code books of ggml's IQ formats: bytes of an entry are its elements in order. */
#ifndef CKERNELS_GRIDS_H
#define CKERNELS_GRIDS_H

#include <stdint.h>

extern const uint64_t ck_grid_iq1[2048]; /* eight times the value */
extern const uint64_t ck_grid_iq2_xxs[256], ck_grid_iq2_xs[512], ck_grid_iq2_s[1024];
extern const uint32_t ck_grid_iq3_xxs[256], ck_grid_iq3_s[512];

#endif
