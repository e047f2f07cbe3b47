/**
 * The steps of a starter project, in their order, and the words that they look for; private to this
 * room.
 */
#ifndef SEG_COMPILER_STARTER_STARTER_PARTS_H
#define SEG_COMPILER_STARTER_STARTER_PARTS_H

#include <stdio.h>

#include "compiler/starter/starter.h"

/** Which file holds the customers, which ones events, and by which columns. */
SEG_NODISCARD enum seg_status seg_starter_roles(struct seg_starter *starter,
                                                struct seg_error *error);

/** The declaration of every column. */
SEG_NODISCARD enum seg_status seg_starter_types(struct seg_starter *starter,
                                                struct seg_error *error);

/** The project as text. */
SEG_NODISCARD enum seg_status seg_starter_write(struct seg_starter *starter,
                                                struct seg_error *error);

/** Metrics, segments and their chain; false when the data has nothing to ask about. */
bool seg_starter_write_segments(const struct seg_starter *starter, FILE *out);

// --- words ---

/** Does a part of the name (`order_date`: order, date; `firstName2`: first, name) stand in the
 * list? Lists are words with blanks around each. */
bool seg_starter_has_word(struct seg_str name, const char *words);

extern const char seg_starter_customer_words[], seg_starter_personal_words[],
    seg_starter_public_words[], seg_starter_money_words[], seg_starter_measure_words[],
    seg_starter_code_words[];

/** "orders" -> "order", "categories" -> "category"; other characters than letters, digits and `_`
 * become `_`. */
struct seg_str seg_starter_singular(struct seg_arena *arena, struct seg_str name);

/** The name as it stands in rules, where it can: in backquotes unless it is plain. No data when
 * memory is out. */
struct seg_str seg_starter_quoted(struct seg_arena *arena, struct seg_str name);

/** Can the name stand in rules at all? */
bool seg_starter_can_write(struct seg_str name);

/** Can it stand there without backquotes? */
bool seg_starter_is_plain(struct seg_str name);

/** Equal but for ASCII case. */
bool seg_starter_same_name(struct seg_str a, struct seg_str b);

#endif
