// The kernels of one level, in plain loops that the compiler turns into vectors; included once a
// level. KERNEL is `static` with the processor's features. What a level does by hand it defines
// before, as COMPARE_BY_HAND.

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

// NOLINTBEGIN(bugprone-macro-parentheses): types
#define NARROW(name, from, to)                                                                     \
  KERNEL void name(const void *restrict values, int64_t rows, int64_t low, int64_t high,           \
                   int64_t least, void *restrict codes) {                                          \
    const from bottom = (from)low, top = (from)high;                                               \
    const uint64_t shift = (uint64_t)least - (uint64_t)low;                                        \
    for (int64_t w = 0; w < rows; w += 64) {                                                       \
      const from *restrict in = (const from *)values + w;                                          \
      to *restrict out = (to *)codes + w;                                                          \
      for (int i = 0; i < 64; i++) {                                                               \
        from value = in[i] < bottom ? bottom : in[i];                                              \
        value = value > top ? top : value;                                                         \
        out[i] = (to)((uint64_t)value + shift);                                                    \
      }                                                                                            \
    }                                                                                              \
  }
NARROW(narrow_i16_i8, int16_t, int8_t)
NARROW(narrow_i32_i8, int32_t, int8_t)
NARROW(narrow_i32_i16, int32_t, int16_t)
NARROW(narrow_i64_i8, int64_t, int8_t)
NARROW(narrow_i64_i16, int64_t, int16_t)
NARROW(narrow_i64_i32, int64_t, int32_t)
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

#ifndef RANK_BY_HAND
KERNEL void greater_each(const int8_t *values, int64_t rows, const int8_t *constants,
                         uint32_t count, uint64_t *words, size_t stride) {
  for (uint32_t c = 0; c < count; c++)
    greater_i8(values, rows, (union seg_mask_constant){.integer = constants[c]},
               words + c * stride);
}
#endif

typedef uint64_t eight_words __attribute__((vector_size(64), aligned(8), may_alias));

KERNEL void combine(uint64_t *slots, size_t stride, size_t words, const struct seg_mask_op *ops,
                    uint32_t count, const uint32_t *operands) {
  for (uint32_t o = 0; o < count; o++) {
    const struct seg_mask_op *op = &ops[o];
    const uint32_t *plain = operands + op->first, *negated = plain + op->plain;
    uint64_t *out = slots + op->out * stride;
    for (size_t w = 0; w < words; w += 8) {
      eight_words all = ~(eight_words){0};
      for (uint32_t i = 0; i < op->plain; i++)
        all &= *(const eight_words *)(slots + plain[i] * stride + w);
      for (uint32_t i = 0; i < op->negated; i++)
        all &= ~*(const eight_words *)(slots + negated[i] * stride + w);
      *(eight_words *)(out + w) = all;
    }
  }
}

#ifndef COUNT_BY_HAND
KERNEL uint64_t count_bits(const uint64_t *words, size_t count) {
  uint64_t bits = 0;
  for (size_t w = 0; w < count; w++)
    bits += (uint64_t)__builtin_popcountll(words[w]);
  return bits;
}

KERNEL uint64_t claim(const uint64_t *mask, size_t words, uint64_t *unassigned, uint32_t number,
                      uint64_t *slices, size_t stride) {
  uint64_t count = 0;
  for (size_t w = 0; w < words; w++) {
    uint64_t win = mask[w] & unassigned[w];
    if (win == 0)
      continue;
    unassigned[w] ^= win;
    count += (uint64_t)__builtin_popcountll(win);
    for (uint32_t left = slices == NULL ? 0 : number; left != 0; left &= left - 1)
      slices[(size_t)__builtin_ctz(left) * stride + w] |= win;
  }
  return count;
}

KERNEL void expand(const uint64_t *slices, size_t stride, uint32_t count, uint64_t none,
                   uint16_t *codes) {
  for (int i = 0; i < 64; i++)
    codes[i] = (uint16_t)-((none >> i) & 1);
  for (uint32_t b = 0; b < count; b++) {
    uint64_t slice = slices[b * stride];
    for (int i = 0; i < 64; i++)
      codes[i] |= (uint16_t)(((slice >> i) & 1) << b);
  }
}
#endif

const struct seg_mask_kernels KERNELS = {
    .compare =
        {
            [SEG_MASK_I8] = {greater_i8, equal_i8, NULL},
            [SEG_MASK_I16] = {greater_i16, equal_i16, NULL},
            [SEG_MASK_I32] = {greater_i32, equal_i32, NULL},
            [SEG_MASK_I64] = {greater_i64, equal_i64, NULL},
            [SEG_MASK_F64] = {greater_f64, equal_f64, greater_equal_f64},
        },
    .compare_each = greater_each,
    .narrow =
        {
            [SEG_MASK_I16] = {[SEG_MASK_I8] = narrow_i16_i8},
            [SEG_MASK_I32] = {[SEG_MASK_I8] = narrow_i32_i8, [SEG_MASK_I16] = narrow_i32_i16},
            [SEG_MASK_I64] = {[SEG_MASK_I8] = narrow_i64_i8,
                              [SEG_MASK_I16] = narrow_i64_i16,
                              [SEG_MASK_I32] = narrow_i64_i32},
        },
#ifdef RANK_BY_HAND
    .rank = {NULL, rank_i16, rank_i32, rank_i64, rank_f64},
#endif
    .sign = {sign_i8, sign_i16, sign_i32, sign_i64, sign_f64},
    .combine = combine,
    .count = count_bits,
    .claim = claim,
    .expand = expand,
};
