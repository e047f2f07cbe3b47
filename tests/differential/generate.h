/**
 * What the files of the generator share.
 *
 * Values grow from the inside: first something that can be read (a column, an aggregate, a metric),
 * then nothing to three operations around it; the type follows. Conditions grow from the outside:
 * first the shape, then the atoms, each made of a value whose type decides which tests fit.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_GENERATE_H
#define SEG_TESTS_DIFFERENTIAL_GENERATE_H

#include "tests/differential/model.h"
#include "tests/support/random.h"

struct generator {
  struct model *model;
  struct seg_random random;
  bool plain; // see generate_program_for
};

/** Where an expression stands. */
struct scope {
  int entity;             // whose columns can be read
  bool rule;              // a rule over the customer: aggregates and metrics can be read
  bool metrics_only;      // a metric: aggregates and earlier metrics, no columns
  bool definite;          // under a negation: nothing may be missing
  uint32_t column_count;  // columns before this one (a computed column reads earlier ones)
  uint32_t metric_count;  // metrics before this one
  bool segments;          // a rule of a segment itself: `member` may be asked
  uint32_t segment_count; // rules: segments before this one
};

static inline uint32_t pick(struct generator *generator, uint32_t count) {
  return seg_random_below(&generator->random, count);
}

static inline bool chance(struct generator *generator, uint32_t percent) {
  return seg_random_chance(&generator->random, percent);
}

// generate_literal.c
/** A constant of a type; NULL for types without one (timestamps). */
struct term *generate_literal(struct generator *generator, struct model_type type);
/** A constant between the values that data takes and beyond; a later step is always larger. */
struct term *generate_step(struct generator *generator, struct model_type type, uint32_t step);
struct term *generate_date(struct generator *generator);
struct model_window generate_window(struct generator *generator);
/** The time of a sequence. */
void generate_limit(struct generator *generator, struct model_sequence *sequence);
/** A text out of the pool that data is drawn from too, without quotes. */
const char *generate_word(struct seg_random *random);
/** The same as a rule writes it. */
const char *generate_quoted(struct generator *generator, const char *word);

// generate_value.c
/** Anything that depends on data, at most `depth` operations around it. Definite when asked. */
struct term *generate_value(struct generator *generator, const struct scope *scope, uint32_t depth);
/** Something of that type: read from data when that can be found, otherwise a constant, or NULL. */
struct term *generate_like(struct generator *generator, const struct scope *scope,
                           struct model_type type);
/** The type itself, or money of the same currency with other decimals. */
struct model_type generate_kin(struct generator *generator, struct model_type type);
struct term *generate_aggregate(struct generator *generator, const struct scope *scope, bool open);
/** An aggregate or a metric without a window, for a window that follows; NULL when none was found.
 */
struct term *generate_open(struct generator *generator, const struct scope *scope);
/** `term else constant` when the term may be missing; NULL when the type has no constants. */
struct term *generate_default(struct generator *generator, struct term *term);

// generate_rank.c
/** Can customers be ordered by it? Not by what compares them already. */
bool generate_is_ordered(const struct generator *generator, const struct term *term);
/** The place of a value among all customers. */
struct term *generate_rank(struct generator *generator, struct term *value);
/** `top` of a value. */
struct term *generate_top(struct generator *generator, struct term *value);
/** A rank with a constant among its results; NULL when there is nothing to order. */
struct term *generate_rank_test(struct generator *generator, const struct scope *scope);

// generate_condition.c
struct term *generate_condition(struct generator *generator, const struct scope *scope,
                                uint32_t depth);

// generate_program.c
/** A random program; the caller calls seg_arena_deinit(&model->arena). */
void generate_program(struct model *model, uint64_t seed);

/** `plain`: without draws, patterns and letters made small or large, which SQLite cannot do as the
 * language does. */
void generate_program_for(struct model *model, uint64_t seed, bool plain);

#endif
