#include "CCompression.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct ccompression_decoder {
  int method;
  z_stream gzip;
  ZSTD_DStream *zstd;
  const char *reason;
};

// The largest window, and with it the memory of a decoder; what `zstd` makes without --long needs no
// more.
enum { ZSTD_WINDOW_LOG = 27 };

ccompression_decoder *ccompression_make(int method) {
  ccompression_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->method = method;
  decoder->reason = "";
  if (method == CCOMPRESSION_GZIP) {
    // 15: the largest window; 16: a header of gzip.
    if (inflateInit2(&decoder->gzip, 15 + 16) == Z_OK) return decoder;
  } else {
    decoder->zstd = ZSTD_createDStream();
    if (decoder->zstd != NULL) {
      ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
      return decoder;
    }
  }
  free(decoder);
  return NULL;
}

void ccompression_free(ccompression_decoder *decoder) {
  if (decoder == NULL) return;
  if (decoder->method == CCOMPRESSION_GZIP) {
    inflateEnd(&decoder->gzip);
  } else {
    ZSTD_freeDStream(decoder->zstd);
  }
  free(decoder);
}

static uInt as_uint(size_t count) { return count < UINT_MAX ? (uInt)count : UINT_MAX; }

static int step_gzip(
  ccompression_decoder *decoder, const uint8_t *input, size_t input_count, size_t *used,
  uint8_t *output, size_t output_count, size_t *filled) {
  z_stream *stream = &decoder->gzip;
  uInt given = as_uint(input_count), room = as_uint(output_count);
  stream->next_in = (Bytef *)input;
  stream->avail_in = given;
  stream->next_out = output;
  stream->avail_out = room;
  int result = inflate(stream, Z_NO_FLUSH);
  *used = given - stream->avail_in;
  *filled = room - stream->avail_out;
  switch (result) {
    case Z_OK:
    case Z_BUF_ERROR:  // There was nothing to do.
      return CCOMPRESSION_MORE;
    case Z_STREAM_END:
      inflateReset(stream);
      return CCOMPRESSION_END;
    default:
      decoder->reason = stream->msg != NULL ? stream->msg : zError(result);
      return CCOMPRESSION_DAMAGED;
  }
}

static int step_zstd(
  ccompression_decoder *decoder, const uint8_t *input, size_t input_count, size_t *used,
  uint8_t *output, size_t output_count, size_t *filled) {
  ZSTD_inBuffer in = {input, input_count, 0};
  ZSTD_outBuffer out = {output, output_count, 0};
  size_t result = ZSTD_decompressStream(decoder->zstd, &out, &in);
  *used = in.pos;
  *filled = out.pos;
  if (ZSTD_isError(result)) {
    decoder->reason = ZSTD_getErrorName(result);
    return CCOMPRESSION_DAMAGED;
  }
  return result == 0 ? CCOMPRESSION_END : CCOMPRESSION_MORE;
}

int ccompression_step(
  ccompression_decoder *decoder, const uint8_t *input, size_t input_count, size_t *used,
  uint8_t *output, size_t output_count, size_t *filled) {
  return decoder->method == CCOMPRESSION_GZIP
    ? step_gzip(decoder, input, input_count, used, output, output_count, filled)
    : step_zstd(decoder, input, input_count, used, output, output_count, filled);
}

const char *ccompression_reason(const ccompression_decoder *decoder) { return decoder->reason; }
