// Questions and what stays between them; see quick.h.
#include "compiler/prove/quick.h"

#include <stdlib.h>

#include "compiler/prove/quick_search.h"

struct seg_quick *seg_quick_new(Z3_context context, Z3_sort integers, Z3_sort truths) {
  struct seg_quick *quick = calloc(1, sizeof *quick);
  if (quick == NULL)
    return NULL;
  seg_quick_terms_init(&quick->terms, context, integers, truths);
  quick->simplex = calloc(1, sizeof *quick->simplex);
  quick->spoilt = true;
  if (quick->simplex == NULL || quick->terms.out_of_memory) {
    seg_quick_free(quick);
    return NULL;
  }
  return quick;
}

void seg_quick_free(struct seg_quick *quick) {
  if (quick == NULL)
    return;
  seg_quick_terms_deinit(&quick->terms);
  if (quick->simplex != NULL)
    seg_simplex_deinit(quick->simplex);
  free(quick->simplex);
  SEG_VEC_FREE(&quick->variables);
  SEG_VEC_FREE(&quick->forms);
  SEG_VEC_FREE(&quick->choices);
  SEG_VEC_FREE(&quick->changes);
  SEG_VEC_FREE(&quick->queue);
  SEG_VEC_FREE(&quick->solution);
  SEG_VEC_FREE(&quick->facts);
  SEG_VEC_FREE(&quick->stages);
  SEG_VEC_FREE(&quick->definitions);
  free(quick);
}

// --- the question ---

static bool make_room(struct seg_quick *quick) {
  size_t variables = quick->terms.variables.count, forms = quick->terms.forms.count;
  struct seg_quick_seen none = {0, SEG_QUICK_NONE, SEG_QUICK_UNSET, 0};
  while (quick->variables.count < variables)
    if (!SEG_VEC_PUSH(&quick->variables, none))
      return false;
  while (quick->forms.count < forms)
    if (!SEG_VEC_PUSH(&quick->forms, none))
      return false;
  return true;
}

/** Forget everything but the facts. */
static void restart(struct seg_quick *quick, enum seg_strictness strictness) {
  quick->stamp++;
  quick->reached = 0;
  quick->failed = quick->strict_met = quick->spoilt = false;
  quick->strictness = strictness;
  quick->stages.count = quick->definitions.count = quick->settled = 0;
  quick->moved = (struct seg_quick_traces){0};
  quick->choices.count = quick->changes.count = quick->queue.count = 0;
  seg_simplex_clear(quick->simplex);
}

/** The facts that stay, as far as they are new, and the definitions of what the others reach. */
static enum seg_quick_answer assert_facts(struct seg_quick *quick) {
  struct seg_quick_stage last = {0}, stage;
  if (quick->stages.count > 0)
    last = quick->stages.items[quick->stages.count - 1];
  seg_quick_take_back(quick, last.mark);
  for (size_t i = last.facts; i < quick->facts.count; i++) {
    seg_quick_define(quick, quick->facts.items[i]);
    if (i < quick->fact_count)
      seg_quick_enqueue(quick, quick->facts.items[i], 0);
  }
  for (size_t i = last.definitions; i < quick->definitions.count; i++)
    seg_quick_enqueue(quick, quick->definitions.items[i], 0);
  if (quick->failed)
    return SEG_QUICK_GAVE_UP;
  if (quick->queue.count == 0)
    return SEG_QUICK_POSSIBLE;
  bool consistent = seg_quick_assert_queue(quick) && seg_quick_settle(quick);
  stage =
      (struct seg_quick_stage){quick->fact_count, quick->definitions.count, seg_quick_mark(quick)};
  if (seg_quick_lost(quick) || (consistent && !SEG_VEC_PUSH(&quick->stages, stage)))
    return SEG_QUICK_GAVE_UP;
  return consistent ? SEG_QUICK_POSSIBLE : SEG_QUICK_IMPOSSIBLE;
}

static enum seg_quick_answer ask_once(struct seg_quick *quick) {
  quick->steps = quick->simplex->pivots = 0;
  enum seg_quick_answer answer = assert_facts(quick);
  if (answer != SEG_QUICK_POSSIBLE)
    return answer;
  for (size_t i = quick->fact_count; i < quick->facts.count; i++)
    seg_quick_enqueue(quick, quick->facts.items[i], 0);
  bool consistent = seg_quick_assert_queue(quick);
  if (seg_quick_lost(quick))
    return SEG_QUICK_GAVE_UP;
  answer = consistent ? seg_quick_search(quick) : SEG_QUICK_IMPOSSIBLE;
  if (quick->strictness == SEG_TOO_STRICT)
    return answer;
  // A last look at everything: a strict inequality was taken as one that is not.
  for (size_t i = 0; i < quick->choices.count && answer == SEG_QUICK_POSSIBLE; i++)
    if (!seg_quick_holds(quick, quick->choices.items[i].literal))
      answer = SEG_QUICK_GAVE_UP;
  for (size_t i = 0; i < quick->facts.count && answer == SEG_QUICK_POSSIBLE; i++)
    if (!seg_quick_holds(quick, quick->facts.items[i]) || quick->failed)
      answer = SEG_QUICK_GAVE_UP;
  return answer;
}

void seg_quick_begin(struct seg_quick *quick) {
  quick->facts.count = quick->fact_count = 0;
  quick->spoilt = true;
}

void seg_quick_back(struct seg_quick *quick, size_t count) {
  quick->facts.count = quick->fact_count = count;
  quick->spoilt = quick->spoilt || count == 0; // what comes now is another question
  while (quick->stages.count > 0 && quick->stages.items[quick->stages.count - 1].facts > count)
    quick->stages.count--;
}

static void push_fact(struct seg_quick *quick, Z3_ast fact) {
  seg_quick_literal literal = seg_quick_literal_of(&quick->terms, fact);
  if (!SEG_VEC_PUSH(&quick->facts, literal))
    quick->terms.out_of_memory = true;
}

void seg_quick_assert(struct seg_quick *quick, Z3_ast fact) {
  quick->facts.count = quick->fact_count;
  push_fact(quick, fact);
  quick->fact_count = quick->facts.count;
}

enum seg_quick_answer seg_quick_ask(struct seg_quick *quick, const Z3_ast *conditions,
                                    size_t count) {
  quick->facts.count = quick->fact_count;
  for (size_t i = 0; i < count; i++)
    push_fact(quick, conditions[i]);
  if (quick->terms.out_of_memory || !make_room(quick))
    return SEG_QUICK_GAVE_UP;
  if (quick->spoilt)
    restart(quick, SEG_TOO_STRICT);
  enum seg_quick_answer answer = ask_once(quick);
  if (answer == SEG_QUICK_IMPOSSIBLE && quick->strict_met) {
    restart(quick, SEG_NOT_STRICT);
    answer = ask_once(quick);
    quick->spoilt = true;
  }
  if (answer == SEG_QUICK_POSSIBLE && !seg_quick_keep_solution(quick))
    answer = SEG_QUICK_GAVE_UP;
  quick->spoilt = quick->spoilt || answer == SEG_QUICK_GAVE_UP;
  return answer;
}

bool seg_quick_least(struct seg_quick *quick, Z3_ast term, int64_t *least) {
  struct seg_quick_sum sum;
  struct seg_ratio value;
  quick->facts.count = quick->fact_count;
  seg_quick_sum_of(&quick->terms, term, &sum);
  if (sum.failed || quick->terms.out_of_memory || !make_room(quick))
    return false;
  if (quick->spoilt)
    restart(quick, SEG_TOO_STRICT);
  bool consistent = assert_facts(quick) == SEG_QUICK_POSSIBLE;
  quick->spoilt = !consistent;
  // Bounds that are too strict are not those of the facts.
  if (!consistent || quick->strict_met || !seg_quick_least_sum(quick, &sum, &value))
    return false;
  *least = seg_ratio_ceil(value);
  return true;
}
