// Decoders of zlib and libzstd, in a form that Swift can call.
//
// Swift cannot use <zlib.h>: a stream is started by a macro. A decoder decodes one gzip member or
// one zstd frame after another; it is used by one thread at a time.
#ifndef CCOMPRESSION_H
#define CCOMPRESSION_H

#include <stddef.h>
#include <stdint.h>

enum { CCOMPRESSION_GZIP, CCOMPRESSION_ZSTD };

typedef struct ccompression_decoder ccompression_decoder;

// A decoder, or null if there is no memory for it.
ccompression_decoder *ccompression_make(int method);
void ccompression_free(ccompression_decoder *decoder);

// How a step has ended: more is to come, the member or frame has ended (the next step begins
// another one), or the bytes are damaged.
enum { CCOMPRESSION_MORE, CCOMPRESSION_END, CCOMPRESSION_DAMAGED };

// Decodes as much as there is, or there is room for; sets how many bytes of the input were used and
// of the output filled.
int ccompression_step(
  ccompression_decoder *decoder, const uint8_t *input, size_t input_count, size_t *used,
  uint8_t *output, size_t output_count, size_t *filled);

// What is wrong, after CCOMPRESSION_DAMAGED.
const char *ccompression_reason(const ccompression_decoder *decoder);

#endif
