/**
 * Codes of 16 bits for a column of fractions, which rise with the value (struct seg_code_bounds;
 * how masks use them: runtime/filter/mask_sketches.h).
 *
 * Each code stands for about as many rows as any other, by a sample of the rows. A value that is as
 * frequent as that has a code of its own: then a comparison with it reads nothing but codes.
 */
#ifndef SEG_RUNTIME_PREPARE_VALUE_CODES_H
#define SEG_RUNTIME_PREPARE_VALUE_CODES_H

#include "runtime/prepare/build.h"

enum {
  SEG_VALUE_CODES_MOST = 1 << 16,
  SEG_VALUE_CODES_SAMPLE = 4 * (SEG_VALUE_CODES_MOST - 1), // rows that are looked at for the bounds
  SEG_VALUE_CODES_ROWS = 16,             // a code stands for so many rows or more, or for one value
  SEG_VALUE_CODES_FEWEST_ROWS = 1 << 16, // smaller tables are read as fast as they are
};

/** What finds the codes of values: a table says between which two the code lies. Zero-initialise.
 */
struct seg_value_coder {
  uint32_t count; // codes
  double *bounds; // of each, the least value; some infinities behind them
  /** Of buckets of equal width, of values or of their orders (seg_number_order): the last code that
   * begins before the bucket. */
  uint16_t *firsts;
  bool by_order;
  double low, scale; // of values
  int64_t low_order; // of orders
  unsigned shift;
};

/** From a sample of orders, which is sorted here; at most `most` codes, 4 or more. */
SEG_NODISCARD enum seg_status seg_value_coder_init(struct seg_value_coder *coder, int64_t *sample,
                                                   uint64_t sample_count, uint32_t most,
                                                   struct seg_error *error);
void seg_value_coder_deinit(struct seg_value_coder *coder);

/** codes[i] = the code of values[i], less 32,768. */
void seg_value_coder_encode(const struct seg_value_coder *coder, const double *values,
                            uint64_t count, int16_t *codes);

/** Write codes and bounds of a column of fractions of this build beside its values, which are
 * finished; of too few rows none. */
SEG_NODISCARD enum seg_status seg_value_codes_write(struct seg_build *build,
                                                    struct seg_str codes_name,
                                                    struct seg_str bounds_name,
                                                    struct seg_store_values *made,
                                                    struct seg_error *error);

#endif
