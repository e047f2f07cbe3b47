// compiler/prove: the quick search agrees with the solver on random small systems, and gives up
// where it cannot read a term.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compiler/prove/simplex.h"
#include "compiler/prove/solver.h"

enum { BUDGET = 300000, SYSTEMS = 800, VARIABLES = 4 };

static uint64_t state = 88172645463325252u;

static uint32_t pick(uint32_t limit) { // Marsaglia 2003
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 33) % limit;
}

static Z3_ast random_sum(struct seg_solver *solver, Z3_ast *whole) {
  Z3_ast sum = seg_term_int(solver, (int64_t)pick(21) - 10);
  for (uint32_t i = 0; i < 1 + pick(3); i++)
    sum = seg_term_add(solver, sum,
                       seg_term_multiply(solver, seg_term_int(solver, (int64_t)pick(9) - 4),
                                         whole[pick(VARIABLES)]));
  return sum;
}

static Z3_ast random_condition(struct seg_solver *solver, Z3_ast *whole, Z3_ast *real,
                               Z3_ast *truths, uint32_t depth) {
  uint32_t kind = pick(depth == 0 ? 4 : 8);
  Z3_ast a, b;
  switch (kind) {
  case 0: return truths[pick(VARIABLES)];
  case 1:
    return seg_term_at_most(solver, real[pick(VARIABLES)],
                            seg_term_add(solver, real[pick(VARIABLES)],
                                         seg_term_real(solver, (double)pick(40) / 8 - 2)));
  case 2: return seg_term_at_most(solver, random_sum(solver, whole), random_sum(solver, whole));
  case 3: return seg_term_equal(solver, random_sum(solver, whole), random_sum(solver, whole));
  default: break;
  }
  a = random_condition(solver, whole, real, truths, depth - 1);
  b = random_condition(solver, whole, real, truths, depth - 1);
  if (kind == 4)
    return seg_term_not(solver, a);
  if (kind == 5)
    return seg_term_equal(
        solver, seg_term_if(solver, a, random_sum(solver, whole), random_sum(solver, whole)),
        random_sum(solver, whole));
  return kind == 6 ? seg_term_and(solver, a, b) : seg_term_or(solver, a, b);
}

static void agrees_with_the_solver(void **unused) {
  (void)unused;
  struct seg_solver solver;
  struct seg_error error;
  uint32_t given_up = 0, possible = 0, impossible = 0;
  Z3_ast whole[VARIABLES], real[VARIABLES], truths[VARIABLES];
  assert_int_equal(seg_solver_init(&solver, BUDGET, &error), SEG_OK);
  for (int i = 0; i < VARIABLES; i++) {
    whole[i] = seg_term_variable(&solver, solver.integers, "whole");
    real[i] = seg_term_variable(&solver, solver.reals, "real");
    truths[i] = seg_term_variable(&solver, solver.truths, "truth");
  }
  for (int s = 0; s < SYSTEMS; s++) {
    Z3_ast conditions[8 + 2 * VARIABLES];
    uint32_t count = 2 * VARIABLES, last = count + 2 + pick(7);
    for (int i = 0; i < VARIABLES; i++) {
      conditions[2 * i] = seg_term_at_most(&solver, seg_term_int(&solver, -20), whole[i]);
      conditions[2 * i + 1] = seg_term_at_most(&solver, whole[i], seg_term_int(&solver, 20));
    }
    for (; count < last; count++)
      conditions[count] = random_condition(&solver, whole, real, truths, 2);
    seg_solver_push(&solver);
    seg_solver_assert_all(&solver, conditions, count);
    enum seg_answer right = seg_solver_ask(&solver, NULL, 0);
    enum seg_answer quick = seg_solver_ask_quickly(&solver, conditions, count);
    given_up += quick == SEG_UNDECIDED;
    possible += quick == SEG_POSSIBLE;
    impossible += quick == SEG_IMPOSSIBLE;
    for (uint32_t i = 0; i < count && quick == SEG_POSSIBLE; i++)
      assert_true(seg_solver_truth(&solver, conditions[i]));
    if (quick != SEG_UNDECIDED && right != SEG_UNDECIDED)
      assert_int_equal(quick, right);
    seg_solver_pop(&solver);
  }
  print_message("%u possible, %u impossible, %u given up\n", possible, impossible, given_up);
  assert_true(possible > SYSTEMS / 4 && impossible > SYSTEMS / 8 && given_up < SYSTEMS / 4);
  seg_solver_deinit(&solver);
}

/** Asks the same of the quick search and of the solver. */
static void ask_both(struct seg_solver *solver, const Z3_ast *facts, uint32_t count, Z3_ast more,
                     uint32_t *found) {
  solver->quickly = true;
  enum seg_answer quick = seg_solver_ask(solver, &more, 1);
  for (uint32_t i = 0; i < count && quick == SEG_POSSIBLE; i++)
    assert_true(seg_solver_truth(solver, facts[i]));
  if (quick == SEG_POSSIBLE)
    assert_true(seg_solver_truth(solver, more));
  *found += solver->quick_values;
  solver->quickly = false;
  enum seg_answer right = seg_solver_ask(solver, &more, 1);
  if (quick != SEG_UNDECIDED && right != SEG_UNDECIDED)
    assert_int_equal(quick, right);
}

/** No solution lies below the floor. */
static void check_floor(struct seg_solver *solver, Z3_ast value) {
  solver->quickly = true;
  int64_t floor = seg_solver_floor(solver, value, INT64_MIN);
  solver->quickly = false;
  Z3_ast below = seg_term_not(solver, seg_term_at_most(solver, seg_term_int(solver, floor), value));
  if (floor != INT64_MIN)
    assert_int_not_equal(seg_solver_ask(solver, &below, 1), SEG_POSSIBLE);
}

// Facts that come and go in scopes: what the quick search keeps of them stays right.
static void agrees_fact_by_fact(void **unused) {
  (void)unused;
  enum { ROUNDS = 150, STEPS = 12 };
  struct seg_solver solver;
  struct seg_error error;
  uint32_t found = 0;
  Z3_ast whole[VARIABLES], real[VARIABLES], truths[VARIABLES];
  assert_int_equal(seg_solver_init(&solver, BUDGET, &error), SEG_OK);
  for (int i = 0; i < VARIABLES; i++) {
    whole[i] = seg_term_variable(&solver, solver.integers, "whole");
    real[i] = seg_term_variable(&solver, solver.reals, "real");
    truths[i] = seg_term_variable(&solver, solver.truths, "truth");
  }
  for (int round = 0; round < ROUNDS; round++) {
    Z3_ast facts[2 * VARIABLES + STEPS];
    uint32_t scopes[STEPS], depth = 0, count = 0;
    seg_solver_push(&solver);
    solver.quick_misses = 0;
    for (int i = 0; i < VARIABLES; i++) {
      facts[count++] = seg_term_at_most(&solver, seg_term_int(&solver, -20), whole[i]);
      facts[count++] = seg_term_at_most(&solver, whole[i], seg_term_int(&solver, 20));
    }
    seg_solver_assert_all(&solver, facts, count);
    for (int step = 0; step < STEPS; step++) {
      uint32_t kind = pick(4);
      if (kind == 0) {
        seg_solver_push(&solver);
        scopes[depth++] = count;
      } else if (kind == 1 && depth > 0) {
        seg_solver_pop(&solver);
        count = scopes[--depth];
      } else if (kind == 2) {
        facts[count] = random_condition(&solver, whole, real, truths, 2);
        seg_solver_assert(&solver, facts[count++]);
      }
      ask_both(&solver, facts, count, random_condition(&solver, whole, real, truths, 1), &found);
      check_floor(&solver, random_sum(&solver, whole));
    }
    for (; depth > 0; depth--)
      seg_solver_pop(&solver);
    seg_solver_pop(&solver);
  }
  print_message("%u found by the quick search\n", found);
  assert_true(found > ROUNDS * STEPS / 4);
  seg_solver_deinit(&solver);
}

static void gives_up(void **unused) {
  (void)unused;
  struct seg_solver solver;
  struct seg_error error;
  assert_int_equal(seg_solver_init(&solver, BUDGET, &error), SEG_OK);
  Z3_ast x = seg_term_variable(&solver, solver.integers, "x");
  Z3_ast y = seg_term_variable(&solver, solver.integers, "y");
  Z3_ast zero = seg_term_int(&solver, 0), seven = seg_term_int(&solver, 7);
  Z3_ast week = seg_term_at_most(&solver, zero, seg_term_modulo(&solver, x, seven));
  Z3_ast product = seg_term_at_most(&solver, zero, seg_term_multiply(&solver, x, y));
  Z3_ast far = seg_term_at_most(&solver, x, seg_term_int(&solver, INT64_MIN));
  Z3_ast in_range = seg_term_at_most(&solver, seg_term_int(&solver, INT64_MIN), x);
  Z3_ast huge = seg_term_at_most(&solver, seg_term_real(&solver, 1e300),
                                 seg_term_variable(&solver, solver.reals, "z"));
  assert_int_equal(seg_solver_ask_quickly(&solver, &week, 1), SEG_UNDECIDED);
  assert_int_equal(seg_solver_ask_quickly(&solver, &product, 1), SEG_UNDECIDED);
  assert_int_equal(seg_solver_ask_quickly(&solver, &far, 1), SEG_UNDECIDED);
  assert_int_equal(seg_solver_ask_quickly(&solver, &huge, 1), SEG_UNDECIDED);
  assert_int_equal(seg_solver_ask_quickly(&solver, &in_range, 1), SEG_POSSIBLE);
  // 2x = 2y + 1 has no whole solution, and no bounds that would end a search by cutting.
  Z3_ast two = seg_term_int(&solver, 2);
  Z3_ast odd = seg_term_equal(
      &solver, seg_term_multiply(&solver, two, x),
      seg_term_add(&solver, seg_term_multiply(&solver, two, y), seg_term_int(&solver, 1)));
  assert_int_equal(seg_solver_ask_quickly(&solver, &odd, 1), SEG_IMPOSSIBLE);
  seg_solver_deinit(&solver);
}

static void fractions(void **unused) {
  (void)unused;
  bool overflow = false;
  struct seg_ratio half = {1, 2}, third = {1, 3}, minus = {-7, 2};
  struct seg_ratio sum = seg_ratio_add(half, third, &overflow);
  assert_int_equal(sum.above, 5);
  assert_int_equal(sum.below, 6);
  assert_int_equal(seg_ratio_floor(minus), -4);
  assert_int_equal(seg_ratio_ceil(minus), -3);
  assert_true(seg_ratio_compare(third, half) < 0);
  struct seg_ratio inverse = seg_ratio_invert(minus);
  assert_int_equal(inverse.above, -2);
  assert_int_equal(inverse.below, 7);
  assert_false(overflow);
  struct seg_ratio large = seg_ratio_whole(INT64_MAX);
  (void)seg_ratio_add(large, large, &overflow);
  assert_true(overflow);
  overflow = false;
  (void)seg_ratio_multiply(large, (struct seg_ratio){1, INT64_MAX - 1}, &overflow);
  assert_false(overflow);
  (void)seg_ratio_multiply(large, seg_ratio_whole(-2), &overflow);
  assert_true(overflow);
}

static void bounds_come_and_go(void **unused) {
  (void)unused;
  struct seg_simplex *simplex = calloc(1, sizeof *simplex);
  assert_non_null(simplex);
  seg_simplex_clear(simplex);
  uint32_t x = seg_simplex_variable(simplex, true), y = seg_simplex_variable(simplex, true);
  struct seg_ratio ones[] = {{1, 1}, {1, 1}};
  uint32_t sum = seg_simplex_row(simplex, true, (uint32_t[]){x, y}, ones, 2);
  assert_true(seg_simplex_bound(simplex, x, true, seg_ratio_whole(3), 0));
  assert_true(seg_simplex_bound(simplex, y, true, seg_ratio_whole(4), 0));
  assert_true(seg_simplex_bound(simplex, sum, false, seg_ratio_whole(7), 0));
  assert_int_equal(seg_simplex_check(simplex), SEG_SIMPLEX_POSSIBLE);
  assert_int_equal(simplex->variables[x].value.above, 3);
  assert_int_equal(simplex->variables[y].value.above, 4);
  size_t before = simplex->changes.count;
  assert_true(seg_simplex_bound(simplex, sum, false, seg_ratio_whole(8), 0));
  assert_int_equal(seg_simplex_check(simplex), SEG_SIMPLEX_IMPOSSIBLE);
  seg_simplex_back(simplex, before);
  assert_int_equal(seg_simplex_check(simplex), SEG_SIMPLEX_POSSIBLE);
  assert_false(seg_simplex_bound(simplex, sum, true, seg_ratio_whole(6), 0));
  seg_simplex_deinit(simplex);
  free(simplex);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_the_solver),
      cmocka_unit_test(agrees_fact_by_fact),
      cmocka_unit_test(gives_up),
      cmocka_unit_test(fractions),
      cmocka_unit_test(bounds_come_and_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
