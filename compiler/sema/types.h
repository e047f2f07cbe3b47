/**
 * Types: from the written form to the meaning, equality, and the words for messages.
 */
#ifndef SEG_COMPILER_SEMA_TYPES_H
#define SEG_COMPILER_SEMA_TYPES_H

#include "compiler/sema/check.h"

enum { SEG_TYPE_TEXT_SIZE = 160 }; // bytes that are enough for a type in a message

bool seg_type_same(const struct seg_type *a, const struct seg_type *b);

/** The same texts in the same order, so that equal codes mean equal values. */
bool seg_enumeration_same(const struct seg_enumeration *a, const struct seg_enumeration *b);

/** The kind of type that a word of the language names; false when there is none. */
bool seg_type_word(struct seg_str word, enum seg_type_kind *kind);

/** The type of a declared column; false after reporting. */
bool seg_type_resolve(struct seg_check *check, const struct seg_type_syntax *syntax,
                      struct seg_type *type);

/** Is it a currency of ISO 4217? Reported with a suggestion when not. */
bool seg_check_currency(struct seg_check *check, struct seg_name name);

/** "a text", "an int": the type of a value for a message, in `text`. */
const char *seg_type_phrase(const struct seg_node *node, char *text, size_t size);

#endif
