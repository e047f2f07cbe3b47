// Where the rows of customers lie in a stored event: the most that neighbours have, against the
// same counted lot by lot, and the pieces of all parts, against asking each part for each customer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runtime/run/stored_stretches.h"
#include "tests/support/random.h"

enum { CUSTOMERS = 5000 };

/** Which customers have rows in a part. */
enum spread { ALL, EVEN, FIRST, LAST, NOBODY, SPREADS };

struct made {
  uint64_t offsets[CUSTOMERS + 1];
  uint32_t numbers[CUSTOMERS];
};

static bool has_rows(struct seg_random *random, enum spread spread, uint32_t customer) {
  switch (spread) {
  case ALL: return true;
  case EVEN: return seg_random_below(random, 7) == 0;
  case FIRST: return customer < 300;
  case LAST: return customer >= CUSTOMERS - 40;
  case NOBODY:
  case SPREADS: break;
  }
  return false;
}

static struct seg_store_part make_part(struct seg_random *random, enum spread spread,
                                       struct made *made) {
  uint64_t count = 0;
  made->offsets[0] = 0;
  for (uint32_t c = 0; c < CUSTOMERS; c++) {
    if (!has_rows(random, spread, c))
      continue;
    made->numbers[count] = c;
    made->offsets[count + 1] = made->offsets[count] + 1 + seg_random_below(random, 5);
    count++;
  }
  struct seg_store_part part = {.rows = made->offsets[count]};
  part.offsets = (struct seg_store_array){
      .generation = 1, .count = count + 1, .data = (const unsigned char *)made->offsets};
  if (spread != ALL)
    part.numbers = (struct seg_store_array){
        .generation = 1, .count = count, .data = (const unsigned char *)made->numbers};
  return part;
}

// As it is told: lot by lot, with the numbers of each looked for on their own.
static uint64_t most_of_lots(struct seg_store_entity *entity, uint64_t customers, uint64_t lot) {
  struct seg_stored_view view = {.from = {.entity = entity}};
  uint64_t most = 0;
  for (uint64_t first = 0; first < customers; first += lot) {
    uint64_t left = customers - first;
    uint64_t rows = seg_stored_rows_count(&view, first, left < lot ? left : lot);
    most = rows > most ? rows : most;
  }
  return most;
}

static void parts_of_all_spreads(void **unused) {
  (void)unused;
  static struct made made[SPREADS];
  static const uint64_t lots[] = {1, 2, 64, 100, 1000, 4999, 5000, 5001, 100000};
  static const uint64_t customers[] = {0, 1, 63, 4000, CUSTOMERS, CUSTOMERS + 1000};
  struct seg_random random = {.state = 1};
  struct seg_store_part parts[SPREADS];
  for (int s = 0; s < SPREADS; s++)
    parts[s] = make_part(&random, (enum spread)s, &made[s]);
  for (uint32_t only = 0; only <= SPREADS; only++) {
    struct seg_store_entity entity = {.part_count = only < SPREADS ? 1 : SPREADS,
                                      .parts = only < SPREADS ? &parts[only] : parts};
    for (size_t l = 0; l < sizeof lots / sizeof *lots; l++)
      for (size_t c = 0; c < sizeof customers / sizeof *customers; c++) {
        uint64_t most;
        struct seg_error error;
        assert_int_equal(seg_stored_rows_most(&entity, customers[c], lots[l], &most, &error),
                         SEG_OK);
        assert_int_equal(most, most_of_lots(&entity, customers[c], lots[l]));
      }
  }
}

// Customer `c` has exactly these pieces next: of one part after the other, where it has rows.
static void expect_pieces(const struct seg_store_entity *entity, uint64_t customer,
                          const struct seg_stored_stretches *found, size_t *at, uint64_t *rows) {
  for (uint32_t p = 0; p < entity->part_count; p++) {
    const struct seg_store_part *part = &entity->parts[p];
    uint64_t first;
    uint64_t count = seg_stored_rows_at(part, customer, seg_stored_place(part, customer), &first);
    if (count == 0)
      continue;
    assert_true(*at < found->list.count);
    assert_int_equal(found->list.items[*at].part, p);
    assert_int_equal(found->list.items[*at].first, first);
    assert_int_equal(found->list.items[(*at)++].count, count);
    *rows += count;
  }
}

// From a customer on that is not the first, some thousand or as many as have `most` rows.
static void pieces_of_all_parts(void **unused) {
  (void)unused;
  static struct made made[SPREADS];
  static uint64_t offsets[CUSTOMERS + 1001];
  static const uint64_t limits[] = {1, 500, 5000, UINT64_MAX};
  struct seg_random random = {.state = 2};
  struct seg_store_part parts[SPREADS];
  for (int s = 0; s < SPREADS; s++)
    parts[s] = make_part(&random, (enum spread)s, &made[s]);
  struct seg_store_entity entity = {.part_count = SPREADS, .parts = parts};
  struct seg_stored_view view = {.from = {.entity = &entity}};
  struct seg_stored_stretches found = {0};
  struct seg_error error;
  assert_int_equal(seg_stored_stretches_init(&found, &view, INT32_MIN, &error), SEG_OK);
  for (size_t l = 0; l < sizeof limits / sizeof *limits; l++)
    for (uint64_t first = 17; first < CUSTOMERS + 1000;) {
      uint32_t asked = (uint32_t)(CUSTOMERS + 1000 - first), taken;
      assert_int_equal(
          seg_stored_stretches_find(&found, first, asked, limits[l], offsets, &taken, &error),
          SEG_OK);
      size_t at = 0;
      uint64_t rows = 0;
      for (uint32_t c = 0; c < taken; c++) {
        assert_true(c % 64 != 0 || rows < limits[l]);
        assert_int_equal(offsets[c], rows);
        expect_pieces(&entity, first + c, &found, &at, &rows);
      }
      assert_int_equal(offsets[taken], rows);
      assert_int_equal(at, found.list.count);
      assert_true(taken == asked || (taken > 0 && taken % 64 == 0 && rows >= limits[l]));
      first += taken;
    }
  seg_stored_stretches_deinit(&found);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_of_all_spreads),
      cmocka_unit_test(pieces_of_all_parts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
