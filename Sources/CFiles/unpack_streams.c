#include "unpack.h"

#include <brotli/decode.h>
#include <bzlib.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <snappy-c.h>
#include <string.h>

/* More than xz wants for its highest level, `-9`: 65 MB. */
static const uint64_t LARGEST_XZ_MEMORY = 80u << 20;

int cfiles_unpack_bzip2(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made) {
  static const unsigned largest = 1u << 30; /* bzip2 counts in 32 bits */
  uint8_t scratch[SCRATCH];
  size_t read = 0;
  *made = 0;
  while (read < count) { /* one stream after the other */
    bz_stream stream;
    memset(&stream, 0, sizeof stream);
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return CFILES_NO_MEMORY;
    int status = BZ_OK, result = CFILES_UNPACKED;
    while (status == BZ_OK && result == CFILES_UNPACKED) {
      size_t size, left = count - read;
      stream.next_in = (char *)(bytes + read);
      unsigned given = stream.avail_in = left > largest ? largest : (unsigned)left;
      stream.next_out = (char *)unpack_room(out, limit, *made, scratch, &size);
      unsigned offered = stream.avail_out = size > largest ? largest : (unsigned)size;
      status = BZ2_bzDecompress(&stream);
      read += given - stream.avail_in;
      *made += offered - stream.avail_out;
      if (*made > limit) result = CFILES_TOO_LARGE;
      else if (status == BZ_MEM_ERROR) result = CFILES_NO_MEMORY;
      else if (status != BZ_OK && status != BZ_STREAM_END) result = CFILES_DAMAGED;
      else if (status == BZ_OK && given == stream.avail_in && offered == stream.avail_out)
        result = read < count ? CFILES_TOO_LARGE : CFILES_TRUNCATED;
    }
    BZ2_bzDecompressEnd(&stream);
    if (result != CFILES_UNPACKED) return result;
  }
  return count ? CFILES_UNPACKED : CFILES_TRUNCATED;
}

int cfiles_unpack_xz(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made) {
  uint8_t scratch[SCRATCH];
  lzma_stream stream = LZMA_STREAM_INIT;
  *made = 0;
  if (lzma_stream_decoder(&stream, LARGEST_XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK) return CFILES_NO_MEMORY;
  stream.next_in = bytes;
  stream.avail_in = count;
  lzma_ret status = LZMA_OK;
  int result = CFILES_UNPACKED;
  while (status == LZMA_OK && result == CFILES_UNPACKED) {
    size_t size;
    stream.next_out = unpack_room(out, limit, *made, scratch, &size);
    stream.avail_out = size;
    status = lzma_code(&stream, LZMA_FINISH);
    *made += size - stream.avail_out;
    if (*made > limit) result = CFILES_TOO_LARGE;
    else if (status == LZMA_MEMLIMIT_ERROR) result = CFILES_WINDOW;
    else if (status == LZMA_MEM_ERROR) result = CFILES_NO_MEMORY;
    else if (status == LZMA_BUF_ERROR) result = stream.avail_out == 0 ? CFILES_TOO_LARGE : CFILES_TRUNCATED;
    else if (status != LZMA_OK && status != LZMA_STREAM_END) result = CFILES_DAMAGED;
  }
  lzma_end(&stream);
  return result;
}

int cfiles_unpack_lz4_frames(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made) {
  uint8_t scratch[SCRATCH];
  LZ4F_dctx *context;
  *made = 0;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return CFILES_NO_MEMORY;
  size_t read = 0, left = 1;
  int result = CFILES_UNPACKED;
  while (result == CFILES_UNPACKED && (read < count || left)) {
    size_t size, given = count - read;
    uint8_t *start = unpack_room(out, limit, *made, scratch, &size);
    left = LZ4F_decompress(context, start, &size, bytes + read, &given, NULL);
    read += given;
    if (LZ4F_isError(left)) {
      result = CFILES_DAMAGED;
      break;
    }
    *made += size;
    if (*made > limit) result = CFILES_TOO_LARGE;
    else if (size == 0 && given == 0 && left) result = read < count ? CFILES_TOO_LARGE : CFILES_TRUNCATED;
  }
  LZ4F_freeDecompressionContext(context);
  return result;
}

int cfiles_unpack_brotli(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made) {
  uint8_t scratch[SCRATCH];
  BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
  *made = 0;
  if (!state) return CFILES_NO_MEMORY;
  size_t left = count;
  BrotliDecoderResult status = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
  int result = CFILES_UNPACKED;
  while (status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && result == CFILES_UNPACKED) {
    size_t size, before;
    uint8_t *start = unpack_room(out, limit, *made, scratch, &size);
    before = size;
    status = BrotliDecoderDecompressStream(state, &left, &bytes, &size, &start, NULL);
    *made += before - size;
    if (*made > limit || (before == 0 && status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)) result = CFILES_TOO_LARGE;
    else if (status == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) result = CFILES_TRUNCATED;
    else if (status == BROTLI_DECODER_RESULT_ERROR) result = CFILES_DAMAGED;
  }
  BrotliDecoderDestroyInstance(state);
  return result == CFILES_UNPACKED && left ? CFILES_DAMAGED : result;
}

int cfiles_unpack_snappy(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made) {
  size_t size = 0;
  *made = 0;
  if (snappy_uncompressed_length((const char *)bytes, count, &size) != SNAPPY_OK) return CFILES_DAMAGED;
  if (size > limit) return CFILES_TOO_LARGE;
  *made = size;
  if (!out) return CFILES_UNPACKED;
  return snappy_uncompress((const char *)bytes, count, (char *)out, made) == SNAPPY_OK ? CFILES_UNPACKED : CFILES_DAMAGED;
}

int cfiles_unpack_lz4_block(const uint8_t *bytes, size_t count, uint8_t *out, size_t limit, size_t *made) {
  *made = 0;
  if (!out || count > LZ4_MAX_INPUT_SIZE || limit > LZ4_MAX_INPUT_SIZE) return CFILES_TOO_LARGE;
  int size = LZ4_decompress_safe((const char *)bytes, (char *)out, (int)count, (int)limit);
  if (size < 0) return CFILES_DAMAGED;
  *made = (size_t)size;
  return CFILES_UNPACKED;
}
