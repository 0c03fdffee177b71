#include "CFiles.h"

#include <zlib.h>

size_t cfiles_deflate(const void *bytes, size_t count, void *out, size_t limit) {
  uLongf made = limit;
  return compress2(out, &made, bytes, count, Z_DEFAULT_COMPRESSION) == Z_OK ? made : 0;
}

size_t cfiles_deflate_limit(size_t count) { return compressBound(count); }
