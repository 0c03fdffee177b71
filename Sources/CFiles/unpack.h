/* What the files of unpacking share. */
#ifndef UNPACK_H
#define UNPACK_H

#include "CFiles.h"

/* What is unpacked where nobody wants the bytes, at a time. */
enum { SCRATCH = 1 << 16 };

/* The room for the next bytes: of `out` what is left, or the scratch where bytes are only counted. */
static inline uint8_t *unpack_room(uint8_t *out, size_t limit, size_t made, uint8_t *scratch, size_t *size) {
  if (out) {
    *size = limit - made;
    return out + made;
  }
  *size = SCRATCH;
  return scratch;
}

int cfiles_unpack_bzip2(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made);
int cfiles_unpack_xz(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made);
int cfiles_unpack_lz4_frames(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made);
int cfiles_unpack_brotli(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made);
int cfiles_unpack_snappy(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made);
/* Counts nothing without `out`: a block does not say how long it is. */
int cfiles_unpack_lz4_block(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made);

#endif
