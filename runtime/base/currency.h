/**
 * Currencies of ISO 4217: how many decimals an amount of each has. The list is currencies.def.
 */
#ifndef SEG_RUNTIME_BASE_CURRENCY_H
#define SEG_RUNTIME_BASE_CURRENCY_H

#include "runtime/base/str.h"

/**
 * The number of minor-unit digits of a three-letter code in capitals: 2 for EUR, 0 for JPY, 3 for
 * KWD. -1 when the code is unknown or has no minor unit (gold, special drawing rights, test codes).
 */
int seg_currency_scale(struct seg_str code);

/**
 * The known code that `code` is meant to be, for a suggestion: the same letters in another case, or
 * the only one a single edit away; the empty view otherwise.
 */
struct seg_str seg_currency_nearest(struct seg_str code);

#endif
