/* Chooses the encoder of a format. */
#include "encode.h"

typedef void encoder(const float *x, uint8_t *block);

#define ENCODER(constant) [CK_##constant] = ck_encode_##constant,
static encoder *const encoders[CK_FORMAT_COUNT] = {CK_ENCODED_FORMATS(ENCODER)};
#undef ENCODER

bool ck_can_encode(ck_format format) {
  return (size_t)format < CK_FORMAT_COUNT && encoders[format];
}

void ck_encode_blocks(ck_format format, const float *x, size_t n, void *blocks) {
  const ck_format_description *description = ck_describe(format);
  if (!description || !ck_can_encode(format)) return;
  uint8_t *block = blocks;
  for (size_t i = 0; i + description->elements <= n; i += description->elements) {
    encoders[format](x + i, block);
    block += description->bytes;
  }
}
