/**
 * Customers who are known already, and what holds of them: many questions are answered by one of
 * them, or by one who is put together of several. Private to compiler/verdicts.
 *
 * Each atom has a bit for each customer, asked of the reference evaluator once. All are seen on one
 * as-of day, so that the parts of two of them fit together (see circuit.h).
 */
#ifndef SEG_COMPILER_VERDICTS_POOL_H
#define SEG_COMPILER_VERDICTS_POOL_H

#include "compiler/prove/prover.h"
#include "compiler/verdicts/circuit.h"

struct seg_pooled_value;

/** Someone who is known: rows on the day of the pool. */
struct seg_pooled_customer {
  struct seg_dataset dataset;
  struct seg_arena arena;
};

struct seg_pool {
  const struct seg_circuit *circuit;
  struct seg_program program; // the same without segments: nothing else is read
  struct seg_zone *zone;
  struct seg_arena arena;
  struct seg_pooled_value *values; // what atoms compare with literals; pool_values.c
  uint32_t value_count;
  uint32_t *value_of;        // of the four operands of each atom; UINT32_MAX: taken as it is
  uint32_t *runs, run_count; // atoms in the order of pool_values.c
  uint32_t *run_lengths;     // where a run begins: how many atoms it has
  uint32_t customers, room;  // room: a multiple of 64
  uint64_t *bits;            // [atom sign][room / 64]
  struct seg_pooled_customer *rows;
  uint32_t lent; // the first customers belong to the pool that this is a fork of
  bool forked;
};

/** SEG_OUT_OF_MEMORY; when the time zone cannot be read, what seg_zone_load says. */
SEG_NODISCARD enum seg_status
seg_pool_init(struct seg_pool *pool, const struct seg_circuit *circuit, struct seg_error *error);
void seg_pool_deinit(struct seg_pool *pool);

/** A pool that begins with the customers of another one, which stays as it is meanwhile and
 * outlives it. False when memory is out; to be released even so. */
SEG_NODISCARD bool seg_pool_fork(struct seg_pool *pool, const struct seg_pool *from);

/** Look at a customer, moved to the day of the pool, who belongs to the pool from then on. Someone
 * for whom a rule overflows, who does not exist, or whose events the clocks move to other days, is
 * left out. */
SEG_NODISCARD enum seg_status seg_pool_add(struct seg_pool *pool,
                                           struct seg_pooled_customer *customer, int32_t as_of,
                                           struct seg_error *error);

/** Do known customers together make one for whom a cube of each list holds? No says nothing. */
bool seg_pool_knows(const struct seg_pool *pool, const struct seg_cubes *const *lists,
                    uint32_t count);

/** The same with the atoms of the cubes: `signs` has room for SEG_MAX_CUBE_SIGNS. */
bool seg_pool_find_cube(const struct seg_pool *pool, const struct seg_cubes *const *lists,
                        uint32_t count, seg_atom_sign *signs, uint32_t *sign_count);

/** splice.c: put together a customer for these atoms, of whom the wanted conditions are true;
 * without events that are not needed. `found` stays UNPROVED when the evaluator does not agree. */
SEG_NODISCARD enum seg_status seg_pool_splice(struct seg_pool *pool, const seg_atom_sign *signs,
                                              uint32_t sign_count, const struct seg_wanted *wanted,
                                              uint32_t count, struct seg_found *found,
                                              struct seg_error *error);

/** Atoms of one component, among those of a cube: the first from `first` on, up to the end. */
uint32_t seg_pool_component_end(const struct seg_pool *pool, const seg_atom_sign *signs,
                                uint32_t count, uint32_t first);
/** Is there a customer for these atoms of one component? Who, is the first; or UINT32_MAX. */
uint32_t seg_pool_who(const struct seg_pool *pool, const seg_atom_sign *signs, uint32_t count);
static inline bool seg_pool_knows_part(const struct seg_pool *pool, const seg_atom_sign *signs,
                                       uint32_t count) {
  return seg_pool_who(pool, signs, count) != UINT32_MAX;
}

/** invent.c: fill the pool with customers whose values lie around what rules compare with. */
SEG_NODISCARD enum seg_status seg_pool_invent(struct seg_pool *pool, uint32_t count,
                                              struct seg_error *error);

// pool_values.c

/** Find the values behind the atoms. */
SEG_NODISCARD bool seg_pool_find_values(struct seg_pool *pool);
/** The values behind the atoms again, for another pool. */
SEG_NODISCARD bool seg_pool_copy_values(struct seg_pool *pool, const struct seg_pool *from);
/** What holds of the one customer of the data set: `truths` has a byte for each atom. `fits` is
 * false when this is nobody. */
SEG_NODISCARD enum seg_status seg_pool_look(struct seg_pool *pool,
                                            const struct seg_dataset *dataset, uint8_t *truths,
                                            bool *fits, struct seg_error *error);

#endif
