// Counting what operations give without storing it, in what is one level's; included by
// mask_kernels_body.h. A level that counts by hand defines count_parts and sum_parts before, with
// PARTS_BY_HAND; add_sums, with ADD_SUMS_BY_HAND; COUNTS_WORDS where bits of words are counted as
// fast as they are added; and TALLIES_SHAPES where operations shall have loops of their own by how
// many operands of a kind they have: that is much code, and saves a way through the first-level
// cache.
//
// Sixteen vectors are five, worth 8, 4, 2, 1 and 1, after carry-save additions: three bits are a
// sum and a carry (Mula, Kurz, Lemire: Faster Population Counts Using AVX2 Instructions, The
// Computer Journal 61, 2018).

enum { TOGETHER = 16, TALLIED_AT_ONCE = 8 };

#ifndef PARTS_BY_HAND
#define EACH_BYTE(number) ((number) * UINT64_C(0x0101010101010101))

// The bits that are 1, of every part, which is a byte.
SPREAD vector_words count_parts(vector_words bits) {
  bits -= bits >> 1 & EACH_BYTE(0x55);
  bits = (bits & EACH_BYTE(0x33)) + (bits >> 2 & EACH_BYTE(0x33));
  return (bits + (bits >> 4)) & EACH_BYTE(0x0f);
}

// The sums of the parts of every word.
SPREAD vector_words sum_parts(vector_words parts) {
  const uint64_t every_other = UINT64_C(0x00ff00ff00ff00ff);
  parts = (parts & every_other) + (parts >> 8 & every_other);
  parts += parts >> 16;
  return (parts + (parts >> 32)) & 0xffff;
}
#undef EACH_BYTE
#endif

#ifndef ADD_SUMS_BY_HAND
KERNEL void add_sums(const vector_words *sums, uint32_t count, uint64_t *counts) {
  for (uint32_t i = 0; i < count; i++) {
    uint64_t sum = 0;
#pragma GCC unroll 8
    for (int w = 0; w < VECTOR_WORDS; w++)
      sum += sums[i][w];
    counts[i] += sum;
  }
}
#endif

// How many operands an operation has: factors of its AND, complements of factors, alternatives of
// its OR, and complements of these.
struct shape {
  uint32_t plain, negated, any, any_negated;
};

SPREAD vector_words words_at(const uint64_t *const *at, uint32_t i, size_t w) {
  return *(const vector_words *)(at[i] + w);
}

// A vector of what the operation gives. An OR with complements is the complement of an AND.
SPREAD vector_words value_at(const uint64_t *const *at, size_t w, struct shape shape) {
  vector_words all = ~(vector_words){0}, any = {0}, none = ~(vector_words){0};
  const uint32_t any_first = shape.plain + shape.negated, none_first = any_first + shape.any;
#pragma GCC unroll 8
  for (uint32_t i = 0; i < shape.any; i++)
    any |= words_at(at, any_first + i, w);
#pragma GCC unroll 8
  for (uint32_t i = 0; i < shape.any_negated; i++)
    none &= words_at(at, none_first + i, w);
#pragma GCC unroll 8
  for (uint32_t i = 0; i < shape.plain; i++)
    all &= words_at(at, i, w);
  if (shape.any_negated > 0)
    all &= ~(~any & none);
  else if (shape.any > 0)
    all &= any;
#pragma GCC unroll 8
  for (uint32_t i = shape.plain; i < any_first; i++)
    all &= ~words_at(at, i, w);
  return all;
}

SPREAD void add_carrying(vector_words a, vector_words b, vector_words c, vector_words *carry,
                         vector_words *sum) {
  const vector_words either = a ^ b;
  *carry = (a & b) | (either & c);
  *sum = either ^ c;
}

#define VALUE(i) value_at(at, w + (size_t)VECTOR_WORDS * (i), shape)

SPREAD void add_three_values(const uint64_t *const *at, size_t w, struct shape shape,
                             vector_words *twos, vector_words *ones) {
  add_carrying(VALUE(0), VALUE(1), VALUE(2), twos, ones);
}

// The parts of sixteen vectors.
SPREAD vector_words sixteen_parts(const uint64_t *const *at, size_t w, struct shape shape) {
  const size_t three = 3 * (size_t)VECTOR_WORDS;
  vector_words ones[4], twos[5], fours[3], eights;
  add_three_values(at, w, shape, &twos[0], &ones[0]);
  add_three_values(at, w + three, shape, &twos[1], &ones[1]);
  add_three_values(at, w + 2 * three, shape, &twos[2], &ones[2]);
  add_carrying(ones[0], ones[1], ones[2], &twos[3], &ones[3]);
  add_carrying(twos[0], twos[1], twos[2], &fours[0], &twos[4]);
  add_three_values(at, w + 3 * three, shape, &twos[0], &ones[0]);
  add_three_values(at, w + 4 * three, shape, &twos[1], &ones[1]);
  add_carrying(ones[3], ones[0], ones[1], &twos[2], &ones[2]);
  add_carrying(twos[4], twos[3], twos[0], &fours[1], &twos[0]);
  add_carrying(twos[0], twos[1], twos[2], &fours[2], &twos[3]);
  add_carrying(fours[0], fours[1], fours[2], &eights, &fours[0]);
  vector_words parts = count_parts(eights);
  parts = parts + parts + count_parts(fours[0]);
  parts = parts + parts + count_parts(twos[3]);
  return parts + parts + count_parts(ones[2]) + count_parts(VALUE(15));
}

/** Rows: `whole` words in whole vectors, and those whose bits are 1 in `last` of one more. */
struct tallied {
  size_t whole;
  bool has_rest;
  vector_words last;
};

KERNEL struct tallied tallied_of(int64_t rows) {
  struct tallied tallied = {.whole = (size_t)rows / 64 / VECTOR_WORDS * VECTOR_WORDS};
  int64_t left = rows - 64 * (int64_t)tallied.whole;
  tallied.has_rest = left > 0;
  for (int w = 0; w < VECTOR_WORDS && left > 0; w++, left -= 64)
    tallied.last[w] = left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
  return tallied;
}

SPREAD vector_words tally_shape(const uint64_t *const *at, const struct tallied *tallied,
                                struct shape shape) {
  vector_words sums = {0}, parts = {0};
  size_t w = 0;
#ifndef COUNTS_WORDS
  const size_t together = (size_t)TOGETHER * VECTOR_WORDS;
  for (; w + together <= tallied->whole; w += together)
    sums += sum_parts(sixteen_parts(at, w, shape));
  if (w == tallied->whole && !tallied->has_rest)
    return sums;
#endif
  for (; w < tallied->whole; w += VECTOR_WORDS)
    parts += count_parts(VALUE(0));
  if (tallied->has_rest)
    parts += count_parts(VALUE(0) & tallied->last);
  return sums + sum_parts(parts);
}
#undef VALUE

// Of operations that have no loop of their own: stored some words at a time, and counted there.
KERNEL vector_words tally_any(const uint64_t *slots, size_t stride, const struct tallied *tallied,
                              const struct seg_mask_op *op, const uint32_t *operands) {
  enum { SOME = TOGETHER * VECTOR_WORDS };
  uint64_t room[SOME] __attribute__((aligned(64)));
  const uint64_t *const at[] = {room};
  vector_words sums = {0};
  for (size_t w = 0; w < tallied->whole || (w == tallied->whole && tallied->has_rest); w += SOME) {
    const size_t left = tallied->whole - w;
    const bool is_last = left < SOME;
    const struct tallied some = {is_last ? left : SOME, is_last && tallied->has_rest,
                                 tallied->last};
    const size_t words = is_last ? left + (some.has_rest ? VECTOR_WORDS : 0) : SOME;
    combine_one(slots + w, stride, words, op, operands, room);
    sums += tally_shape(at, &some, (struct shape){.plain = 1});
  }
  return sums;
}

#define SHAPE_KEY(plain, negated, any, any_negated)                                                \
  ((plain) << 12 | (negated) << 8 | (any) << 4 | (any_negated))
#define TALLY(...)                                                                                 \
  case SHAPE_KEY(__VA_ARGS__): return tally_shape(at, tallied, (struct shape){__VA_ARGS__})
#define TALLY_ORS(...)                                                                             \
  TALLY(__VA_ARGS__, 2, 0);                                                                        \
  TALLY(__VA_ARGS__, 1, 1);                                                                        \
  TALLY(__VA_ARGS__, 0, 2)

SPREAD vector_words tally_one(const uint64_t *slots, size_t stride, const struct tallied *tallied,
                              const struct seg_mask_op *op, const uint32_t *operands) {
  const uint64_t *at[SEG_MASK_OPERANDS_READ];
  // As many as any shape has: what is not one of this operation's is not read.
#pragma GCC unroll 8
  for (uint32_t i = 0; i < SEG_MASK_OPERANDS_READ; i++)
    at[i] = slots + operands[i] * stride;
  if ((op->plain | op->negated | op->any | op->any_negated) > 4)
    return tally_any(slots, stride, tallied, op, operands);
  switch (SHAPE_KEY(op->plain, op->negated, op->any, op->any_negated)) {
    TALLY(1, 0, 0, 0);
#ifdef TALLIES_SHAPES
    TALLY(0, 1, 0, 0);
    TALLY(2, 0, 0, 0);
    TALLY(1, 1, 0, 0);
    TALLY(0, 2, 0, 0);
    TALLY(3, 0, 0, 0);
    TALLY(2, 1, 0, 0);
    TALLY(1, 2, 0, 0);
    TALLY(0, 3, 0, 0);
    TALLY(4, 0, 0, 0);
    TALLY(3, 1, 0, 0);
    TALLY(2, 2, 0, 0);
    TALLY(1, 3, 0, 0);
    TALLY(0, 4, 0, 0);
    TALLY_ORS(0, 0);
    TALLY_ORS(1, 0);
    TALLY_ORS(0, 1);
    TALLY_ORS(2, 0);
    TALLY_ORS(1, 1);
    TALLY_ORS(0, 2);
    TALLY_ORS(3, 0);
    TALLY_ORS(2, 1);
    TALLY_ORS(1, 2);
    TALLY_ORS(0, 3);
#endif
  default: return tally_any(slots, stride, tallied, op, operands);
  }
}
#undef SHAPE_KEY
#undef TALLY
#undef TALLY_ORS

KERNEL void tally(const uint64_t *slots, size_t stride, int64_t rows, const struct seg_mask_op *ops,
                  uint32_t count, const uint32_t *operands, uint64_t *counts) {
  const struct tallied tallied = tallied_of(rows);
  for (uint32_t first = 0; first < count; first += TALLIED_AT_ONCE) {
    const uint32_t some = count - first < TALLIED_AT_ONCE ? count - first : TALLIED_AT_ONCE;
    vector_words sums[TALLIED_AT_ONCE];
    for (uint32_t i = 0; i < some; i++)
      sums[i] =
          tally_one(slots, stride, &tallied, &ops[first + i], operands + ops[first + i].first);
    add_sums(sums, some, counts + first);
  }
}
