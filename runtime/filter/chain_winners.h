/**
 * Chain winners: of several masks in order of priority, which is the first to match each row?
 */
#ifndef SEG_RUNTIME_FILTER_CHAIN_WINNERS_H
#define SEG_RUNTIME_FILTER_CHAIN_WINNERS_H

#include <stdint.h>

#include "runtime/filter/mask_kernels.h"

/** The winner of a row that no mask matches. */
enum { SEG_CHAIN_NO_WINNER = UINT16_MAX };

/** Words that seg_chain_winners needs as `slices`. */
size_t seg_chain_slice_words(uint32_t member_count, int64_t rows);

/**
 * `masks[m]`, m < member_count, are the members' masks over `rows` rows, bits behind them 0. Adds
 * to won[m] the rows that m wins, to *unmatched the others, and writes the winner's position (or
 * SEG_CHAIN_NO_WINNER) of every row to `winners`, unless it is NULL. At most 65,535 members.
 */
void seg_chain_winners(const struct seg_mask_kernels *kernels, const uint64_t *const *masks,
                       uint32_t member_count, int64_t rows, uint64_t *slices, uint64_t *won,
                       uint64_t *unmatched, uint16_t *winners);

/** Adds to won_held_out[m] the rows that m wins and that are in held_out[m] (NULL: none are). */
void seg_chain_held_out(const uint64_t *const *masks, const uint64_t *const *held_out,
                        uint32_t member_count, int64_t rows, uint64_t *unassigned,
                        uint64_t *won_held_out);

#endif
