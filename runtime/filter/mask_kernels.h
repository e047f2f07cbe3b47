/**
 * The inner loops of masks, once for each generation of processors: 64 rows are a word of bits.
 *
 * `rows` counts are multiples of 64, buffers have room for them; what lies behind the last row of
 * the data may be anything.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_KERNELS_H
#define SEG_RUNTIME_FILTER_MASK_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/filter/text_search.h"
#include "runtime/plan/kernel.h"

enum { SEG_MASK_ROUND = 512 }; // rows of eight words: what batches are multiples of

enum seg_mask_type { SEG_MASK_I8, SEG_MASK_I16, SEG_MASK_I32, SEG_MASK_I64, SEG_MASK_F64 };
enum { SEG_MASK_TYPE_COUNT = SEG_MASK_F64 + 1 };

/** BETWEEN: from a constant to a constant, both included. */
enum seg_mask_test { SEG_MASK_GREATER, SEG_MASK_GREATER_EQUAL, SEG_MASK_EQUAL, SEG_MASK_BETWEEN };
enum { SEG_MASK_TEST_COUNT = SEG_MASK_EQUAL + 1 };

/** A constant of a comparison; `number` for F64. */
union seg_mask_constant {
  int64_t integer;
  double number;
};

/** words[w] bit i = values[64 w + i] ? constant. */
typedef void seg_mask_compare(const void *values, int64_t rows, union seg_mask_constant constant,
                              uint64_t *words);

/** words[w] bit i = low <= values[64 w + i] <= high. */
typedef void seg_mask_between(const void *values, int64_t rows, int64_t low, int64_t high,
                              uint64_t *words);

enum { SEG_MASK_TOGETHER = 8 }; // comparisons of a column in one pass

/** A comparison that is made with others: from low to high, or, of singles, greater than low. */
struct seg_mask_range {
  int64_t low, high;
  uint64_t *words; // a bit a value
};

/** Up to SEG_MASK_TOGETHER comparisons of a column; `singles` of them come first. As many bytes
 * from `ahead` on as the values have are brought into the cache, as fast as values are compared. */
typedef void seg_mask_together(const void *values, int64_t rows,
                               const struct seg_mask_range *ranges, uint32_t singles,
                               uint32_t count, const void *ahead);

/** words[w] bit i = values[64 w + i] is one of `count` wanted ones. */
typedef void seg_mask_any(const int16_t *values, int64_t rows, const int16_t *wanted,
                          uint32_t count, uint64_t *words);

/** codes[i] = min(max(values[i], low), high) - low + least, which fits the narrower type. */
typedef void seg_mask_narrow(const void *values, int64_t rows, int64_t low, int64_t high,
                             int64_t least, void *codes);

/** halves[i] = floor + ceiling of numerators[i] / denominators[i], both of one type, or the end of
 * the range that it is beyond; 0 where the denominator is 0 or less. `rows` is a multiple of 64. */
typedef void seg_mask_halves(const void *numerators, const void *denominators, int64_t rows,
                             int64_t *halves);

enum { SEG_MASK_RANK_MOST = 255 };

/** Thresholds as a search tree of 4 to 8 levels; how its floats stand for them: mask_ranks.h. */
struct seg_mask_tree {
  uint32_t levels, count;
  int64_t thresholds[SEG_MASK_RANK_MOST]; // rising
  /** Node 1 is the root; node 2^levels + r: the float of values whose rank is r or more. */
  float floats[2 * (SEG_MASK_RANK_MOST + 1)];
};

enum { SEG_MASK_BINS = 64, SEG_MASK_BIN_MOST = 16, SEG_MASK_THRESHOLDS_MOST = 1024 };

/** Thresholds of narrower integers in bins of equal width: mask_ranks.h. */
struct seg_mask_bins {
  int64_t least, most;           // values are brought between them, and `least` is taken off
  uint32_t shift;                // of what is left: the bin; the bits below are compared in it
  uint32_t count, steps;         // thresholds; those of the fullest bin
  uint16_t bases[SEG_MASK_BINS]; // thresholds of the bins before
  uint16_t lows[SEG_MASK_BIN_MOST][SEG_MASK_BINS];
};

enum { SEG_MASK_BYTE_BINS = 16, SEG_MASK_BYTE_BIN_MOST = 32 };

/** The same for processors that look up in 16 bytes: fewer bins, of up to SEG_MASK_RANK_MOST
 * thresholds. */
struct seg_mask_byte_bins {
  int64_t least, most; // values are brought between them, and `least` is taken off
  uint32_t cut;        // so many bits of what is left are above its lower 16
  uint32_t factor;     // what is left >> cut, times the factor, >> 16: the bin
  uint32_t count, steps;
  int8_t bases[SEG_MASK_BYTE_BINS]; // thresholds of the bins before, less 128
  /** Both bytes of the lower 16 bits of a threshold, less 128 each. */
  int8_t highs[SEG_MASK_BYTE_BIN_MOST][SEG_MASK_BYTE_BINS];
  int8_t lows[SEG_MASK_BYTE_BIN_MOST][SEG_MASK_BYTE_BINS];
};

enum { SEG_MASK_PAGE = 16, SEG_MASK_IN_DOUBT = INT8_MAX };

/** The rank of each code, less 128, or SEG_MASK_IN_DOUBT. Most codes have the ranks of the codes
 * around them: the ranks of 16 codes are a page, and pages alike are one, so that all of them stay
 * in the first-level cache. */
struct seg_mask_pages {
  uint16_t firsts[(UINT16_MAX + 1) / SEG_MASK_PAGE]; // of codes as numbers without a sign
  int8_t ranks[2 * SEG_MASK_RANK_MOST * SEG_MASK_PAGE];
};

/** Thresholds of values that have codes (mask_sketches.h). */
struct seg_mask_sketch {
  uint32_t count;
  int64_t thresholds[SEG_MASK_RANK_MOST]; // rising, of seg_number_order
  int16_t codes[SEG_MASK_RANK_MOST];      // values with larger codes exceed the threshold
  uint32_t doubt_count;
  int16_t doubts[SEG_MASK_RANK_MOST]; // codes of which some values may exceed more than others
  union {
    /** `codes` in bins, with 2 low for the lower bits of doubtful ones and 2 low + 1 for others:
     * twice those of a value's code exceed them, and equal only doubtful ones. */
    struct seg_mask_bins bins;
    struct seg_mask_byte_bins byte_bins; // the same
    struct seg_mask_pages pages;
  };
  bool is_paged; // for kernels without bins, and where one of 16 would be too full
};

/** The thresholds of a column: a tree for I64 and F64, bins for I16 and I32, a sketch for F64 with
 * codes. */
union seg_mask_ranking {
  struct seg_mask_tree tree;
  struct seg_mask_bins bins;
  struct seg_mask_byte_bins byte_bins;
  struct seg_mask_sketch sketch;
};

/** ranks[i] = how many thresholds values[i] exceeds: less 128, as I8, or as I16 where bins have
 * more than SEG_MASK_RANK_MOST thresholds. */
typedef void seg_mask_rank(const void *values, int64_t rows, const union seg_mask_ranking *ranking,
                           void *ranks);

/** ranks[i] = how many thresholds codes[i] says that its value exceeds, less 128; doubtful[w] bit i
 * = values with the code of row 64 w + i may exceed more. */
typedef void seg_mask_rank_codes(const int16_t *codes, int64_t rows,
                                 const struct seg_mask_sketch *sketch, int8_t *ranks,
                                 uint64_t *doubtful);

/** signs[i] = 1, 0 or -1: values[i] against others[i], both of one type. */
typedef void seg_mask_sign(const void *values, const void *others, int64_t rows, int8_t *signs);

enum { SEG_MASK_DIGITS_MOST = 6, SEG_MASK_GRADES_MOST = 400 };

/** How numbers of so many bits are cut into digits, the lowest first (mask_slices.h). */
struct seg_mask_digits {
  uint32_t bits, count;
  uint32_t widths[SEG_MASK_DIGITS_MOST]; // bits of a digit
  uint32_t firsts[SEG_MASK_DIGITS_MOST]; // its grades in the table of all: 0 to 2^width
};

/** slices[8 b + w] bit i = bit b of min(max(values[64 w + i], low), high) - low; 512 values. */
typedef void seg_mask_slice(const void *values, int64_t low, int64_t high, uint32_t bits,
                            uint64_t *slices);

/** 512 numbers against thresholds, whose digits' grades lie at so many bytes of the table:
 * `singles` numbers exceed one, `pairs` exceed the first and not the second of two. Eight words
 * each, stride words apart. */
typedef void seg_mask_grade(const uint64_t *slices, const struct seg_mask_digits *digits,
                            const uint16_t *places, uint32_t singles, uint32_t pairs,
                            uint64_t *words, size_t stride);

/** What bits do to those that are in a slot: they take their place, are ORed or ANDed to them; in
 * this order. */
enum seg_mask_join { SEG_JOIN_PUT, SEG_JOIN_OR, SEG_JOIN_AND };
enum { SEG_JOIN_COUNT = SEG_JOIN_AND + 1 };

/** Comparisons that are made alike. */
struct seg_mask_run {
  enum seg_mask_join join;
  bool are_pairs; // numbers exceed the first and not the second of two thresholds; others: one
  bool flipped;   // complements are joined
  uint32_t count;
};

enum { SEG_MASK_RUNS_MOST = 4 * SEG_JOIN_COUNT };

/** Comparisons that share slots: where the grades of their thresholds lie, and their slots. */
struct seg_mask_grading {
  uint32_t run_count;
  struct seg_mask_run runs[SEG_MASK_RUNS_MOST];
  uint16_t *places; // as seg_mask_grade has them
  uint32_t *at;     // so many bytes behind the first slot
};

/** The same as seg_mask_grade, into slots that are shared. */
typedef void seg_mask_grade_joined(const uint64_t *slices, const struct seg_mask_digits *digits,
                                   const struct seg_mask_grading *grading, uint64_t *slots);

/** out = the AND of `plain` operands, of the complements of the following `negated`, and, where
 * there is one, of the OR of the following `any` operands and the complements of `any_negated`. */
struct seg_mask_op {
  uint32_t out;   // slot
  uint32_t first; // of its operands
  uint32_t plain, negated, any, any_negated;
  uint32_t level; // its operands are leaves, or come from lower levels
};

enum { SEG_MASK_OPERANDS_READ = 5 }; // of every operation, though it may have fewer

/** picked[i] = numbers[codes[i]], 512 of them. */
typedef void seg_mask_pick(const void *codes, const uint32_t *numbers, uint32_t *picked);

/** When something is faster than one comparison after the other on a level. */
struct seg_mask_costs {
  uint32_t fewest_ranked;         // ranks: from so many thresholds of a column on
  uint32_t fewest_sliced;         // slices: from so many comparisons on
  uint32_t fewest_ranks_sliced;   // the same of ranks, which have few bits
  uint32_t fewest_joined;         // joins (mask_joins.h): from so many leaves of a program on
  uint32_t ranking, ranking_step; // of ranks by bins, beside vectors that are read or written
};

struct seg_mask_kernels {
  struct seg_mask_costs costs;
  /** GREATER_EQUAL of F64 only: integers have a number before; BETWEEN of integers only. */
  seg_mask_compare *compare[SEG_MASK_TYPE_COUNT][SEG_MASK_TEST_COUNT];
  seg_mask_between *between[SEG_MASK_F64];
  seg_mask_together *together[SEG_MASK_I64];           // NULL: one by one is as fast
  seg_mask_any *any_i16;                               // NULL: comparing one by one is as fast
  seg_mask_narrow *narrow[SEG_MASK_F64][SEG_MASK_F64]; // [from][to], to below from
  seg_mask_sign *sign[SEG_MASK_TYPE_COUNT];
  seg_mask_halves *halves; // of I64
  seg_mask_halves *halves_i32;
  seg_mask_rank *rank[SEG_MASK_TYPE_COUNT]; // NULL where comparing one by one is as fast
  seg_mask_rank_codes *rank_codes;
  uint32_t bins; // of integers and codes: SEG_MASK_BINS, SEG_MASK_BYTE_BINS, or none
  seg_mask_slice *slice[SEG_MASK_I64];
  seg_mask_grade *grade;
  seg_mask_grade_joined *grade_joined;
  seg_text_search_kernel *search;
  seg_mask_pick *pick[SEG_WIDTH_COUNT]; // by the width of codes; FULL: none
  /** Of up to 128 numbers of a byte, by codes of a byte; NULL where others are as fast. */
  void (*pick_bytes)(const int8_t *codes, const uint8_t *numbers, uint32_t count, uint8_t *picked);
  /** The first `words` words (a multiple of 8) of all operations, in order. Slot s lies at slots +
   * s * stride. */
  void (*combine)(uint64_t *slots, size_t stride, size_t words, const struct seg_mask_op *ops,
                  uint32_t count, const uint32_t *operands);
  uint64_t (*count)(const uint64_t *words, size_t count); // bits that are 1; any count
  /** counts[i] grows by the bits that are 1 in the first `words` words of slot roots[i]. */
  void (*count_each)(const uint64_t *slots, size_t stride, size_t words, const uint32_t *roots,
                     uint32_t root_count, uint64_t *counts);
  /** counts[i] grows by the bits that are 1 among the first `rows` of what operation i gives, which
   * is put nowhere. SEG_MASK_OPERANDS_READ operands are
   * looked at, though not their slots. */
  void (*tally)(const uint64_t *slots, size_t stride, int64_t rows, const struct seg_mask_op *ops,
                uint32_t count, const uint32_t *operands, uint64_t *counts);
  /** win = mask & unassigned leaves unassigned, and goes into the slices (stride words apart) of
   * the bits of `number`; slices NULL: nowhere. The bits that won. */
  uint64_t (*claim)(const uint64_t *mask, size_t words, uint64_t *unassigned, uint32_t number,
                    uint64_t *slices, size_t stride);
  /** codes[i], i < 64: the number whose bit b is bit i of slices[b * stride], b < count; 65,535
   * where bit i of `none` is 1. */
  void (*expand)(const uint64_t *slices, size_t stride, uint32_t count, uint64_t none,
                 uint16_t *codes);
};

/** The kernels of a level; of the best below it that this machine has. */
const struct seg_mask_kernels *seg_mask_kernels(enum seg_vector_level level);

/** The best that this machine has. */
enum seg_vector_level seg_mask_best_level(void);

#endif
