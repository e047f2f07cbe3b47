// The kernels of one level, in plain loops that the compiler turns into vectors; included once a
// level. KERNEL is `static` with the processor's features, VECTOR_BYTES what its vectors hold. What
// a level does by hand it defines before, as COMPARE_BY_HAND.

#ifndef COMPARE_BY_HAND
// Bytes of 0 or 1 into bits: the product gathers the lowest bit of each of eight bytes on top.
KERNEL uint64_t pack_bytes(const uint8_t *holds) {
  uint64_t word = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t eight;
    memcpy(&eight, holds + 8 * i, sizeof eight);
    word |= ((eight * UINT64_C(0x0102040810204080)) >> 56) << (8 * i);
  }
  return word;
}

#define COMPARE(name, type, member, operator)                                                      \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const type limit = (type)constant.member;                                                      \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      const type *at = (const type *)values + 64 * w;                                              \
      uint8_t holds[64];                                                                           \
      for (int i = 0; i < 64; i++)                                                                 \
        holds[i] = at[i] operator limit;                                                           \
      words[w] = pack_bytes(holds);                                                                \
    }                                                                                              \
  }
COMPARE(greater_i8, int8_t, integer, >)
COMPARE(greater_i16, int16_t, integer, >)
COMPARE(greater_i32, int32_t, integer, >)
COMPARE(greater_i64, int64_t, integer, >)
COMPARE(greater_f64, double, number, >)
COMPARE(equal_i8, int8_t, integer, ==)
COMPARE(equal_i16, int16_t, integer, ==)
COMPARE(equal_i32, int32_t, integer, ==)
COMPARE(equal_i64, int64_t, integer, ==)
COMPARE(equal_f64, double, number, ==)
COMPARE(greater_equal_f64, double, number, >=)
#undef COMPARE
#endif

#ifndef BETWEEN
#define BETWEEN(name, greater, type, least)                                                        \
  KERNEL void name(const void *values, int64_t rows, int64_t low, int64_t high, uint64_t *words) { \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      const type *at = (const type *)values + 64 * w;                                              \
      uint64_t from = UINT64_MAX, behind;                                                          \
      if (low > (least))                                                                           \
        greater(at, 64, (union seg_mask_constant){.integer = low - 1}, &from);                     \
      greater(at, 64, (union seg_mask_constant){.integer = high}, &behind);                        \
      words[w] = from & ~behind;                                                                   \
    }                                                                                              \
  }
BETWEEN(between_i8, greater_i8, int8_t, INT8_MIN)
BETWEEN(between_i16, greater_i16, int16_t, INT16_MIN)
BETWEEN(between_i32, greater_i32, int32_t, INT32_MIN)
BETWEEN(between_i64, greater_i64, int64_t, INT64_MIN)
#endif

// NOLINTBEGIN(bugprone-macro-parentheses): types
#define NARROW(name, from, to, near)                                                               \
  KERNEL void name(const void *restrict values, int64_t rows, int64_t low, int64_t high,           \
                   int64_t least, void *restrict codes) {                                          \
    const from bottom = (from)low, top = (from)high;                                               \
    const uint64_t shift = (uint64_t)least - (uint64_t)low;                                        \
    const bool near_zero = low > INT64_MIN / 2 && low < INT64_MAX / 2;                             \
    for (int64_t w = 0; w < rows; w += 64) {                                                       \
      const from *restrict in = (const from *)values + w;                                          \
      to *restrict out = (to *)codes + w;                                                          \
      if (near_zero && near(in, low, high, out))                                                   \
        continue;                                                                                  \
      for (int i = 0; i < 64; i++) {                                                               \
        from value = in[i] < bottom ? bottom : in[i];                                              \
        value = value > top ? top : value;                                                         \
        out[i] = (to)((uint64_t)value + shift);                                                    \
      }                                                                                            \
    }                                                                                              \
  }
#define NOT_NEAR(values, low, high, codes) false
#ifndef NARROW_I64_BY_HAND
#define narrow_near_i64_i8  NOT_NEAR
#define narrow_near_i64_i16 NOT_NEAR
#define narrow_near_i64_i32 NOT_NEAR
#endif
NARROW(narrow_i16_i8, int16_t, int8_t, NOT_NEAR)
NARROW(narrow_i32_i8, int32_t, int8_t, NOT_NEAR)
NARROW(narrow_i32_i16, int32_t, int16_t, NOT_NEAR)
NARROW(narrow_i64_i8, int64_t, int8_t, narrow_near_i64_i8)
NARROW(narrow_i64_i16, int64_t, int16_t, narrow_near_i64_i16)
NARROW(narrow_i64_i32, int64_t, int32_t, narrow_near_i64_i32)
#undef NARROW
// NOLINTEND(bugprone-macro-parentheses)

#define SIGN(name, type)                                                                           \
  KERNEL void name(const void *restrict values, const void *restrict others, int64_t rows,         \
                   int8_t *restrict signs) {                                                       \
    for (int64_t w = 0; w < rows; w += 64) {                                                       \
      const type *restrict a = (const type *)values + w, *restrict b = (const type *)others + w;   \
      for (int i = 0; i < 64; i++)                                                                 \
        signs[w + i] = (int8_t)((a[i] > b[i]) - (a[i] < b[i]));                                    \
    }                                                                                              \
  }
SIGN(sign_i8, int8_t)
SIGN(sign_i16, int16_t)
SIGN(sign_i32, int32_t)
SIGN(sign_i64, int64_t)
SIGN(sign_f64, double)
#undef SIGN

// Eight words at a time, as so many vectors: GCC takes vectors that are wider than the processor's
// apart into words.
typedef uint64_t vector_words __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
enum { VECTOR_WORDS = VECTOR_BYTES / 8, PARTS = 64 / VECTOR_BYTES };

// Numerators below 2^51 and denominators below 2^52, as nearly all are, are divided as doubles.
// These hold them exactly. A fraction that is no whole number is 1 / denominator or more away from
// one, and the quotient as a double is at most a fourth of that away from the fraction, so that it
// lies between the same whole numbers; a whole number is hit exactly. Numbers turn into doubles and
// back by adding 1.5 * 2^52, whose last bit is worth 1; then that rounds to the nearest.
typedef double vector_doubles __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
typedef int64_t vector_signed __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
enum { SEG_DIVIDED_BITS = 52 };

// Whether all of 64 rows were divided.
KERNEL bool halves_of_64(const int64_t *numerators, const int64_t *denominators, int64_t *halves) {
  const double middle = 0x1.8p52, first = 0x1p52;
  const uint64_t middle_bits = UINT64_C(0x4338) << 48, first_bits = UINT64_C(0x4330) << 48;
  vector_words seen = {0};
  for (int i = 0; i < 64 / VECTOR_WORDS; i++) {
    const vector_words a = ((const vector_words *)numerators)[i];
    const vector_words b = ((const vector_words *)denominators)[i];
    const vector_words above = (vector_words)((vector_signed)b > 0);
    const vector_words by = (b & above) - ~above; // 1 where it is 0 or less
    seen |= (a + (UINT64_C(1) << (SEG_DIVIDED_BITS - 1))) | by;
    const vector_doubles over = (vector_doubles)(a + middle_bits) - middle;
    const vector_doubles quotient = over / ((vector_doubles)(by | first_bits) - first);
    const vector_doubles nearest = quotient + middle;
    const vector_words whole = (vector_words)nearest - middle_bits;
    const vector_words more = (vector_words)(quotient > nearest - middle);
    const vector_words less = (vector_words)(quotient < nearest - middle);
    ((vector_words *)halves)[i] = (whole + whole - more + less) & above;
  }
  uint64_t all = 0;
  for (int i = 0; i < VECTOR_WORDS; i++)
    all |= seen[i];
  return all >> SEG_DIVIDED_BITS == 0;
}

KERNEL int64_t halves_of(int64_t numerator, int64_t denominator) {
  if (denominator <= 0)
    return 0;
  const int64_t whole = numerator / denominator, left = numerator % denominator;
  int64_t doubled;
  if (__builtin_add_overflow(whole, whole, &doubled)) // the denominator is 1
    return whole < 0 ? INT64_MIN : INT64_MAX;
  return doubled + (left > 0) - (left < 0);
}

KERNEL void halves(const void *numerators, const void *denominators, int64_t rows, int64_t *to) {
  const int64_t *a = numerators, *b = denominators;
  for (int64_t w = 0; w < rows; w += 64) {
    if (halves_of_64(a + w, b + w, to + w))
      continue;
    for (int64_t i = w; i < w + 64; i++)
      to[i] = halves_of(a[i], b[i]);
  }
}

// The same of numbers of 4 bytes, all of which doubles hold.
typedef int32_t vector_narrow __attribute__((vector_size(VECTOR_BYTES / 2), aligned(4), may_alias));

KERNEL void halves_i32(const void *numerators, const void *denominators, int64_t rows,
                       int64_t *to) {
  const double middle = 0x1.8p52;
  for (int64_t i = 0; i < rows / VECTOR_WORDS; i++) {
    const vector_doubles a =
        __builtin_convertvector(((const vector_narrow *)numerators)[i], vector_doubles);
    const vector_doubles b =
        __builtin_convertvector(((const vector_narrow *)denominators)[i], vector_doubles);
    const vector_words above = (vector_words)(b > 0);
    const vector_doubles quotient = a / b; // by 0: whatever, which is not taken
    const vector_doubles nearest = quotient + middle;
    const vector_words whole = (vector_words)nearest - (UINT64_C(0x4338) << 48);
    const vector_words more = (vector_words)(quotient > nearest - middle);
    const vector_words less = (vector_words)(quotient < nearest - middle);
    ((vector_words *)to)[i] = (whole + whole - more + less) & above;
  }
}

#ifndef SLICE_BY_HAND
// Eight slices of the bytes of 64 rows. Eight bytes are a matrix of bits, turned by exchanging
// its halves, their halves and theirs (Warren, Hacker's Delight, 2012, 7-3).
KERNEL void turn(const uint8_t bytes[64], uint64_t *slices) {
  for (int b = 0; b < 8; b++)
    slices[(size_t)8 * b] = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t x, t;
    memcpy(&x, bytes + 8 * i, sizeof x);
    t = (x ^ x >> 7) & UINT64_C(0x00aa00aa00aa00aa);
    x ^= t ^ t << 7;
    t = (x ^ x >> 14) & UINT64_C(0x0000cccc0000cccc);
    x ^= t ^ t << 14;
    t = (x ^ x >> 28) & UINT64_C(0x00000000f0f0f0f0);
    x ^= t ^ t << 28;
    for (int b = 0; b < 8; b++)
      slices[(size_t)8 * b] |= (x >> 8 * b & 0xff) << 8 * i;
  }
}

// `slices` has room for whole bytes of numbers.
#define SLICE(name, type)                                                                          \
  KERNEL void name(const void *values, int64_t low, int64_t high, uint32_t bits,                   \
                   uint64_t *slices) {                                                             \
    const type bottom = (type)low, top = (type)high;                                               \
    for (int w = 0; w < 8; w++) {                                                                  \
      const type *in = (const type *)values + 64 * (size_t)w;                                      \
      type numbers[64];                                                                            \
      for (int i = 0; i < 64; i++) {                                                               \
        type value = in[i] < bottom ? bottom : in[i];                                              \
        value = value > top ? top : value;                                                         \
        numbers[i] = (type)((uint64_t)value - (uint64_t)low);                                      \
      }                                                                                            \
      for (uint32_t byte = 0; 8 * byte < bits; byte++) {                                           \
        uint8_t bytes[64];                                                                         \
        for (int i = 0; i < 64; i++)                                                               \
          bytes[i] = (uint8_t)(numbers[i] >> 8 * byte);                                            \
        turn(bytes, slices + (size_t)64 * byte + w);                                               \
      }                                                                                            \
    }                                                                                              \
  }
SLICE(slice_i8, int8_t)
SLICE(slice_i16, int16_t)
SLICE(slice_i32, int32_t)
#undef SLICE
#endif

#define PICK(name, type)                                                                           \
  KERNEL void name(const void *restrict codes, const uint32_t *restrict numbers,                   \
                   uint32_t *restrict picked) {                                                    \
    for (int i = 0; i < SEG_MASK_ROUND; i++)                                                       \
      picked[i] = numbers[((const type *)codes)[i]];                                               \
  }
PICK(pick_i8, int8_t)
PICK(pick_i16, int16_t)
PICK(pick_i32, int32_t)
#undef PICK

#define SPREAD KERNEL inline __attribute__((always_inline))

// A part of the eight words of every slice and grade; the next one is PARTS behind.

// Two bits more: four times as many grades.
SPREAD void add_bits(const vector_words *bits, uint32_t size, vector_words *grades) {
  const vector_words low = bits[0], high = bits[PARTS];
  size *= PARTS;
#pragma GCC unroll 8
  for (uint32_t v = PARTS; v < size; v += PARTS) {
    const vector_words grade = grades[v];
    grades[v] = high | low | grade;
    grades[size + v] = high | (low & grade);
    grades[2 * size + v] = high & (low | grade);
    grades[3 * size + v] = high & low & grade;
  }
  grades[size] = high | low;
  grades[2 * size] = high;
  grades[3 * size] = high & low;
}

// The grades of a digit: grades[v] = digit >= v. A further bit doubles them; two at once are fewer
// steps through memory. Few grades need no counting.
SPREAD void make_grades(const vector_words *bits, uint32_t width, vector_words *grades) {
  uint32_t size = 1;
  grades[0] = ~(vector_words){0};
  if (width % 2 != 0) {
    grades[PARTS] = *bits;
    bits += PARTS;
    size *= 2;
  }
  for (; size < 1U << width; size *= 4, bits += 2 * (size_t)PARTS) {
    switch (size) {
    case 1: add_bits(bits, 1, grades); break;
    case 2: add_bits(bits, 2, grades); break;
    case 4: add_bits(bits, 4, grades); break;
    case 8: add_bits(bits, 8, grades); break;
    default: add_bits(bits, size, grades); break;
    }
  }
  grades[(size_t)PARTS * size] = (vector_words){0};
}

// A number exceeds another when its highest digit does, or is as large and the rest exceeds. All
// parts at once: places are read once.
SPREAD void exceeds(const char *table, uint32_t digits, const uint16_t *places,
                    vector_words holds[PARTS]) {
  const vector_words *grade = (const vector_words *)(table + places[0]);
#pragma GCC unroll 4
  for (uint32_t part = 0; part < PARTS; part++)
    holds[part] = grade[PARTS + part];
#pragma GCC unroll 6
  for (uint32_t d = 1; d < digits; d++) {
    grade = (const vector_words *)(table + places[d]);
#pragma GCC unroll 4
    for (uint32_t part = 0; part < PARTS; part++)
      holds[part] = grade[PARTS + part] | (grade[part] & holds[part]);
  }
}

SPREAD void grade_all(const char *table, uint32_t digits, const uint16_t *places, uint32_t singles,
                      uint32_t pairs, uint64_t *words, size_t stride) {
  vector_words holds[PARTS], behind[PARTS];
  for (uint32_t i = 0; i < singles; i++, places += digits, words += stride) {
    exceeds(table, digits, places, holds);
#pragma GCC unroll 4
    for (uint32_t part = 0; part < PARTS; part++)
      ((vector_words *)words)[part] = holds[part];
  }
  for (uint32_t i = 0; i < pairs; i++, places += 2 * (size_t)digits, words += stride) {
    exceeds(table, digits, places, holds);
    exceeds(table, digits, places + digits, behind);
#pragma GCC unroll 4
    for (uint32_t part = 0; part < PARTS; part++)
      ((vector_words *)words)[part] = holds[part] & ~behind[part];
  }
}

// The grades of all digits.
SPREAD void make_tables(const uint64_t *slices, const struct seg_mask_digits *digits,
                        uint64_t *table) {
  for (uint32_t d = 0; d < digits->count; d++) {
    for (uint32_t part = 0; part < PARTS; part++)
      make_grades((const vector_words *)slices + part, digits->widths[d],
                  (vector_words *)(table + (size_t)8 * digits->firsts[d]) + part);
    slices += (size_t)8 * digits->widths[d];
  }
}

KERNEL void grade(const uint64_t *slices, const struct seg_mask_digits *digits,
                  const uint16_t *places, uint32_t singles, uint32_t pairs, uint64_t *words,
                  size_t stride) {
  uint64_t table[8 * SEG_MASK_GRADES_MOST] __attribute__((aligned(64)));
  make_tables(slices, digits, table);
  const char *at = (const char *)table;
  switch (digits->count) {
  case 1: grade_all(at, 1, places, singles, pairs, words, stride); break;
  case 2: grade_all(at, 2, places, singles, pairs, words, stride); break;
  case 3: grade_all(at, 3, places, singles, pairs, words, stride); break;
  case 4: grade_all(at, 4, places, singles, pairs, words, stride); break;
  case 5: grade_all(at, 5, places, singles, pairs, words, stride); break;
  default: grade_all(at, 6, places, singles, pairs, words, stride); break;
  }
}

SPREAD void grade_run(const char *table, uint32_t digits, const uint16_t *places,
                      const uint32_t *at, const struct seg_mask_run *run, bool are_pairs,
                      enum seg_mask_join join, char *slots) {
  const vector_words flip = (vector_words){0} - (uint64_t)run->flipped;
  vector_words holds[PARTS], behind[PARTS];
  for (uint32_t i = 0; i < run->count; i++, places += digits) {
    exceeds(table, digits, places, holds);
    if (are_pairs) {
      places += digits;
      exceeds(table, digits, places, behind);
    }
#pragma GCC unroll 4
    for (uint32_t part = 0; part < PARTS; part++) {
      vector_words *to = (vector_words *)(slots + at[i]) + part;
      vector_words bits = holds[part];
      if (are_pairs)
        bits &= ~behind[part];
      bits ^= flip;
      if (join == SEG_JOIN_OR)
        bits |= *to;
      if (join == SEG_JOIN_AND)
        bits &= *to;
      *to = bits;
    }
  }
}

#define GRADE(join)                                                                                \
  case 2 * (join): grade_run(table, digits, places, at, run, false, join, slots); break;           \
  case 2 * (join) + 1: grade_run(table, digits, places, at, run, true, join, slots); break

SPREAD void grade_runs(const char *table, uint32_t digits, const struct seg_mask_grading *grading,
                       char *slots) {
  const uint16_t *places = grading->places;
  const uint32_t *at = grading->at;
  for (uint32_t r = 0; r < grading->run_count; r++) {
    const struct seg_mask_run *run = &grading->runs[r];
    switch (2 * (uint32_t)run->join + run->are_pairs) {
      GRADE(SEG_JOIN_PUT);
      GRADE(SEG_JOIN_OR);
      GRADE(SEG_JOIN_AND);
    default: __builtin_unreachable();
    }
    places += (size_t)run->count * (run->are_pairs ? 2 * digits : digits);
    at += run->count;
  }
}
#undef GRADE

// Columns with so many comparisons that joins pay have two to four digits.
KERNEL void grade_joined(const uint64_t *slices, const struct seg_mask_digits *digits,
                         const struct seg_mask_grading *grading, uint64_t *slots) {
  uint64_t table[8 * SEG_MASK_GRADES_MOST] __attribute__((aligned(64)));
  make_tables(slices, digits, table);
  const char *at = (const char *)table;
  switch (digits->count) {
  case 2: grade_runs(at, 2, grading, (char *)slots); break;
  case 3: grade_runs(at, 3, grading, (char *)slots); break;
  case 4: grade_runs(at, 4, grading, (char *)slots); break;
  default: grade_runs(at, digits->count, grading, (char *)slots); break;
  }
}

enum { FEW_OPERANDS = 8 };

// The words of one operation of few operands: factors of the AND first, then alternatives of the
// OR. Complements are flipped.
SPREAD void combine_few(const uint64_t *slots, size_t stride, size_t words,
                        const struct seg_mask_op *op, const uint32_t *operands, uint32_t factors,
                        uint32_t alternatives, uint64_t *out) {
  const uint64_t *at[FEW_OPERANDS];
  vector_words flips[FEW_OPERANDS];
#pragma GCC unroll 8
  for (uint32_t i = 0; i < factors + alternatives; i++) {
    bool is_plain = i < factors ? i < op->plain : i - factors < op->any;
    at[i] = slots + operands[i] * stride;
    flips[i] = (vector_words){0} - !is_plain;
  }
  for (size_t w = 0; w < words; w += VECTOR_WORDS) {
    vector_words all = ~(vector_words){0}, any = {0};
#pragma GCC unroll 8
    for (uint32_t i = factors; i < factors + alternatives; i++)
      any |= *(const vector_words *)(at[i] + w) ^ flips[i];
    if (alternatives > 0)
      all = any;
#pragma GCC unroll 8
    for (uint32_t i = 0; i < factors; i++)
      all &= *(const vector_words *)(at[i] + w) ^ flips[i];
    *(vector_words *)(out + w) = all;
  }
}

// The words of any operation.
KERNEL void combine_many(const uint64_t *slots, size_t stride, size_t words,
                         const struct seg_mask_op *op, const uint32_t *operands, uint64_t *out) {
  const uint32_t factors = op->plain + op->negated, alternatives = op->any + op->any_negated;
  for (size_t w = 0; w < words; w += VECTOR_WORDS) {
    vector_words all = ~(vector_words){0}, any = {0};
    for (uint32_t i = 0; i < factors; i++)
      all &=
          *(const vector_words *)(slots + operands[i] * stride + w) ^ -(uint64_t)(i >= op->plain);
    for (uint32_t i = 0; i < alternatives; i++)
      any |= *(const vector_words *)(slots + operands[factors + i] * stride + w) ^
             -(uint64_t)(i >= op->any);
    if (alternatives > 0)
      all &= any;
    *(vector_words *)(out + w) = all;
  }
}

// Loops over so many operands as there mostly are need no counting.
#define COMBINE(factors, alternatives)                                                             \
  case (factors) * 4 + (alternatives):                                                             \
    combine_few(slots, stride, words, op, operands, factors, alternatives, out);                   \
    break

SPREAD void combine_one(const uint64_t *slots, size_t stride, size_t words,
                        const struct seg_mask_op *op, const uint32_t *operands, uint64_t *out) {
  uint32_t factors = op->plain + op->negated, alternatives = op->any + op->any_negated;
  switch (alternatives < 4 ? factors * 4 + alternatives : 0) {
    COMBINE(1, 0);
    COMBINE(2, 0);
    COMBINE(3, 0);
    COMBINE(4, 0);
    COMBINE(0, 2);
    COMBINE(1, 2);
    COMBINE(2, 2);
    COMBINE(3, 2);
    COMBINE(4, 2);
    COMBINE(0, 3);
    COMBINE(1, 3);
    COMBINE(2, 3);
  default: combine_many(slots, stride, words, op, operands, out); break;
  }
}
#undef COMBINE

KERNEL void combine(uint64_t *slots, size_t stride, size_t words, const struct seg_mask_op *ops,
                    uint32_t count, const uint32_t *operands) {
  for (const struct seg_mask_op *op = ops; op < ops + count; op++)
    combine_one(slots, stride, words, op, operands + op->first, slots + op->out * stride);
}

#include "runtime/filter/mask_kernels_tally.h"

#ifndef COUNT_BY_HAND
SPREAD uint64_t count_eight(const uint64_t *words) {
  uint64_t bits = 0;
#pragma GCC unroll 8
  for (size_t i = 0; i < 8; i++)
    bits += (uint64_t)__builtin_popcountll(words[i]);
  return bits;
}

KERNEL uint64_t count_bits(const uint64_t *words, size_t count) {
  uint64_t bits = 0;
  size_t w = 0;
  for (; w + 8 <= count; w += 8)
    bits += count_eight(words + w);
  for (; w < count; w++)
    bits += (uint64_t)__builtin_popcountll(words[w]);
  return bits;
}

KERNEL void count_each(const uint64_t *slots, size_t stride, size_t words, const uint32_t *roots,
                       uint32_t root_count, uint64_t *counts) {
  for (uint32_t r = 0; r < root_count; r++)
    counts[r] += count_bits(slots + roots[r] * stride, words);
}

// Where nobody asks who won whom, without branches: they would be hard to foresee.
KERNEL uint64_t claim_only(const uint64_t *mask, size_t words, uint64_t *unassigned) {
  uint64_t count = 0;
  size_t w = 0;
  for (; w + 8 <= words; w += 8) {
    uint64_t wins[8];
#pragma GCC unroll 4
    for (size_t i = 0; i < 8; i += VECTOR_WORDS) {
      vector_words *rows = (vector_words *)(unassigned + w + i);
      const vector_words win = *(const vector_words *)(mask + w + i) & *rows;
      *rows ^= win;
      *(vector_words *)(wins + i) = win;
    }
    count += count_eight(wins);
  }
  for (; w < words; w++) {
    const uint64_t win = mask[w] & unassigned[w];
    unassigned[w] ^= win;
    count += (uint64_t)__builtin_popcountll(win);
  }
  return count;
}

KERNEL uint64_t claim(const uint64_t *mask, size_t words, uint64_t *unassigned, uint32_t number,
                      uint64_t *slices, size_t stride) {
  if (slices == NULL)
    return claim_only(mask, words, unassigned);
  uint64_t count = 0;
  for (size_t w = 0; w < words; w++) {
    uint64_t win = mask[w] & unassigned[w];
    if (win == 0)
      continue;
    unassigned[w] ^= win;
    count += (uint64_t)__builtin_popcountll(win);
    for (uint32_t left = number; left != 0; left &= left - 1)
      slices[(size_t)__builtin_ctz(left) * stride + w] |= win;
  }
  return count;
}

// A vector has 16 rows, whose bits are told apart by what they are worth in a number of 16.
KERNEL void expand(const uint64_t *slices, size_t stride, uint32_t count, uint64_t none,
                   uint16_t *codes) {
  static const uint16_t worth[16] = {1u << 0,  1u << 1,  1u << 2,  1u << 3, 1u << 4,  1u << 5,
                                     1u << 6,  1u << 7,  1u << 8,  1u << 9, 1u << 10, 1u << 11,
                                     1u << 12, 1u << 13, 1u << 14, 1u << 15};
  for (int g = 0; g < 64; g += 16) {
    const uint16_t missing = (uint16_t)(none >> g);
    uint16_t some[16];
    for (int i = 0; i < 16; i++)
      some[i] = (uint16_t)-((missing & worth[i]) == worth[i]);
    for (uint32_t b = 0; b < count; b++) {
      const uint16_t slice = (uint16_t)(slices[b * stride] >> g), bit = (uint16_t)(1u << b);
      for (int i = 0; i < 16; i++)
        some[i] |= (uint16_t)(-((slice & worth[i]) == worth[i]) & bit);
    }
    memcpy(codes + g, some, sizeof some);
  }
}
#endif

#ifndef RANK_CODES_BY_HAND
KERNEL void look_up_codes(const int16_t *codes, int64_t rows, const struct seg_mask_pages *pages,
                          int8_t *ranks) {
#pragma GCC unroll 8
  for (int64_t i = 0; i < rows; i++) {
    const uint32_t code = (uint16_t)codes[i];
    ranks[i] = pages->ranks[pages->firsts[code / SEG_MASK_PAGE] + (size_t)(code % SEG_MASK_PAGE)];
  }
}

KERNEL void rank_codes(const int16_t *codes, int64_t rows, const struct seg_mask_sketch *sketch,
                       int8_t *ranks, uint64_t *doubtful) {
  const union seg_mask_constant in_doubt = {.integer = SEG_MASK_IN_DOUBT};
#ifdef RANK_CODES_IN_BINS
  if (!sketch->is_paged) {
    RANK_CODES_IN_BINS(codes, rows, &sketch->byte_bins, ranks, doubtful);
    return;
  }
#endif
  look_up_codes(codes, rows, &sketch->pages, ranks);
  equal_i8(ranks, rows, in_doubt, doubtful);
}
#endif

#ifndef COSTS
#define COSTS                                                                                      \
  {.fewest_ranked = 16,                                                                            \
   .fewest_sliced = 12,                                                                            \
   .fewest_ranks_sliced = 12,                                                                      \
   .fewest_joined = UINT32_MAX,                                                                    \
   .ranking = 50,                                                                                  \
   .ranking_step = 20}
#endif

const struct seg_mask_kernels KERNELS = {
    .costs = COSTS,
    .compare =
        {
            [SEG_MASK_I8] = {greater_i8, NULL, equal_i8},
            [SEG_MASK_I16] = {greater_i16, NULL, equal_i16},
            [SEG_MASK_I32] = {greater_i32, NULL, equal_i32},
            [SEG_MASK_I64] = {greater_i64, NULL, equal_i64},
            [SEG_MASK_F64] = {greater_f64, greater_equal_f64, equal_f64},
        },
    .between = {between_i8, between_i16, between_i32, between_i64},
#ifdef TOGETHER_BY_HAND
    .together = {together_i8, together_i16, together_i32},
#endif
#ifdef ANY_BY_HAND
    .any_i16 = any_i16,
#endif
    .narrow =
        {
            [SEG_MASK_I16] = {[SEG_MASK_I8] = narrow_i16_i8},
            [SEG_MASK_I32] = {[SEG_MASK_I8] = narrow_i32_i8, [SEG_MASK_I16] = narrow_i32_i16},
            [SEG_MASK_I64] = {[SEG_MASK_I8] = narrow_i64_i8,
                              [SEG_MASK_I16] = narrow_i64_i16,
                              [SEG_MASK_I32] = narrow_i64_i32},
        },
#ifdef BINS
    .rank = {NULL, rank_i16, rank_i32, RANK_WIDE},
    .bins = BINS,
#endif
    .rank_codes = rank_codes,
    .slice = {slice_i8, slice_i16, slice_i32},
    .grade = grade,
    .grade_joined = grade_joined,
#ifdef SEARCH_BY_HAND
    .search = SEARCH_BY_HAND,
#else
    .search = seg_text_search_baseline,
#endif
    .pick = {NULL, pick_i8, pick_i16, pick_i32},
#ifdef PICK_BY_HAND
    .pick_bytes = pick_bytes,
#endif
    .sign = {sign_i8, sign_i16, sign_i32, sign_i64, sign_f64},
    .halves = halves,
    .halves_i32 = halves_i32,
    .combine = combine,
    .count = count_bits,
    .count_each = count_each,
    .tally = tally,
    .claim = claim,
    .expand = expand,
};
