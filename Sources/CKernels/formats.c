/* The rows of ck_formats.h as data. */
#include "CKernels.h"

#define DESCRIPTION(constant, name, number, elements, bytes, factors_at, factors)                  \
  [CK_##constant] = {name, number, elements, bytes, factors_at, factors},
static const ck_format_description descriptions[] = {CK_FORMATS(DESCRIPTION)};

const ck_format_description *ck_describe(ck_format format) {
  size_t count = sizeof descriptions / sizeof *descriptions;
  return (size_t)format < count ? &descriptions[format] : NULL;
}
