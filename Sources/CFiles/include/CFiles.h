/* Calls of the system that Swift's Glibc module does not show, and the system's libraries of compression. */
#ifndef CFILES_H
#define CFILES_H

#include <stddef.h>
#include <stdint.h>

/* Lets two names in one file system change places, in one step. 0, or -1 with errno: ENOSYS or EINVAL where
 * the system or the file system cannot. */
int cfiles_exchange(const char *first, const char *second);

/* Kinds of packed bytes. */
enum {
  CFILES_GZIP,
  CFILES_DEFLATE,
  CFILES_ZSTD,
  CFILES_BZIP2,
  CFILES_XZ,
  CFILES_LZ4, /* frames */
  CFILES_LZ4_BLOCK,
  CFILES_SNAPPY,
  CFILES_BROTLI
};

/* What comes of unpacking. */
enum {
  CFILES_UNPACKED,
  CFILES_TRUNCATED, /* the bytes end before what they begin */
  CFILES_DAMAGED,
  CFILES_TOO_LARGE, /* more than `limit` bytes come out */
  CFILES_WINDOW,    /* it wants more memory than is given */
  CFILES_NO_MEMORY
};

/* Unpacks all members or frames of `bytes` one after the other into `out`, which has room for `limit` bytes.
 * Without `out` the bytes are counted only, at no cost in memory (not those of LZ4 blocks). `made` gets their number. */
int cfiles_unpack(
    int kind, const void *bytes, size_t count, void *out, size_t limit, size_t *made);

/* Packs `bytes` as a stream of zlib into `out`, which has room for `limit` bytes: cfiles_deflate_limit of their
 * count always suffices. The number of bytes made; 0 where they did not fit. */
size_t cfiles_deflate(const void *bytes, size_t count, void *out, size_t limit);
size_t cfiles_deflate_limit(size_t count);

#endif
