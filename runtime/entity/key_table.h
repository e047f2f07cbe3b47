/**
 * Key table: customer key -> dense number, in order of first appearance.
 *
 * Invariants: keys have no doubles and number n is the n-th that was added; the table is open
 * addressing with linear probing, at most two thirds full. While nobody adds, any number of threads
 * may look up. The place of a slot is made of the top bits of the key's tag, so that growing reads
 * and writes the slots in order.
 */
#ifndef SEG_RUNTIME_ENTITY_KEY_TABLE_H
#define SEG_RUNTIME_ENTITY_KEY_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/column/column.h"
#include "runtime/entity/memory_budget.h"
#include "runtime/entity/text_heap.h"

#define SEG_NO_NUMBER UINT32_MAX

struct seg_key_slot;

struct seg_key_table {
  bool is_text;
  uint32_t count;
  uint64_t capacity; // of the keys below
  int64_t *integers; // by number, when !is_text
  struct seg_str *texts;
  struct seg_text_heap heap;
  struct seg_key_slot *slots;
  uint32_t slot_bits; // 2^slot_bits slots
  /* Integers numbered by a database, in its order: number n has the key first + n. There are no
   * slots as long as that lasts. */
  bool is_consecutive;
  int64_t first;
  uint32_t implied; // of those: the first so many are not in `integers`
  bool implies;     // the next ones neither
  /* After sealing other integers of a small range: number of key direct_first + i, or
   * SEG_NO_NUMBER. */
  uint32_t *direct;
  int64_t direct_first;
  uint64_t direct_count;
  struct seg_memory_budget *budget;
};

void seg_key_table_init(struct seg_key_table *table, bool is_text,
                        struct seg_memory_budget *budget);
void seg_key_table_deinit(struct seg_key_table *table);

/**
 * numbers[i] = number of the key in row rows[i], which is added when it is new. The keys are known
 * and of the table's own type. Errors: SEG_LIMIT (also for more than 4,294,967,294 customers),
 * SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_key_table_add(struct seg_key_table *table,
                                                const struct seg_column_view *keys,
                                                const uint32_t *rows, uint32_t row_count,
                                                uint32_t *numbers, struct seg_error *error);

/**
 * Keys that are known to be new, in an empty table or behind others of the same kind. Such a table
 * has its keys by number and finds none. Errors as above.
 */
SEG_NODISCARD enum seg_status seg_key_table_append(struct seg_key_table *table,
                                                   const struct seg_column_view *keys,
                                                   struct seg_error *error);

/** `count` customers whose keys nobody asks for: an empty table then has neither keys by number nor
 * look-ups. */
void seg_key_table_set_count(struct seg_key_table *table, uint32_t count);

/**
 * Keys first, first + 1, ... of an empty table of integers, as if they had been added. They are
 * written out when a key comes that does not continue them; until then the view lacks them.
 */
void seg_key_table_set_consecutive(struct seg_key_table *table, int64_t first, uint32_t count);

/** Nobody will ask an empty table for keys by number: those that are consecutive are not written.
 */
void seg_key_table_imply(struct seg_key_table *table);

/** Is the key of number n first + n, and written nowhere? */
static inline bool seg_key_table_is_implied(const struct seg_key_table *table) {
  return table->implied > 0 && table->implied == table->count;
}

/** Has it the keys by number? */
static inline bool seg_key_table_has_keys(const struct seg_key_table *table) {
  return table->integers != NULL || table->texts != NULL;
}

/** Nothing is added any more: look-ups may take a faster form. Never fails. */
void seg_key_table_seal(struct seg_key_table *table);

/**
 * numbers[i] = number of the key in row rows[i], or SEG_NO_NUMBER. The keys are known and integer
 * or text, whatever the table holds: a text finds an integer when it is exactly its decimal form
 * ("7", not "007" or "+7"), and an integer finds its decimal form.
 */
void seg_key_table_find(const struct seg_key_table *table, const struct seg_column_view *keys,
                        const uint32_t *rows, uint32_t row_count, uint32_t *numbers);

/** All keys by number, but for those that are implied; borrowed from the table. */
struct seg_column_view seg_key_table_view(const struct seg_key_table *table);

/** Is the text the decimal form of a 64-bit integer, as "%lld" would print it? */
bool seg_key_parse_integer(struct seg_str text, int64_t *value);

enum { SEG_KEY_INTEGER_TEXT = 24 }; // bytes that seg_key_format_integer needs

/** The decimal form, into the caller's buffer. */
struct seg_str seg_key_format_integer(int64_t value, char out[SEG_KEY_INTEGER_TEXT]);

#endif
