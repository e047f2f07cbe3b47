/**
 * Customers in order: of their keys, and of a value with ties in the order of the keys. The same
 * order whatever the machine and the number of threads.
 */
#ifndef SEG_RUNTIME_RANK_CUSTOMER_ORDER_H
#define SEG_RUNTIME_RANK_CUSTOMER_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/column/column.h"
#include "runtime/rank/quantile_cut.h"

/** A customer with what it is sorted by. */
struct seg_order_entry {
  uint64_t key;
  uint64_t customer;
};

/** What is ordered, by customer number: int32_t, int64_t, double, or fractions. */
struct seg_ordered_values {
  enum seg_layout layout;      // I32, I64, F64
  const void *values;          // fractions: the numerators, I64
  const int64_t *denominators; // NULL: no fractions. Zero: no value
  const uint64_t *known;       // NULL: all known
};

/** Has the customer a value? */
bool seg_ordered_is_known(const struct seg_ordered_values *values, uint64_t customer);

/** Negative, zero or positive; both customers have a value. */
int seg_ordered_compare(const struct seg_ordered_values *values, uint64_t a, uint64_t b);

/** A value of layout I32 or I64. */
int64_t seg_ordered_integer(const struct seg_ordered_values *values, uint64_t customer);

/** A value as a fraction over `denominators`, which are not NULL. */
struct seg_fraction seg_ordered_fraction(const struct seg_ordered_values *values,
                                         uint64_t customer);

/**
 * order[i] = the customer with the i-th smallest key: integers by value, texts by bytes. All keys
 * are known and differ. `entries` and `spare` are room for `count` each.
 */
void seg_order_keys(const struct seg_column_view *keys, uint32_t count, uint32_t *order,
                    struct seg_order_entry *entries, struct seg_order_entry *spare);

/**
 * `entries` = the customers with a value, rising, ties in the order of `key_order`; then those
 * without, in that order too. Gives the number of those with a value. `spare` is room for `count`.
 */
uint32_t seg_order_values(const struct seg_ordered_values *values, const uint32_t *key_order,
                          uint32_t count, struct seg_order_entry *entries,
                          struct seg_order_entry *spare);

#endif
