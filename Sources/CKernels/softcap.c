#include "CKernels.h"

#include <math.h>

void ck_softcap(float *x, size_t n, float scale, float cap) {
  for (size_t i = 0; i < n; i++) x[i] = cap * tanhf(scale * x[i] / cap);
}

void ck_softcap_backward(const float *y, size_t n, float scale, float cap, float *dy) {
  for (size_t i = 0; i < n; i++) {
    float t = y[i] / cap;
    dy[i] *= scale * (1.0f - t * t);
  }
}
