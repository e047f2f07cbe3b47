// Masks that are made in several ways: many comparisons of a column, ranges, texts by their heads.
#include <float.h>
#include <math.h>

#include "runtime/filter/kernel_text.h"
#include "runtime/filter/mask_ranks.h"
#include "tests/unit/compiled_block.h"

static void compare_in_every_way(struct seg_test_block *builder, uint32_t column,
                                 uint32_t constant) {
  for (int comparison = SEG_IS_EQUAL; comparison <= SEG_IS_GREATER_EQUAL; comparison++)
    seg_test_block_mask_root(
        builder,
        seg_test_block_compare(builder, (enum seg_plan_comparison)comparison, column, constant));
}

/** So many comparisons of a column that they are made of bits of its values, or of their ranks. */
static void build_many_comparisons(struct seg_test_block *builder) {
  static const enum seg_width widths[] = {SEG_WIDTH_FULL, SEG_WIDTH_16, SEG_WIDTH_32,
                                          SEG_WIDTH_FULL, SEG_WIDTH_16, SEG_WIDTH_FULL};
  for (int c = 0; c < 3; c++) { // values from -9 to 9, and extremes
    uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_I64, c == 1);
    for (int64_t i = -11; i <= 11; i++)
      compare_in_every_way(builder, column, seg_test_block_integer(builder, SEG_LAYOUT_I64, i));
    for (int i = 0; i < EXTREMES; i++)
      compare_in_every_way(builder, column,
                           seg_test_block_integer(builder, SEG_LAYOUT_I64, extremes[i]));
  }
  for (int c = 0; c < 2; c++) { // values from -9 to 40,000
    uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_I32, c == 1);
    for (int64_t i = -80; i < 40100; i += 134)
      seg_test_block_mask_root(
          builder,
          seg_test_block_compare(builder, (enum seg_plan_comparison)((i & 0xff) % 6), column,
                                 seg_test_block_integer(builder, SEG_LAYOUT_I32, i)));
  }
  uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_F64, true);
  for (int i = -41; i <= 41; i++)
    compare_in_every_way(builder, column, seg_test_block_number(builder, (double)i / 8));
  for (int i = 0; i < NUMBERS; i++)
    compare_in_every_way(builder, column, seg_test_block_number(builder, numbers[i]));
  builder->input_widths = widths;
}

static uint32_t side_of(struct seg_test_block *builder, uint32_t column, bool is_lower,
                        int64_t bound, bool is_included) {
  uint32_t constant = seg_test_block_integer(builder, SEG_LAYOUT_I64, bound);
  if (bound % 2 == 0) // the constant on the left
    return seg_test_block_compare(builder,
                                  is_lower      ? is_included ? SEG_IS_LESS_EQUAL : SEG_IS_LESS
                                  : is_included ? SEG_IS_GREATER_EQUAL
                                                : SEG_IS_GREATER,
                                  constant, column);
  return seg_test_block_compare(builder,
                                is_lower      ? is_included ? SEG_IS_GREATER_EQUAL : SEG_IS_GREATER
                                : is_included ? SEG_IS_LESS_EQUAL
                                              : SEG_IS_LESS,
                                column, constant);
}

/** Both ends of ranges, of columns with many and with few of them; some are empty, some hold all.
 */
static void build_ranges(struct seg_test_block *builder) {
  static const enum seg_width widths[] = {
      SEG_WIDTH_8,  SEG_WIDTH_16, SEG_WIDTH_32, SEG_WIDTH_FULL, SEG_WIDTH_FULL,
      SEG_WIDTH_32, SEG_WIDTH_8,  SEG_WIDTH_16, SEG_WIDTH_32,   SEG_WIDTH_FULL};
  for (int c = 0; c < 10; c++) {
    uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_I64, c % 2 == 0);
    for (int64_t low = -12; low <= 12; low += c < 5 ? 1 : 8)
      for (int64_t high = low - 1; high <= 12; high += 3) {
        bool first = (low + high) % 3 == 0, second = (low - high) % 5 == 0;
        uint32_t at_least = side_of(builder, column, true, low, first);
        uint32_t at_most = side_of(builder, column, false, high, second);
        seg_test_block_mask_root(builder,
                                 seg_test_block_operation(builder, SEG_OP_AND, SEG_LAYOUT_BIT,
                                                          second ? at_most : at_least,
                                                          second ? at_least : at_most));
      }
    for (int i = 0; c < 4 && i < EDGES; i++) { // beyond what the column can hold, too
      uint32_t at_least = side_of(builder, column, true, edges[i], false);
      for (int j = i; j < EDGES; j += 2) {
        uint32_t at_most = side_of(builder, column, false, edges[j], true);
        seg_test_block_mask_root(
            builder,
            seg_test_block_operation(builder, SEG_OP_AND, SEG_LAYOUT_BIT, at_least, at_most));
      }
    }
    for (int i = 0; c % 5 == 4 && i < EDGES; i++) {
      uint32_t at_least = side_of(builder, column, true, edges[i], true);
      uint32_t at_most = side_of(builder, column, false, edges[EDGES - 1 - i], true);
      seg_test_block_mask_root(
          builder,
          seg_test_block_operation(builder, SEG_OP_AND, SEG_LAYOUT_BIT, at_least, at_most));
    }
  }
  builder->input_widths = widths;
}

static void ranges_of_a_column(void **state) {
  (void)state;
  try_everywhere(build_ranges, 11);
}

static void many_comparisons_of_a_column(void **state) {
  (void)state;
  try_everywhere(build_many_comparisons, 10);
}

// Texts

static void test_text(struct seg_test_block *builder, uint32_t column, enum seg_plan_text_test test,
                      struct seg_str part) {
  struct seg_plan_constant text = {.text = part};
  seg_test_block_mask_root(builder,
                           seg_test_block_step(builder, (struct seg_step){.op = SEG_OP_TEXT_TEST,
                                                                          .layout = SEG_LAYOUT_BIT,
                                                                          .operands = {column},
                                                                          .text_test = test,
                                                                          .list_count = 1,
                                                                          .list = &text}));
}

static void starts_with(struct seg_test_block *builder, uint32_t column, struct seg_str beginning) {
  test_text(builder, column, SEG_TEXT_STARTS, beginning);
}

/** Comparisons and beginnings, short and long, of a column of texts; alone and many of them. */
static void build_texts(struct seg_test_block *builder) {
  for (int c = 0; c < 2; c++) {
    uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_TEXT, c == 1);
    for (int i = 0; i < (c == 0 ? TEXTS : 3); i++) {
      compare_in_every_way(builder, column, seg_test_block_text(builder, texts[i]));
      starts_with(builder, column, seg_str_view(texts[i]));
    }
  }
}

/** Codes of every width, some of rows that are unknown; conditions enough for several numbers. */
static void build_codes(struct seg_test_block *builder) {
  static const enum seg_width widths[] = {SEG_WIDTH_8,  SEG_WIDTH_16, SEG_WIDTH_32,
                                          SEG_WIDTH_16, SEG_WIDTH_8,  SEG_WIDTH_FULL};
  for (int c = 0; c < 6; c++) {
    uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_TEXT, c % 2 == 0);
    for (int i = 0; i < (c < 4 ? TEXTS : 1); i++) {
      compare_in_every_way(builder, column, seg_test_block_text(builder, texts[i]));
      for (int test = SEG_TEXT_STARTS; test <= SEG_TEXT_CONTAINS; test++)
        test_text(builder, column, (enum seg_plan_text_test)test, seg_str_view(texts[i]));
    }
    struct seg_plan_constant some[TEXTS];
    for (int i = 0; i < TEXTS; i++)
      some[i] = (struct seg_plan_constant){.text = seg_str_view(texts[i])};
    for (uint32_t i = 1; i < TEXTS; i += 3)
      seg_test_block_mask_root(
          builder, seg_test_block_step(builder, (struct seg_step){.op = SEG_OP_IN_LIST,
                                                                  .layout = SEG_LAYOUT_BIT,
                                                                  .operands = {column},
                                                                  .list_count = i,
                                                                  .list = some}));
    if (c % 2 == 0)
      seg_test_block_mask_root(
          builder, seg_test_block_operation(builder, SEG_OP_IS_KNOWN, SEG_LAYOUT_BIT, column, 0));
  }
  builder->input_widths = widths;
}

static void codes_have_the_answers_of_their_texts(void **state) {
  (void)state;
  try_everywhere(build_codes, 15);
}

/** No text begins with a zero byte that it does not have. */
static void build_zero_bytes(struct seg_test_block *builder) {
  static const struct seg_str beginnings[] = {{"", 1}, {"a", 2}, {"a\0\0", 3}};
  uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_TEXT, false);
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
    starts_with(builder, column, beginnings[i]);
}

static void zero_bytes_are_looked_for(void **state) {
  (void)state;
  try_everywhere(build_zero_bytes, 14);
}

static void texts_by_their_heads(void **state) {
  (void)state;
  try_everywhere(build_texts, 12);
}

/** Random texts of few letters, the lowest and the highest byte among them. */
static struct seg_str random_text(struct seg_random *random, char bytes[10]) {
  static const char letters[] = {0, 'a', (char)0xff};
  size_t size = seg_random_below(random, 10);
  for (size_t i = 0; i < size; i++)
    bytes[i] = letters[seg_random_below(random, 3)];
  return (struct seg_str){bytes, size};
}

static int sign_of(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

static void heads_have_the_order_of_texts(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 13);
  for (int i = 0; i < 200000; i++) {
    char some[10], other[10];
    struct seg_str a = random_text(&random, some), b = random_text(&random, other);
    if (a.size > SEG_TEXT_HEAD_BYTES && b.size > SEG_TEXT_HEAD_BYTES)
      continue;
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = memcmp(some, other, shorter);
    order = order != 0 ? sign_of(order, 0) : sign_of((int64_t)a.size, (int64_t)b.size);
    assert_int_equal(sign_of(seg_kernel_text_head(a), seg_kernel_text_head(b)), order);
  }
}

// Ranks

enum { RANKED = 64 * 8 };

/** Integers that crowd around some floats, and the ends of their range. */
static int64_t crowded_integer(struct seg_random *random) {
  int64_t power = INT64_C(1) << seg_random_below(random, 63);
  int64_t near = (int64_t)((uint64_t)power + seg_random_below(random, 5) - 2);
  switch (seg_random_below(random, 8)) {
  case 0: return INT64_MAX - (int64_t)seg_random_below(random, 3);
  case 1: return INT64_MIN + (int64_t)seg_random_below(random, 3);
  default: return seg_random_below(random, 2) == 0 ? near : -near;
  }
}

/** The same of doubles: neighbours of floats, neither too large nor too small for one, and not. */
static double crowded_number(struct seg_random *random) {
  static const double around[] = {0.0,     -0.0,    1.0,       4.5,        80.0,     0x1.fffffep127,
                                  0x1p128, 1e300,   DBL_MAX,   INFINITY,   0x1p-149, 0x1p-150,
                                  0.1,     DBL_MIN, 0x1p-1074, 1234567.125};
  double number = around[seg_random_below(random, sizeof around / sizeof *around)];
  for (uint64_t step = seg_random_below(random, 4); step-- > 0;)
    number = nextafter(number, seg_random_below(random, 2) == 0 ? 0.0 : INFINITY);
  return seg_random_below(random, 2) == 0 ? number : -number;
}

static void check_ranks(struct seg_random *random, bool are_doubles, uint32_t threshold_count) {
  int64_t values[RANKED], orders[RANKED];
  struct seg_mask_thresholds thresholds = {.count = 0};
  for (uint32_t i = 0; i < threshold_count; i++)
    assert_true(seg_mask_thresholds_add(&thresholds, are_doubles
                                                         ? seg_number_order(crowded_number(random))
                                                         : crowded_integer(random)));
  seg_mask_thresholds_finish(&thresholds);
  for (int i = 0; i < RANKED; i++) {
    double number = crowded_number(random);
    values[i] = orders[i] = crowded_integer(random);
    if (are_doubles) {
      memcpy(&values[i], &number, sizeof number);
      orders[i] = seg_number_order(number);
    }
  }
  const struct seg_mask_kernels *kernels = seg_mask_kernels(SEG_VECTOR_AVX512);
  seg_mask_rank *rank = kernels->rank[are_doubles ? SEG_MASK_F64 : SEG_MASK_I64];
  if (rank == NULL)
    return;
  int8_t ranks[RANKED];
  union seg_mask_ranking ranking;
  seg_mask_tree_build(&ranking.tree, &thresholds, are_doubles);
  rank(values, RANKED, &ranking, ranks);
  for (int i = 0; i < RANKED; i++) {
    int exceeded = 0;
    for (uint32_t t = 0; t < thresholds.count; t++)
      exceeded += orders[i] > thresholds.items[t];
    assert_int_equal(ranks[i] + 128, exceeded);
  }
}

static void ranks_of_values_that_share_floats(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 15);
  for (int i = 0; i < 300; i++)
    check_ranks(&random, i % 2 == 0, 1 + (uint32_t)seg_random_below(&random, SEG_MASK_RANK_MOST));
}

static int64_t greatest_of(size_t bytes) {
  return bytes == 2 ? INT16_MAX : INT32_MAX;
}

/** Integers that need so many bits, and no more than so many bytes. */
static int64_t crowded_narrow(struct seg_random *random, size_t bytes, int bits) {
  int64_t number = 1000 + (int64_t)seg_random_below(random, UINT64_C(1) << bits);
  return number < greatest_of(bytes) ? number : greatest_of(bytes);
}

static void check_bins(const struct seg_mask_kernels *kernels, struct seg_random *random,
                       size_t bytes, int bits, uint32_t threshold_count) {
  int64_t values[RANKED], greatest = greatest_of(bytes);
  int32_t wide[RANKED];
  int16_t narrow[RANKED];
  struct seg_mask_thresholds thresholds = {.count = 0};
  for (uint32_t i = 0; i < threshold_count; i++)
    assert_true(seg_mask_thresholds_add(&thresholds, crowded_narrow(random, bytes, bits)));
  seg_mask_thresholds_finish(&thresholds);
  for (int i = 0; i < RANKED; i++) {
    values[i] = i % 9 == 0   ? greatest
                : i % 9 == 1 ? -greatest - 1
                             : crowded_narrow(random, bytes, bits);
    wide[i] = (int32_t)values[i];
    narrow[i] = (int16_t)values[i];
  }
  union seg_mask_ranking ranking;
  seg_mask_rank *rank = kernels->rank[bytes == 2 ? SEG_MASK_I16 : SEG_MASK_I32];
  uint32_t steps;
  if (rank == NULL ||
      !seg_mask_bins_build(&ranking, kernels, &thresholds, -greatest - 1, greatest, &steps))
    return;
  int16_t ranks[RANKED];
  rank(bytes == 2 ? (const void *)narrow : wide, RANKED, &ranking, ranks);
  for (int i = 0; i < RANKED; i++) {
    bool is_byte = thresholds.count <= SEG_MASK_RANK_MOST;
    int found = is_byte ? ((const int8_t *)ranks)[i] + 128 : ranks[i], exceeded = 0;
    for (uint32_t t = 0; t < thresholds.count; t++)
      exceeded += values[i] > thresholds.items[t];
    assert_int_equal(found, exceeded);
  }
}

static void ranks_by_bins(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 16);
  for (int level = SEG_VECTOR_BASELINE; level <= (int)seg_mask_best_level(); level++)
    for (int i = 0; i < 300; i++)
      check_bins(seg_mask_kernels((enum seg_vector_level)level), &random, i % 2 == 0 ? 2 : 4,
                 1 + i % 23, 1 + (uint32_t)seg_random_below(&random, i % 3 == 0 ? 600 : 200));
}

enum { TOGETHER = 640 };

static int64_t value_at(const void *values, int bytes, int i) {
  return bytes == 1   ? ((const int8_t *)values)[i]
         : bytes == 2 ? ((const int16_t *)values)[i]
                      : ((const int32_t *)values)[i];
}

/** Some comparisons of a column in one pass, with constants at the ends of its type, too. */
static void check_together(const struct seg_mask_kernels *kernels, struct seg_random *random,
                           enum seg_mask_type type, uint32_t singles, uint32_t count) {
  const int bytes = 1 << type;
  const int64_t most = INT64_MAX >> (64 - 8 * bytes), least = -most - 1;
  _Alignas(64) uint64_t values[TOGETHER / 2];
  uint64_t words[SEG_MASK_TOGETHER][TOGETHER / 64];
  struct seg_mask_range ranges[SEG_MASK_TOGETHER];
  for (int i = 0; i < TOGETHER / 2; i++) // whatever these bits are as numbers of the type
    values[i] = seg_random_next(random);
  for (uint32_t r = 0; r < count; r++) {
    const int64_t a = seg_random_chance(random, 20)   ? least
                      : seg_random_chance(random, 50) ? value_at(values, bytes, (int)r * 9)
                                                      : seg_random_between(random, least, most);
    const int64_t b = seg_random_chance(random, 20)   ? most
                      : seg_random_chance(random, 50) ? a
                                                      : seg_random_between(random, least, most);
    ranges[r] = (struct seg_mask_range){a < b ? a : b, a < b ? b : a, words[r]};
  }
  kernels->together[type](values, TOGETHER, ranges, singles, count, values);
  for (uint32_t r = 0; r < count; r++)
    for (int i = 0; i < TOGETHER; i++) {
      const int64_t value = value_at(values, bytes, i);
      const bool holds =
          r < singles ? value > ranges[r].low : value >= ranges[r].low && value <= ranges[r].high;
      assert_int_equal(words[r][i / 64] >> (i % 64) & 1, holds);
    }
}

static void comparisons_in_one_pass(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 21);
  for (int level = SEG_VECTOR_BASELINE; level <= (int)seg_mask_best_level(); level++) {
    const struct seg_mask_kernels *kernels = seg_mask_kernels((enum seg_vector_level)level);
    for (int type = SEG_MASK_I8; type < SEG_MASK_I64 && kernels->together[type] != NULL; type++)
      for (uint32_t count = 1; count <= SEG_MASK_TOGETHER; count++)
        for (uint32_t singles = 0; singles <= count; singles++)
          check_together(kernels, &random, (enum seg_mask_type)type, singles, count);
  }
}

/** As many comparisons of a column as are made one by one, in one pass and in several, beside
 * others of which the type decides. */
static void build_some_comparisons(struct seg_test_block *builder) {
  static const enum seg_width widths[] = {SEG_WIDTH_8,  SEG_WIDTH_16, SEG_WIDTH_32,
                                          SEG_WIDTH_16, SEG_WIDTH_32, SEG_WIDTH_8};
  for (int c = 0; c < 6; c++) {
    const uint32_t column = seg_test_block_input(builder, SEG_LAYOUT_I64, c % 2 == 1);
    for (int i = 0; i <= c; i++)
      seg_test_block_mask_root(
          builder, seg_test_block_compare(builder, (enum seg_plan_comparison)((i + c) % 6), column,
                                          seg_test_block_integer(builder, SEG_LAYOUT_I64, 3 - i)));
    seg_test_block_mask_root(
        builder,
        seg_test_block_compare(builder, SEG_IS_LESS, column,
                               seg_test_block_integer(builder, SEG_LAYOUT_I64, INT64_MAX)));
  }
  builder->input_widths = widths;
}

static void some_comparisons_of_a_column(void **state) {
  (void)state;
  try_everywhere(build_some_comparisons, 10);
}

enum { NARROWED = 640 };

static __int128 clamped(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

/** Values around a range, some of them as far away as they can be, against the definition. */
static void check_narrow(struct seg_random *random, enum seg_mask_type to, int64_t low,
                         uint64_t width) {
  const int64_t high =
      width > (uint64_t)INT64_MAX - (uint64_t)low ? INT64_MAX : (int64_t)((uint64_t)low + width);
  const int64_t least = to == SEG_MASK_I8 ? INT8_MIN : to == SEG_MASK_I16 ? INT16_MIN : INT32_MIN;
  int64_t values[NARROWED];
  for (int i = 0; i < NARROWED; i++) {
    const uint64_t near = (uint64_t)low + seg_random_next(random) % (2 * width + 1) - width / 2;
    const uint64_t mirrored = (uint64_t)low + (UINT64_C(1) << 63) + seg_random_below(random, 9) - 4;
    values[i] = (int64_t)near;
    if (i >= 256 && seg_random_chance(random, 10))
      values[i] = seg_random_chance(random, 50) ? edges[seg_random_below(random, EDGES)]
                                                : (int64_t)mirrored;
  }
  for (int level = SEG_VECTOR_BASELINE; level <= (int)seg_mask_best_level(); level++) {
    const struct seg_mask_kernels *kernels = seg_mask_kernels((enum seg_vector_level)level);
    int32_t codes[NARROWED];
    kernels->narrow[SEG_MASK_I64][to](values, NARROWED, low, high, least, codes);
    for (int i = 0; i < NARROWED; i++) {
      int64_t code = to == SEG_MASK_I8    ? ((const int8_t *)codes)[i]
                     : to == SEG_MASK_I16 ? ((const int16_t *)codes)[i]
                                          : codes[i];
      assert_true(code == (int64_t)(clamped(values[i], low, high) - low + least));
    }
  }
}

static void values_made_narrow(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 17);
  for (int i = 0; i < 600; i++) {
    const enum seg_mask_type to = (enum seg_mask_type)(i % 3);
    const uint64_t most = to == SEG_MASK_I8    ? UINT8_MAX
                          : to == SEG_MASK_I16 ? UINT16_MAX
                                               : UINT32_MAX;
    const uint64_t width = i % 4 == 0 ? most : 1 + seg_random_next(&random) % most;
    const int64_t around = i % 5 == 0 ? (int64_t)seg_random_below(&random, 100000) : 0;
    check_narrow(&random, to, i % 7 == 0 ? edges[i % EDGES] : around - (int64_t)(width / 2), width);
  }
}

static void check_halves(const int64_t *numerators, const int64_t *denominators, int64_t rows) {
  int64_t found[NARROWED], found_of_narrow[NARROWED];
  int32_t narrow[NARROWED], narrow_by[NARROWED];
  for (int64_t i = 0; i < rows; i++) {
    narrow[i] = (int32_t)numerators[i];
    narrow_by[i] = (int32_t)denominators[i];
  }
  for (int level = SEG_VECTOR_BASELINE; level <= (int)seg_mask_best_level(); level++) {
    const struct seg_mask_kernels *kernels = seg_mask_kernels((enum seg_vector_level)level);
    kernels->halves(numerators, denominators, rows, found);
    kernels->halves_i32(narrow, narrow_by, rows, found_of_narrow);
    for (int64_t i = 0; i < rows; i++) {
      const __int128 a = numerators[i], b = denominators[i] > 0 ? denominators[i] : 1;
      const __int128 whole = a / b - (a % b < 0); // floor
      const __int128 halves = 2 * whole + (a % b != 0);
      const __int128 end = halves < INT64_MIN ? INT64_MIN : halves > INT64_MAX ? INT64_MAX : halves;
      assert_true(found[i] == (denominators[i] > 0 ? (int64_t)end : 0));
      if (narrow[i] == numerators[i] && narrow_by[i] == denominators[i])
        assert_true(found_of_narrow[i] == found[i]);
    }
  }
}

/** Every small fraction, and those beside whole numbers and beside the ends of doubles. */
static void fractions_by_halves(void **state) {
  (void)state;
  int64_t numerators[NARROWED], denominators[NARROWED];
  for (int64_t above = -320; above < 320; above++) {
    for (int64_t i = 0; i < NARROWED; i++) {
      numerators[i] = above;
      denominators[i] = i - 8;
    }
    check_halves(numerators, denominators, NARROWED);
  }
  struct seg_random random;
  seg_random_init(&random, 18);
  for (int round = 0; round < 1000; round++) {
    const int bits = 1 + (int)seg_random_below(&random, round % 3 == 0   ? 63
                                                        : round % 3 == 1 ? 51
                                                                         : 31);
    for (int i = 0; i < NARROWED; i++) {
      const int64_t least = (int64_t)(seg_random_next(&random) >> (64 - bits));
      const int64_t by = 1 + (int64_t)(seg_random_next(&random) >>
                                       (round % 3 == 2 ? 33 + seg_random_below(&random, 30)
                                                       : seg_random_below(&random, 64)) >>
                                       1);
      const int64_t near = least / by * by + (int64_t)seg_random_below(&random, 3) - 1;
      numerators[i] = seg_random_chance(&random, 50) ? near : -near;
      denominators[i] = by < 0 ? 0 : by;
      if (round % 7 == 0 && seg_random_chance(&random, 5))
        numerators[i] = edges[seg_random_below(&random, EDGES)];
      if (round % 11 == 0 && seg_random_chance(&random, 5))
        denominators[i] = edges[seg_random_below(&random, EDGES)];
    }
    check_halves(numerators, denominators, NARROWED);
  }
}

// Against a plain loop, with numbers that are wanted twice and at the ends of 16 bits.
static void any_of_some_numbers(void **state) {
  (void)state;
  enum { ROWS = 320 };
  static const int16_t wanted[] = {7, INT16_MIN, -1, 7, INT16_MAX, 0, 256, 255};
  static const int16_t others[] = {8, INT16_MIN + 1, 1, INT16_MAX - 1, -256};
  struct seg_random random;
  seg_random_init(&random, 20261124);
  int16_t values[ROWS];
  for (int i = 0; i < ROWS; i++)
    values[i] = seg_random_chance(&random, 30) ? wanted[seg_random_below(&random, 8)]
                                               : others[seg_random_below(&random, 5)];
  for (int level = SEG_VECTOR_BASELINE; level <= (int)seg_mask_best_level(); level++) {
    const struct seg_mask_kernels *kernels = seg_mask_kernels((enum seg_vector_level)level);
    for (uint32_t count = 0; kernels->any_i16 != NULL && count <= 8; count++) {
      uint64_t words[ROWS / 64];
      kernels->any_i16(values, ROWS, wanted, count, words);
      for (int i = 0; i < ROWS; i++) {
        bool expected = false;
        for (uint32_t w = 0; w < count; w++)
          expected = expected || values[i] == wanted[w];
        assert_int_equal(words[i / 64] >> (i % 64) & 1, expected);
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_comparisons_of_a_column),
      cmocka_unit_test(ranges_of_a_column),
      cmocka_unit_test(any_of_some_numbers),
      cmocka_unit_test(comparisons_in_one_pass),
      cmocka_unit_test(some_comparisons_of_a_column),
      cmocka_unit_test(values_made_narrow),
      cmocka_unit_test(fractions_by_halves),
      cmocka_unit_test(texts_by_their_heads),
      cmocka_unit_test(zero_bytes_are_looked_for),
      cmocka_unit_test(heads_have_the_order_of_texts),
      cmocka_unit_test(codes_have_the_answers_of_their_texts),
      cmocka_unit_test(ranks_of_values_that_share_floats),
      cmocka_unit_test(ranks_by_bins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
