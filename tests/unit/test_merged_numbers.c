// The numbers of parts that become one, against asking each part for each number: parts that list
// their numbers and one with offsets of all, gaps larger than a window, days that rise and fall.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runtime/prepare/merged_numbers.h"
#include "tests/support/random.h"

enum { NUMBERS = 60000, MOST = 3 * NUMBERS };

/** Which numbers have rows in a part. */
enum spread { ALL, EVEN, FEW, ENDS, SPREADS };

struct made {
  uint64_t offsets[NUMBERS + 1];
  uint32_t numbers[NUMBERS];
  int32_t days[MOST];
  uint32_t rows[NUMBERS]; // of each number
};

static bool has_rows(struct seg_random *random, enum spread spread, uint32_t number) {
  switch (spread) {
  case ALL: return true;
  case EVEN: return seg_random_below(random, 7) == 0;
  case FEW: return seg_random_below(random, 5000) == 0;
  case ENDS: return number < 300 || number >= NUMBERS - 40;
  case SPREADS: break;
  }
  return false;
}

// Its rows are all of one day.
static struct seg_store_part make_part(struct seg_random *random, enum spread spread, int32_t day,
                                       struct made *made) {
  uint64_t count = 0, rows = 0;
  for (uint32_t n = 0; n < NUMBERS; n++) {
    made->rows[n] = 0;
    if (!has_rows(random, spread, n))
      continue;
    made->rows[n] = spread == ALL ? seg_random_below(random, 3) : 1 + seg_random_below(random, 2);
    made->numbers[count] = n;
    made->offsets[count++] = rows;
    for (uint32_t i = 0; i < made->rows[n]; i++)
      made->days[rows++] = day;
  }
  made->offsets[count] = rows;
  struct seg_store_part part = {.rows = rows};
  part.offsets = (struct seg_store_array){.generation = 1,
                                          .type = SEG_STORE_U64,
                                          .count = count + 1,
                                          .data = (const unsigned char *)made->offsets};
  part.days = (struct seg_store_array){.generation = 1,
                                       .type = SEG_STORE_I32,
                                       .count = rows,
                                       .data = (const unsigned char *)made->days};
  if (spread != ALL)
    part.numbers = (struct seg_store_array){.generation = 1,
                                            .type = SEG_STORE_U32,
                                            .count = count,
                                            .data = (const unsigned char *)made->numbers};
  return part;
}

// From the second part on: that one is never looked at.
static void expect_walk(const struct seg_store_entity *entity, const struct made *made,
                        uint32_t first_part, bool days_rise) {
  struct seg_merged_numbers walk;
  assert_true(seg_merged_numbers_begin(&walk, entity, first_part, entity->part_count, true));
  uint64_t number = 0;
  uint32_t part = first_part;
  while (seg_merged_numbers_next(&walk))
    for (size_t i = 0; i < walk.count; i++) {
      const struct seg_merged_number *got = &walk.sorted[i];
      // Numbers without rows are listed by the part that has offsets of all.
      while (made[part].rows[number] == 0 &&
             (part > ALL || got->part != part || walk.first + got->at != number)) {
        part++;
        if (part == entity->part_count) {
          part = first_part;
          number++;
        }
        assert_true(number < NUMBERS);
      }
      assert_int_equal(walk.first + got->at, number);
      assert_int_equal(got->part, part);
      assert_int_equal(got->rows, made[part].rows[number]);
      if (++part == entity->part_count) {
        part = first_part;
        number++;
      }
    }
  for (; number < NUMBERS; number++, part = first_part)
    for (; part < entity->part_count; part++)
      assert_int_equal(made[part].rows[number], 0);
  assert_int_equal(walk.rise, days_rise);
  seg_merged_numbers_end(&walk);
}

static void parts_of_all_spreads(void **unused) {
  (void)unused;
  struct made *made = calloc(SPREADS, sizeof *made);
  struct seg_store_part parts[SPREADS];
  struct seg_store_entity entity = {.part_count = SPREADS, .parts = parts};
  struct seg_random random = {.state = 3};
  assert_non_null(made);
  for (int falls = 0; falls < 2; falls++) {
    for (int s = 0; s < SPREADS; s++) // the last part has the first number, as the first one may
      parts[s] = make_part(&random, (enum spread)s, falls && s == ENDS ? -1 : s, &made[s]);
    expect_walk(&entity, made, ALL, !falls);
    expect_walk(&entity, made, EVEN, !falls);
    expect_walk(&entity, made, ENDS, true);
  }
  free(made);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(parts_of_all_spreads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
