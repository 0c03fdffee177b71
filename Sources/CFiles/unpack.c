#include "unpack.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* A window of 64 MB: what zstd needs for every level but the `ultra` ones and `--long`. */
enum { LARGEST_WINDOW_LOG = 26 };

static int inflate_members(
    const uint8_t *bytes, size_t count, int window, uint8_t *out, size_t limit, size_t *made) {
  static const unsigned largest = 1u << 30; /* zlib counts in 32 bits */
  uint8_t scratch[SCRATCH];
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, window) != Z_OK) return CFILES_NO_MEMORY;
  size_t read = 0;
  int result = CFILES_TRUNCATED, isWhole = 0;
  *made = 0;
  while (read < count || !isWhole) {
    if (isWhole) { /* another member follows */
      /* gzip pads files with zeros, and says nothing of them */
      size_t next = read;
      while (next < count && bytes[next] == 0) next++;
      if (next == count) break;
      if (window < 0 || inflateReset(&stream) != Z_OK) break;
      isWhole = 0;
    }
    size_t size, left = count - read;
    stream.next_in = (Bytef *)(bytes + read);
    stream.avail_in = left > largest ? largest : (unsigned)left;
    unsigned given = stream.avail_in;
    stream.next_out = unpack_room(out, limit, *made, scratch, &size);
    stream.avail_out = size > largest ? largest : (unsigned)size;
    unsigned offered = stream.avail_out;
    int status = inflate(&stream, Z_NO_FLUSH);
    read += given - stream.avail_in;
    *made += offered - stream.avail_out;
    if (*made > limit) { result = CFILES_TOO_LARGE; goto end; }
    if (status == Z_STREAM_END) {
      isWhole = 1;
    } else if (status == Z_BUF_ERROR || (status == Z_OK && given == stream.avail_in && offered == stream.avail_out)) {
      result = read < count ? CFILES_TOO_LARGE : CFILES_TRUNCATED;
      goto end;
    } else if (status != Z_OK) {
      result = status == Z_MEM_ERROR ? CFILES_NO_MEMORY : CFILES_DAMAGED;
      goto end;
    }
  }
  result = isWhole ? CFILES_UNPACKED : CFILES_TRUNCATED;
end:
  inflateEnd(&stream);
  return result;
}

static int unpack_frames(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made) {
  uint8_t scratch[SCRATCH];
  ZSTD_DStream *stream = ZSTD_createDStream();
  if (!stream) return CFILES_NO_MEMORY;
  ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, LARGEST_WINDOW_LOG);
  ZSTD_inBuffer in = {bytes, count, 0};
  size_t left = 1;
  int result = CFILES_TRUNCATED;
  *made = 0;
  while (in.pos < in.size || left) {
    size_t size, before = in.pos;
    uint8_t *start = unpack_room(out, limit, *made, scratch, &size);
    ZSTD_outBuffer buffer = {start, size, 0};
    left = ZSTD_decompressStream(stream, &buffer, &in);
    if (ZSTD_isError(left)) {
      result = ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge ? CFILES_WINDOW : CFILES_DAMAGED;
      goto end;
    }
    *made += buffer.pos;
    if (*made > limit) { result = CFILES_TOO_LARGE; goto end; }
    if (buffer.pos == 0 && in.pos == before && left) {
      result = in.pos < in.size ? CFILES_TOO_LARGE : CFILES_TRUNCATED;
      goto end;
    }
  }
  result = CFILES_UNPACKED;
end:
  ZSTD_freeDStream(stream);
  return result;
}

int cfiles_unpack(
    int kind, const void *bytes, size_t count, void *out, size_t limit, size_t *made) {
  switch (kind) {
    case CFILES_GZIP: return inflate_members(bytes, count, 15 + 16, out, limit, made);
    case CFILES_DEFLATE: return inflate_members(bytes, count, -15, out, limit, made);
    case CFILES_BZIP2: return cfiles_unpack_bzip2(bytes, count, out, limit, made);
    case CFILES_XZ: return cfiles_unpack_xz(bytes, count, out, limit, made);
    case CFILES_LZ4: return cfiles_unpack_lz4_frames(bytes, count, out, limit, made);
    case CFILES_LZ4_BLOCK: return cfiles_unpack_lz4_block(bytes, count, out, limit, made);
    case CFILES_SNAPPY: return cfiles_unpack_snappy(bytes, count, out, limit, made);
    case CFILES_BROTLI: return cfiles_unpack_brotli(bytes, count, out, limit, made);
    default: return unpack_frames(bytes, count, out, limit, made);
  }
}
