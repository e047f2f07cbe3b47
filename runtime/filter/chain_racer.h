/**
 * Chain racer: who wins each chain, stage by stage. One thread each.
 *
 * After a stage, rows that nobody has won go on to the next one. While they are many they stay
 * where they are; few are copied side by side, with those of later batches, until they are enough
 * for a batch of their own.
 */
#ifndef SEG_RUNTIME_FILTER_CHAIN_RACER_H
#define SEG_RUNTIME_FILTER_CHAIN_RACER_H

#include "runtime/filter/chain_stages.h"
#include "runtime/filter/mask_runner.h"

struct seg_chain_room;

struct seg_chain_racer {
  const struct seg_chain_stages *stages;
  int64_t batch_rows;
  struct seg_chain_room *rooms; // per stage
  uint64_t *unassigned;         // of a batch
  uint16_t **winners;  // per chain: the winner's position of every row, or SEG_CHAIN_NO_WINNER;
                       // NULL: not wanted. Borrowed, set by the caller
  uint64_t **won;      // per chain, per member: how many rows it wins
  uint64_t *unmatched; // per chain: rows that nobody wins
  /** Texts of the first so many inputs stay where they are until the end. Set by the caller: other
   * texts may be gone after their batch, and rows that have some do not wait for others. */
  uint32_t staying_inputs;
};

/** Batches of at most so many rows, a multiple of 512. The stages must outlive the racer, which may
 * be deinitialised after a failure. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_chain_racer_init(struct seg_chain_racer *racer,
                                                   const struct seg_chain_stages *stages,
                                                   int64_t batch_rows, struct seg_error *error);
void seg_chain_racer_deinit(struct seg_chain_racer *racer);

/** Bytes of the buffers, when every stage has some. */
uint64_t seg_chain_racer_bytes(const struct seg_chain_stages *stages, int64_t batch_rows);

/** Decide the rows of a frame, whose values are there; row i has the number `first` + i. Some may
 * be decided in a later call. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_chain_racer_run(struct seg_chain_racer *racer,
                                                  const struct seg_block_frame *frame,
                                                  uint64_t first, struct seg_error *error);

/** Decide the rows that are left. */
SEG_NODISCARD enum seg_status seg_chain_racer_finish(struct seg_chain_racer *racer,
                                                     struct seg_error *error);

#endif
