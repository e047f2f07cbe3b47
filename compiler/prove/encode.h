/**
 * What the files that make terms share; see query.h for the whole. Private to compiler/prove.
 */
#ifndef SEG_COMPILER_PROVE_ENCODE_H
#define SEG_COMPILER_PROVE_ENCODE_H

#include "compiler/prove/query.h"

static inline bool seg_type_is_real(const struct seg_type *type) {
  return type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT;
}

struct seg_term seg_encode_known(struct seg_query *query, Z3_ast value);
struct seg_term seg_encode_literal(struct seg_query *query, const struct seg_literal *value,
                                   const struct seg_type *type);
Z3_ast seg_encode_order(struct seg_solver *solver, enum seg_comparison comparison, Z3_ast a,
                        Z3_ast b);

/** A truth that nothing is known of. */
Z3_ast seg_encode_any_truth(struct seg_query *query, const char *reason);
/** The key under which the term of an expression is shared; of one event only until it is
 * forgotten. */
struct seg_str seg_encode_key(const struct seg_encode_scope *scope, const struct seg_node *node);
/** A value that nothing is known of but its type; equal for equal expressions.
 * `is_known` NULL: open when the node is optional. */
struct seg_term seg_encode_opaque(const struct seg_encode_scope *scope, const struct seg_node *node,
                                  Z3_ast is_known, const char *reason);
/** A fact: low <= term <= high. */
void seg_encode_between(struct seg_query *query, Z3_ast term, int64_t low, int64_t high);

// encode_text.c
Z3_ast seg_encode_text_comparison(const struct seg_encode_scope *scope,
                                  enum seg_comparison comparison, const struct seg_node *a,
                                  const struct seg_node *b);
/** Is the text the literal? */
Z3_ast seg_encode_text_is(const struct seg_encode_scope *scope, const struct seg_node *text,
                          struct seg_str literal);
/** The length of a text against a literal that is not too long. */
bool seg_encode_is_length_test(const struct seg_node *a, const struct seg_node *b);
Z3_ast seg_encode_length_test(const struct seg_encode_scope *scope, enum seg_comparison comparison,
                              const struct seg_node *length, int64_t literal);
/** TEXT_TEST. */
Z3_ast seg_encode_text_part(const struct seg_encode_scope *scope, const struct seg_node *node);
Z3_ast seg_encode_matches(const struct seg_encode_scope *scope, const struct seg_node *node);
/** TEXT_MAP, TEXT_LENGTH. */
struct seg_term seg_encode_text_value(const struct seg_encode_scope *scope,
                                      const struct seg_node *node);

// encode_number.c
/** Arithmetic and conversions. */
struct seg_term seg_encode_number(const struct seg_encode_scope *scope,
                                  const struct seg_node *node);
/** What a comparison of a quotient with a literal says of its two operands, when it is one of whole
 * numbers by a positive one; nothing otherwise. */
void seg_encode_quotient(const struct seg_encode_scope *scope, const struct seg_node *quotient,
                         const struct seg_node *bound);
/** A calculation against a literal or another value: off the edge a witness does not hang on a last
 * digit. */
void seg_encode_off_edge(const struct seg_encode_scope *scope, const struct seg_node *left,
                         const struct seg_node *right);
/** encode_product.c: facts about a product or quotient of two values. */
void seg_encode_relate(const struct seg_encode_scope *scope, const struct seg_node *node, Z3_ast a,
                       Z3_ast b, Z3_ast result);
/** Two fractions that are there, compared with each other; `terms` of above and below, twice. */
Z3_ast seg_encode_fraction_order(const struct seg_encode_scope *scope, const struct seg_node *node,
                                 const struct seg_term *terms);
struct seg_term seg_encode_band(const struct seg_encode_scope *scope, const struct seg_node *node);
struct seg_term seg_encode_band_fraction(const struct seg_encode_scope *scope,
                                         const struct seg_node *node);
/** COMPARE_FRACTIONS. */
Z3_ast seg_encode_fractions(const struct seg_encode_scope *scope, const struct seg_node *node);

// encode_date.c
/** DAYS_SINCE, DATE_FUNCTION, ADD_DAYS, DAYS_BETWEEN. */
struct seg_term seg_encode_date(const struct seg_encode_scope *scope, const struct seg_node *node);

// encode_place.c
struct seg_term seg_encode_bucket(const struct seg_encode_scope *scope,
                                  const struct seg_node *node);
struct seg_term seg_encode_rank(const struct seg_encode_scope *scope, const struct seg_node *node);
Z3_ast seg_encode_listed(const struct seg_encode_scope *scope, const struct seg_node *node);

#endif
