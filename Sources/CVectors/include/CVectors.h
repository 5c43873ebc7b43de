// Sixteen bytes at a time: what Swift has types for, but no way to say so that it becomes the few
// instructions that it is. (Comparisons of SIMD16 compile to a loop over its lanes.)
//
// Functions of values: nothing here reads or writes memory.
#ifndef CVECTORS_H
#define CVECTORS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef uint8_t CVBytes __attribute__((ext_vector_type(16)));
typedef char CVMask __attribute__((ext_vector_type(16)));

// The number of bytes before the first that is set in `mask`; 16 if none is.
static inline __attribute__((always_inline)) int32_t cv_first(CVMask mask) {
#if defined(__SSE2__)
  uint32_t bits = (uint32_t)_mm_movemask_epi8((__m128i)mask);
  return __builtin_ctz(bits | 1u << 16);
#elif defined(__aarch64__)
  uint64_t bits = vget_lane_u64(
      vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_s8((int8x16_t)mask), 4)), 0);
  return bits ? __builtin_ctzll(bits) >> 2 : 16;
#else
  for (int32_t index = 0; index < 16; index++)
    if (mask[index]) return index;
  return 16;
#endif
}

// One bit for each byte, that of the first one lowest: whether it is set in `mask`.
static inline __attribute__((always_inline)) uint32_t cv_bits(CVMask mask) {
#if defined(__SSE2__)
  return (uint32_t)_mm_movemask_epi8((__m128i)mask);
#elif defined(__aarch64__)
  const uint8x16_t places = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t bits = vandq_u8(vreinterpretq_u8_s8((int8x16_t)mask), places);
  return vaddv_u8(vget_low_u8(bits)) | (uint32_t)vaddv_u8(vget_high_u8(bits)) << 8;
#else
  uint32_t bits = 0;
  for (int32_t index = 0; index < 16; index++) bits |= (uint32_t)(mask[index] != 0) << index;
  return bits;
#endif
}

static inline __attribute__((always_inline)) CVBytes cv_all(uint8_t byte) {
  return (CVBytes)byte;
}

// How many bytes stand before the first quote, backslash or line feed; 16 if there is none.
static inline __attribute__((always_inline)) int32_t cv_plain_text(CVBytes bytes) {
  return cv_first((bytes == cv_all('"')) | (bytes == cv_all('\\')) | (bytes == cv_all('\n')));
}

// How many bytes stand before the first quote, backslash or control character; 16 if there is none.
static inline __attribute__((always_inline)) int32_t cv_json_text(CVBytes bytes) {
  return cv_first((bytes == cv_all('"')) | (bytes == cv_all('\\')) | (bytes < cv_all(0x20)));
}

// The same, or the first `stop`.
static inline __attribute__((always_inline)) int32_t cv_json_text_before(
    CVBytes bytes, uint8_t stop) {
  return cv_first(
      (bytes == cv_all('"')) | (bytes == cv_all('\\')) | (bytes < cv_all(0x20)) |
      (bytes == cv_all(stop)));
}

// How many bytes stand before the first line feed, carriage return or `delimiter`; 16 if there is
// none.
static inline __attribute__((always_inline)) int32_t cv_plain_cell(
    CVBytes bytes, uint8_t delimiter) {
  return cv_first(
      (bytes == cv_all('\n')) | (bytes == cv_all('\r')) | (bytes == cv_all(delimiter)));
}

// How many bytes stand before the first quote of any kind, brace or bracket; 16 if there is none.
static inline __attribute__((always_inline)) int32_t cv_literal_text(CVBytes bytes) {
  // Braces are brackets with another bit.
  CVBytes braces = bytes | cv_all(0x20);
  return cv_first(
      (bytes == cv_all('"')) | (bytes == cv_all('\'')) | (bytes == cv_all('`')) |
      (braces == cv_all('{')) | (braces == cv_all('}')));
}

// The braces and brackets of JSON that are in no string, one bit for each byte.
typedef struct {
  uint32_t openings;
  uint32_t closings;
  // All bits if a string goes on behind the bytes, else none.
  uint32_t inside;
  // Whether there is a backslash, and so the rest may be wrong.
  bool has_escapes;
} CVBrackets;

// `inside` as it was given for the bytes before.
static inline __attribute__((always_inline)) CVBrackets cv_json_brackets(
    CVBytes bytes, uint32_t inside) {
  // Each bit becomes the parity of the quotes up to it.
  uint32_t strings = cv_bits(bytes == cv_all('"'));
  strings ^= strings << 1;
  strings ^= strings << 2;
  strings ^= strings << 4;
  strings ^= strings << 8;
  strings ^= inside;
  // Braces are brackets with another bit.
  CVBytes braces = bytes | cv_all(0x20);
  return (CVBrackets){
      cv_bits(braces == cv_all('{')) & ~strings, cv_bits(braces == cv_all('}')) & ~strings,
      0 - (strings >> 15 & 1), cv_first(bytes == cv_all('\\')) != 16};
}

// How many bytes stand before the first that is `byte`; 16 if none is.
static inline __attribute__((always_inline)) int32_t cv_before(CVBytes bytes, uint8_t byte) {
  return cv_first(bytes == cv_all(byte));
}

// How many bytes stand before the first two that are `first` and, in `next`, `second`; 16 if there
// are none. `next` are the bytes one place further.
static inline __attribute__((always_inline)) int32_t cv_before_pair(
    CVBytes bytes, uint8_t first, CVBytes next, uint8_t second) {
  return cv_first((bytes == cv_all(first)) & (next == cv_all(second)));
}

// How many bytes stand before the first that is no space, tab, line feed or carriage return; 16 if
// all are.
static inline __attribute__((always_inline)) int32_t cv_space(CVBytes bytes) {
  return cv_first(
      (bytes != cv_all(' ')) & (bytes != cv_all('\n')) & (bytes != cv_all('\r')) &
      (bytes != cv_all('\t')));
}

// A number that is zero if all bytes are ASCII.
static inline __attribute__((always_inline)) uint32_t cv_high_bits(CVBytes bytes) {
#if defined(__SSE2__)
  return (uint32_t)_mm_movemask_epi8((__m128i)bytes);
#else
  return cv_first(bytes >= cv_all(0x80)) != 16;
#endif
}

// `counts` with one added in each place where `bytes` has `byte`: good for 255 times.
static inline __attribute__((always_inline)) CVBytes cv_counting(
    CVBytes counts, CVBytes bytes, uint8_t byte) {
  return counts - (CVBytes)(bytes == cv_all(byte));
}

static inline __attribute__((always_inline)) int32_t cv_sum(CVBytes bytes) {
#if defined(__SSE2__)
  __m128i sums = _mm_sad_epu8((__m128i)bytes, _mm_setzero_si128());
  return _mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4);
#elif defined(__aarch64__)
  return vaddlvq_u8((uint8x16_t)bytes);
#else
  int32_t sum = 0;
  for (int32_t index = 0; index < 16; index++) sum += bytes[index];
  return sum;
#endif
}

// How many bytes stand before the first that no number and no other bare word of JSON has; 16 if all
// may be such a word.
static inline __attribute__((always_inline)) int32_t cv_json_word(CVBytes bytes) {
  CVMask digits = (bytes - cv_all('0')) < cv_all(10);
  CVMask letters = ((bytes | cv_all(0x20)) - cv_all('a')) < cv_all(26);
  CVMask others = (bytes == cv_all('-')) | (bytes == cv_all('+')) | (bytes == cv_all('.'));
  return cv_first(~(digits | letters | others));
}

// Whether all bytes are ASCII.
static inline __attribute__((always_inline)) bool cv_is_ascii(CVBytes bytes) {
  return cv_first(bytes >= cv_all(0x80)) == 16;
}

static inline __attribute__((always_inline)) bool cv_equal(CVBytes one, CVBytes other) {
  return cv_first(one != other) == 16;
}

// A number that was read, if the bytes were one.
typedef struct {
  uint64_t value;
  bool is_number;
} CVNumber;

// The number that sixteen hexadecimal digits of either case are.
static inline __attribute__((always_inline)) CVNumber cv_hexadecimal(CVBytes text) {
  CVBytes digits = text - cv_all('0');
  CVBytes letters = (text | cv_all(0x20)) - cv_all('a');
  CVMask are_digits = digits < cv_all(10);
  CVMask are_known = are_digits | (letters < cv_all(6));
  CVBytes values =
      (digits & (CVBytes)are_digits) | ((letters + cv_all(10)) & ~(CVBytes)are_digits);
  uint64_t parts[2];
  memcpy(parts, &values, 16);
  for (int part = 0; part < 2; part++) {
    // The first byte is lowest here, and the first digit highest in the number.
    uint64_t word = parts[part];
    word = (word << 4 | word >> 8) & 0x00ff00ff00ff00ff;
    word = (word | word >> 8) & 0x0000ffff0000ffff;
    parts[part] = __builtin_bswap32((uint32_t)(word | word >> 16));
  }
  return (CVNumber){parts[0] << 32 | parts[1], cv_first(~are_known) == 16};
}

// The number that sixteen decimal digits are.
static inline __attribute__((always_inline)) CVNumber cv_decimal(CVBytes text) {
  CVBytes digits = text - cv_all('0');
  uint64_t parts[2];
  memcpy(parts, &digits, 16);
  for (int part = 0; part < 2; part++) {
    // Two digits, four, eight: each step joins neighbours, the first of which is lower.
    uint64_t word = parts[part];
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
    uint64_t low = (word & 0x000000ff000000ff) * (100 + (1000000ull << 32));
    uint64_t high = (word >> 16 & 0x000000ff000000ff) * (1 + (10000ull << 32));
    parts[part] = (low + high) >> 32;
  }
  return (CVNumber){
      parts[0] * 100000000 + parts[1], cv_first(digits >= cv_all(10)) == 16};
}

#endif
