/** Fractions as integers of the same order. */
#ifndef SEG_RUNTIME_COLUMN_NUMBER_ORDER_H
#define SEG_RUNTIME_COLUMN_NUMBER_ORDER_H

#include <stdint.h>

/** A double as an integer of the same order; both zeros are one. */
static inline int64_t seg_number_order(double number) {
  union {
    double number;
    int64_t bits;
  } value = {.number = number + 0.0};
  return value.bits ^ (int64_t)((uint64_t)(value.bits >> 63) >> 1);
}

/** The double of an order; that of -1, which no double has, is minus zero. */
static inline double seg_number_of_order(int64_t order) {
  union {
    int64_t bits;
    double number;
  } value = {.bits = order ^ (int64_t)((uint64_t)(order >> 63) >> 1)};
  return value.number;
}

#endif
