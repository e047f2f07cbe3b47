// Z3 behind a few functions; see solver.h.
//
// The context is one without reference counts for terms: they live as long as it does, which suits
// terms that are shared everywhere. Solvers, models and parameters are counted in any case.
#include "compiler/prove/solver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/vec.h"

enum {
  MOST_MODELS = 60, // of one question that break what was left out
  MOST_MISSES = 4,  // of the quick search, before it is no longer asked in this question
};

// Z3's own handler prints and ends the process. Errors are looked for where they can occur.
static void ignore_error(Z3_context context, Z3_error_code code) {
  (void)context;
  (void)code;
}

static bool erred(struct seg_solver *solver) {
  if (Z3_get_error_code(solver->context) != Z3_OK)
    solver->failed = true;
  return solver->failed;
}

static enum seg_status set_up(struct seg_solver *solver, unsigned budget, struct seg_error *error) {
  Z3_context c = solver->context;
  solver->integers = Z3_mk_int_sort(c);
  solver->reals = Z3_mk_real_sort(c);
  solver->truths = Z3_mk_bool_sort(c);
  solver->yes = Z3_mk_true(c);
  solver->no = Z3_mk_false(c);
  solver->solver = Z3_mk_simple_solver(c);
  Z3_solver_inc_ref(c, solver->solver);
  Z3_params params = Z3_mk_params(c);
  Z3_params_inc_ref(c, params);
  Z3_params_set_uint(c, params, Z3_mk_string_symbol(c, "rlimit"), budget);
  Z3_params_set_uint(c, params, Z3_mk_string_symbol(c, "random_seed"), 1);
  Z3_solver_set_params(c, solver->solver, params);
  Z3_params_dec_ref(c, params);
  if (erred(solver) && Z3_get_error_code(c) == Z3_MEMOUT_FAIL)
    return seg_fail_memory(error, "the solver of the proofs");
  if (erred(solver))
    return seg_fail(error, SEG_INTERNAL, "", "the solver of the proofs does not start: %s",
                    Z3_get_error_msg(c, Z3_get_error_code(c)));
  return SEG_OK;
}

enum seg_status seg_solver_init(struct seg_solver *solver, unsigned budget,
                                struct seg_error *error) {
  memset(solver, 0, sizeof *solver);
  Z3_config config = Z3_mk_config();
  Z3_set_param_value(config, "model", "true");
  solver->context = Z3_mk_context(config);
  Z3_del_config(config);
  if (solver->context == NULL)
    return seg_fail_memory(error, "the solver of the proofs");
  Z3_set_error_handler(solver->context, ignore_error);
  return set_up(solver, budget, error);
}

enum seg_status seg_solver_init_beside(struct seg_solver *solver, const struct seg_solver *other,
                                       unsigned budget, struct seg_error *error) {
  memset(solver, 0, sizeof *solver);
  solver->context = other->context;
  solver->borrowed = true;
  return set_up(solver, budget, error);
}

static void drop_model(struct seg_solver *solver) {
  solver->quick_values = false;
  if (solver->model != NULL)
    Z3_model_dec_ref(solver->context, solver->model);
  solver->model = NULL;
}

void seg_solver_deinit(struct seg_solver *solver) {
  if (solver->context == NULL)
    return;
  drop_model(solver);
  if (solver->solver != NULL)
    Z3_solver_dec_ref(solver->context, solver->solver);
  if (!solver->borrowed)
    Z3_del_context(solver->context);
  seg_quick_free(solver->quick);
  SEG_VEC_FREE(&solver->facts);
  SEG_VEC_FREE(&solver->scopes);
  for (uint32_t i = 0; i < solver->variable_kinds; i++)
    free(solver->variables[i].items);
  memset(solver, 0, sizeof *solver);
}

void seg_solver_begin(struct seg_solver *solver) {
  solver->accepts_model = NULL;
  solver->quick_misses = 0;
  for (uint32_t i = 0; i < solver->variable_kinds; i++)
    solver->variables[i].taken = 0;
}

Z3_ast seg_term_int(struct seg_solver *solver, int64_t value) {
  if (solver->dry)
    return solver->no;
  return Z3_mk_int64(solver->context, value, solver->integers);
}

// A double is an integer times a power of two. The power is a product of small ones, which Z3 makes
// into one number: of a large one it keeps the power, and does not calculate with it.
Z3_ast seg_term_real(struct seg_solver *solver, double value) {
  if (solver->dry)
    return solver->no;
  int exponent;
  double mantissa = frexp(value, &exponent);
  int64_t digits = (int64_t)ldexp(mantissa, 53);
  exponent -= 53;
  while (digits != 0 && digits % 2 == 0 && exponent < 0) {
    digits /= 2;
    exponent++;
  }
  Z3_context c = solver->context;
  char text[64];
  snprintf(text, sizeof text, "%lld", (long long)digits);
  Z3_ast term = Z3_mk_numeral(c, text, solver->reals);
  for (int left = digits == 0 ? 0 : abs(exponent); left > 0; left -= 60) {
    long long power = 1LL << (left < 60 ? left : 60);
    snprintf(text, sizeof text, exponent < 0 ? "1/%lld" : "%lld", power);
    Z3_ast factor = Z3_mk_numeral(c, text, solver->reals);
    term = Z3_simplify(c, Z3_mk_mul(c, 2, (Z3_ast[]){term, factor}));
  }
  return term;
}

static struct seg_variables *variables_of(struct seg_solver *solver, Z3_sort sort,
                                          const char *prefix) {
  for (uint32_t i = 0; i < solver->variable_kinds; i++)
    if (solver->variables[i].sort == sort && strcmp(solver->variables[i].prefix, prefix) == 0)
      return &solver->variables[i];
  if (solver->variable_kinds == SEG_MAX_PREFIXES)
    return NULL;
  struct seg_variables *variables = &solver->variables[solver->variable_kinds++];
  *variables = (struct seg_variables){.prefix = prefix, .sort = sort};
  return variables;
}

Z3_ast seg_term_variable(struct seg_solver *solver, Z3_sort sort, const char *prefix) {
  if (solver->dry)
    return solver->no;
  Z3_context c = solver->context;
  struct seg_variables *variables = variables_of(solver, sort, prefix);
  if (variables == NULL)
    return Z3_mk_fresh_const(c, prefix, sort);
  if (variables->taken < variables->count)
    return variables->items[variables->taken++];
  char name[64];
  snprintf(name, sizeof name, "%s %c%zu", prefix,
           sort == solver->integers ? 'i'
           : sort == solver->reals  ? 'r'
                                    : 't',
           variables->count);
  Z3_ast variable = Z3_mk_const(c, Z3_mk_string_symbol(c, name), sort);
  if (seg_vec_grow((void **)&variables->items, &variables->capacity, variables->count, 1,
                   sizeof *variables->items)) {
    variables->items[variables->count++] = variable;
    variables->taken = variables->count;
    return variable;
  }
  return Z3_mk_fresh_const(c, prefix, sort);
}

Z3_ast seg_term_and(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  if (solver->dry || a == solver->yes || b == solver->no)
    return b;
  if (b == solver->yes || a == solver->no)
    return a;
  return Z3_mk_and(solver->context, 2, (Z3_ast[]){a, b});
}

Z3_ast seg_term_or(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  if (solver->dry || a == solver->no || b == solver->yes)
    return b;
  if (b == solver->no || a == solver->yes)
    return a;
  return Z3_mk_or(solver->context, 2, (Z3_ast[]){a, b});
}

Z3_ast seg_term_not(struct seg_solver *solver, Z3_ast a) {
  if (solver->dry)
    return a;
  return a == solver->yes  ? solver->no
         : a == solver->no ? solver->yes
                           : Z3_mk_not(solver->context, a);
}

Z3_ast seg_term_implies(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return seg_term_or(solver, seg_term_not(solver, a), b);
}

Z3_ast seg_term_equal(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return solver->dry ? a : Z3_mk_eq(solver->context, a, b);
}

Z3_ast seg_term_at_most(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return solver->dry ? a : Z3_mk_le(solver->context, a, b);
}

Z3_ast seg_term_add(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return solver->dry ? a : Z3_mk_add(solver->context, 2, (Z3_ast[]){a, b});
}

Z3_ast seg_term_subtract(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return solver->dry ? a : Z3_mk_sub(solver->context, 2, (Z3_ast[]){a, b});
}

Z3_ast seg_term_multiply(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return solver->dry ? a : Z3_mk_mul(solver->context, 2, (Z3_ast[]){a, b});
}

Z3_ast seg_term_divide(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return solver->dry ? a : Z3_mk_div(solver->context, a, b);
}

Z3_ast seg_term_modulo(struct seg_solver *solver, Z3_ast a, Z3_ast b) {
  return solver->dry ? a : Z3_mk_mod(solver->context, a, b);
}

Z3_ast seg_term_negate(struct seg_solver *solver, Z3_ast a) {
  return solver->dry ? a : Z3_mk_unary_minus(solver->context, a);
}

Z3_ast seg_term_to_real(struct seg_solver *solver, Z3_ast a) {
  return solver->dry ? a : Z3_mk_int2real(solver->context, a);
}

Z3_ast seg_term_floor(struct seg_solver *solver, Z3_ast a) {
  return solver->dry ? a : Z3_mk_real2int(solver->context, a);
}

Z3_ast seg_term_if(struct seg_solver *solver, Z3_ast condition, Z3_ast a, Z3_ast b) {
  if (solver->dry || condition == solver->yes || a == b)
    return a;
  return condition == solver->no ? b : Z3_mk_ite(solver->context, condition, a, b);
}

void seg_solver_push(struct seg_solver *solver) {
  if (!SEG_VEC_PUSH(&solver->scopes, solver->facts.count))
    solver->failed = true;
}

void seg_solver_pop(struct seg_solver *solver) {
  if (solver->scopes.count == 0)
    return; // a push found no memory
  size_t facts = solver->scopes.items[--solver->scopes.count];
  solver->facts.count = facts;
  if (solver->scopes_told > solver->scopes.count) {
    Z3_solver_pop(solver->context, solver->solver, 1);
    solver->scopes_told--;
    solver->facts_told = facts;
  }
  if (solver->facts_quick > facts) {
    seg_quick_back(solver->quick, facts);
    solver->facts_quick = facts;
  }
}

void seg_solver_assert(struct seg_solver *solver, Z3_ast fact) {
  if (fact != solver->yes && !SEG_VEC_PUSH(&solver->facts, fact))
    solver->failed = true;
}

/** Z3 learns what is asserted. */
static void tell_solver(struct seg_solver *solver) {
  Z3_context c = solver->context;
  size_t fact = solver->facts_told;
  for (size_t scope = solver->scopes_told; scope <= solver->scopes.count; scope++) {
    bool last = scope == solver->scopes.count;
    size_t end = last ? solver->facts.count : solver->scopes.items[scope];
    for (; fact < end; fact++)
      Z3_solver_assert(c, solver->solver, solver->facts.items[fact]);
    if (!last)
      Z3_solver_push(c, solver->solver);
  }
  solver->facts_told = fact;
  solver->scopes_told = solver->scopes.count;
}

void seg_solver_assert_all(struct seg_solver *solver, const Z3_ast *facts, size_t count) {
  if (count > 0)
    seg_solver_assert(solver,
                      count == 1 ? facts[0] : Z3_mk_and(solver->context, (unsigned)count, facts));
}

static enum seg_answer decide(struct seg_solver *solver, const Z3_ast *assumptions,
                              unsigned count) {
  drop_model(solver);
  solver->questions++;
  tell_solver(solver);
  if (erred(solver))
    return SEG_UNDECIDED;
  Z3_lbool answer =
      Z3_solver_check_assumptions(solver->context, solver->solver, count, assumptions);
  if (erred(solver) || answer == Z3_L_UNDEF)
    return SEG_UNDECIDED;
  if (answer == Z3_L_FALSE)
    return SEG_IMPOSSIBLE;
  solver->model = Z3_solver_get_model(solver->context, solver->solver);
  if (solver->model == NULL || erred(solver))
    return SEG_UNDECIDED;
  Z3_model_inc_ref(solver->context, solver->model);
  return SEG_POSSIBLE;
}

// Assumptions become assertions of a scope of their own.
static void tell(struct seg_solver *solver, const Z3_ast *assumptions, unsigned count,
                 enum seg_answer answer) {
  Z3_context c = solver->context;
  Z3_solver copy = Z3_mk_simple_solver(c);
  Z3_solver_inc_ref(c, copy); // at once: the next object takes its place otherwise
  for (size_t i = 0; i < solver->facts.count; i++)
    Z3_solver_assert(c, copy, solver->facts.items[i]);
  for (unsigned i = 0; i < count; i++)
    Z3_solver_assert(c, copy, assumptions[i]);
  const char *script = Z3_solver_to_string(c, copy);
  if (!erred(solver) && script != NULL)
    solver->listener->heard(solver->listener->context, script, answer);
  Z3_solver_dec_ref(c, copy);
}

static bool start_quick(struct seg_solver *solver) {
  if (solver->quick == NULL)
    solver->quick = seg_quick_new(solver->context, solver->integers, solver->truths);
  return solver->quick != NULL;
}

/** Values of the quick search take the place of the model. */
static enum seg_answer take_quick_answer(struct seg_solver *solver, enum seg_quick_answer answer) {
  switch (answer) {
  case SEG_QUICK_POSSIBLE:
    drop_model(solver);
    solver->quick_values = true;
    return SEG_POSSIBLE;
  case SEG_QUICK_IMPOSSIBLE: return SEG_IMPOSSIBLE;
  case SEG_QUICK_GAVE_UP: break;
  }
  return SEG_UNDECIDED;
}

/** Whether the quick search is to be asked; then it knows what is asserted. */
static bool tell_quick(struct seg_solver *solver) {
  if (!solver->quickly || solver->accepts_model != NULL || solver->failed ||
      solver->quick_misses == MOST_MISSES || !start_quick(solver))
    return false;
  for (; solver->facts_quick < solver->facts.count; solver->facts_quick++)
    seg_quick_assert(solver->quick, solver->facts.items[solver->facts_quick]);
  return true;
}

int64_t seg_solver_floor(struct seg_solver *solver, Z3_ast term, int64_t known) {
  int64_t least;
  return tell_quick(solver) && seg_quick_least(solver->quick, term, &least) && least > known
             ? least
             : known;
}

/** What is asserted and these too, by the quick search. Undecided: what was known stays. */
static enum seg_answer decide_quickly(struct seg_solver *solver, const Z3_ast *assumptions,
                                      unsigned count) {
  if (!tell_quick(solver))
    return SEG_UNDECIDED;
  enum seg_answer answer =
      take_quick_answer(solver, seg_quick_ask(solver->quick, assumptions, count));
  solver->quick_misses += answer == SEG_UNDECIDED;
  return answer;
}

static enum seg_answer check(struct seg_solver *solver, const Z3_ast *assumptions, unsigned count) {
  enum seg_answer answer = decide_quickly(solver, assumptions, count);
  if (answer == SEG_IMPOSSIBLE)
    drop_model(solver);
  if (answer == SEG_UNDECIDED && solver->quick_only) {
    solver->missed = true;
    return SEG_UNDECIDED;
  }
  if (answer == SEG_UNDECIDED)
    answer = decide(solver, assumptions, count);
  if (solver->listener != NULL && answer != SEG_UNDECIDED)
    tell(solver, assumptions, count, answer);
  return answer;
}

enum seg_answer seg_solver_ask(struct seg_solver *solver, const Z3_ast *assumptions,
                               unsigned count) {
  for (int round = 0; round < MOST_MODELS; round++) {
    enum seg_answer answer = check(solver, assumptions, count);
    if (answer != SEG_POSSIBLE || solver->accepts_model == NULL ||
        solver->accepts_model(solver, solver->context_of_model)) {
      solver->undecided += answer == SEG_UNDECIDED;
      return answer;
    }
  }
  solver->undecided++;
  return SEG_UNDECIDED;
}

bool seg_solver_try(struct seg_solver *solver, Z3_ast assumption) {
  Z3_model before = solver->model;
  bool quick_before = solver->quick_values;
  solver->model = NULL;
  bool possible = seg_solver_ask(solver, &assumption, 1) == SEG_POSSIBLE;
  if (!possible) {
    solver->model = before;
    solver->quick_values = quick_before;
  } else if (before != NULL) {
    Z3_model_dec_ref(solver->context, before);
  }
  return possible;
}

enum seg_answer seg_solver_ask_quickly(struct seg_solver *solver, const Z3_ast *conditions,
                                       size_t count) {
  drop_model(solver);
  if (!start_quick(solver))
    return SEG_UNDECIDED;
  solver->facts_quick = 0;
  seg_quick_begin(solver->quick);
  return take_quick_answer(solver, seg_quick_ask(solver->quick, conditions, count));
}

unsigned seg_solver_core(struct seg_solver *solver, const Z3_ast *assumptions, unsigned count,
                         unsigned *core) {
  Z3_context c = solver->context;
  Z3_ast_vector found = Z3_solver_get_unsat_core(c, solver->solver);
  if (found == NULL || erred(solver))
    return 0;
  Z3_ast_vector_inc_ref(c, found);
  unsigned size = 0;
  for (unsigned i = 0; i < count; i++)
    for (unsigned j = 0; j < Z3_ast_vector_size(c, found); j++)
      if (Z3_is_eq_ast(c, Z3_ast_vector_get(c, found, j), assumptions[i])) {
        core[size++] = i;
        break;
      }
  Z3_ast_vector_dec_ref(c, found);
  return size;
}

static Z3_ast evaluate(struct seg_solver *solver, Z3_ast term) {
  Z3_ast value = NULL;
  if (solver->model == NULL || !Z3_model_eval(solver->context, solver->model, term, true, &value) ||
      erred(solver))
    return NULL;
  return value;
}

bool seg_solver_truth(struct seg_solver *solver, Z3_ast term) {
  bool truth;
  if (solver->quick_values)
    return seg_quick_truth(solver->quick, term, &truth) && truth;
  Z3_ast value = evaluate(solver, term);
  return value != NULL && Z3_get_bool_value(solver->context, value) == Z3_L_TRUE;
}

bool seg_solver_int(struct seg_solver *solver, Z3_ast term, int64_t *value) {
  struct seg_ratio ratio;
  if (solver->quick_values) {
    bool whole = seg_quick_value(solver->quick, term, &ratio) && ratio.below == 1;
    *value = whole ? ratio.above : 0;
    return whole;
  }
  Z3_ast found = evaluate(solver, term);
  *value = 0;
  return found != NULL && Z3_get_numeral_int64(solver->context, found, value);
}

double seg_solver_real(struct seg_solver *solver, Z3_ast term) {
  struct seg_ratio ratio;
  if (solver->quick_values)
    return seg_quick_value(solver->quick, term, &ratio) ? (double)ratio.above / (double)ratio.below
                                                        : 0;
  Z3_ast found = evaluate(solver, term);
  return found == NULL ? 0 : Z3_get_numeral_double(solver->context, found);
}
