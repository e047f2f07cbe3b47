// compiler/verdicts/assigner: answers about random clauses, beside trying out all values.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compiler/verdicts/assigner.h"
#include "runtime/base/hash.h"

enum { MOST_CLAUSES = 100, LONGEST = 4, ROUNDS = 4000 };

struct clause {
  uint32_t count;
  seg_sign signs[LONGEST];
};

struct problem {
  uint64_t drawn;
  uint32_t variables, count;
  struct clause clauses[MOST_CLAUSES];
  struct seg_assigner assigner;
};

static uint32_t draw(struct problem *problem, uint32_t limit) {
  return (uint32_t)(seg_hash_u64(problem->drawn++) >> 20) % limit;
}

static void begin(struct problem *problem) {
  problem->count = 0;
  problem->variables = 3 + draw(problem, 9);
  seg_assigner_init(&problem->assigner);
  for (uint32_t v = 0; v < problem->variables; v++) {
    assert_int_equal(seg_assigner_add_variable(&problem->assigner), v);
    seg_assigner_decide(&problem->assigner, v);
  }
}

static void add(struct problem *problem, struct clause clause) {
  problem->clauses[problem->count++] = clause;
  seg_assigner_add(&problem->assigner, clause.signs, clause.count);
}

static void add_some(struct problem *problem) {
  for (uint32_t i = draw(problem, 2 * problem->variables); i > 0 && problem->count < 80; i--) {
    struct clause clause = {.count = draw(problem, 12) == 0 ? 1 : 2 + draw(problem, 3)};
    for (uint32_t s = 0; s < clause.count; s++)
      clause.signs[s] = draw(problem, 2 * problem->variables);
    add(problem, clause);
  }
}

static bool holds(uint32_t values, seg_sign sign) {
  return (values >> (sign / 2) & 1) != sign % 2;
}

/** Do any values keep all clauses and these signs? */
static bool is_possible(const struct problem *problem, const seg_sign *signs, size_t count) {
  for (uint32_t values = 0; values < 1u << problem->variables; values++) {
    bool all = true;
    for (size_t i = 0; i < count; i++)
      all = all && holds(values, signs[i]);
    for (uint32_t c = 0; c < problem->count && all; c++) {
      const struct clause *clause = &problem->clauses[c];
      bool any = false;
      for (uint32_t s = 0; s < clause->count; s++)
        any = any || holds(values, clause->signs[s]);
      all = any;
    }
    if (all)
      return true;
  }
  return false;
}

static void check(struct problem *problem, enum seg_assigned assigned, const seg_sign *assumed,
                  uint32_t count) {
  const struct seg_assigner *assigner = &problem->assigner;
  assert_false(assigner->out_of_memory);
  assert_int_equal(assigned,
                   is_possible(problem, assumed, count) ? SEG_ASSIGNED_ALL : SEG_ASSIGNED_NONE);
  if (assigned == SEG_ASSIGNED_NONE) {
    assert_false(is_possible(problem, assigner->core.items, assigner->core.count));
    return;
  }
  for (uint32_t i = 0; i < count; i++)
    assert_true(seg_assigner_holds(assigner, assumed[i]));
  for (uint32_t c = 0; c < problem->count; c++) {
    bool any = false;
    for (uint32_t s = 0; s < problem->clauses[c].count; s++)
      any = any || seg_assigner_holds(assigner, problem->clauses[c].signs[s]);
    assert_true(any);
  }
}

/** Values that were found are refused: other ones must be. */
static void refuse(struct problem *problem) {
  struct clause clause = {.count = 1 + draw(problem, 3)};
  for (uint32_t s = 0; s < clause.count; s++) {
    seg_sign sign = 2 * draw(problem, problem->variables);
    clause.signs[s] = sign + seg_assigner_holds(&problem->assigner, sign);
  }
  add(problem, clause);
}

static void random_clauses(void **state) {
  (void)state;
  const char *seed = getenv("SEGC_SEED");
  struct problem problem = {.drawn = seed == NULL ? 1 : strtoull(seed, NULL, 10)};
  printf("seed %llu\n", (unsigned long long)problem.drawn);
  for (int round = 0; round < ROUNDS; round++) {
    begin(&problem);
    for (int question = 0; question < 3; question++) {
      seg_sign assumed[3];
      uint32_t count = draw(&problem, 4);
      add_some(&problem);
      for (uint32_t i = 0; i < count; i++)
        assumed[i] = draw(&problem, 2 * problem.variables);
      enum seg_assigned assigned = seg_assigner_ask(&problem.assigner, assumed, count, 1000000);
      check(&problem, assigned, assumed, count);
      for (uint32_t i = draw(&problem, 4); i > 0 && assigned == SEG_ASSIGNED_ALL; i--) {
        refuse(&problem);
        assigned = seg_assigner_ask_again(&problem.assigner, assumed, count, 1000000);
        check(&problem, assigned, assumed, count);
      }
    }
    seg_assigner_deinit(&problem.assigner);
  }
}

/** Eight in seven places: only a search through all of them finds that it cannot be. */
static void pigeons(void **state) {
  (void)state;
  enum { PLACES = 7 };
  struct seg_assigner assigner;
  seg_assigner_init(&assigner);
  for (uint32_t v = 0; v < (PLACES + 1) * PLACES; v++)
    seg_assigner_decide(&assigner, seg_assigner_add_variable(&assigner));
  for (uint32_t a = 0; a <= PLACES; a++) {
    seg_sign somewhere[PLACES];
    for (uint32_t p = 0; p < PLACES; p++) {
      somewhere[p] = 2 * (a * PLACES + p);
      for (uint32_t b = 0; b < a; b++)
        seg_assigner_add(&assigner, (seg_sign[]){somewhere[p] + 1, 2 * (b * PLACES + p) + 1}, 2);
    }
    seg_assigner_add(&assigner, somewhere, PLACES);
  }
  assert_int_equal(seg_assigner_ask(&assigner, NULL, 0, 100), SEG_ASSIGNED_GAVE_UP);
  assert_int_equal(seg_assigner_ask(&assigner, NULL, 0, UINT64_MAX / 2), SEG_ASSIGNED_NONE);
  assert_true(assigner.learned_count > 0);
  seg_assigner_deinit(&assigner);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_clauses),
      cmocka_unit_test(pigeons),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
