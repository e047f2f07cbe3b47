/**
 * A source over a prepared store, for whatever reads sources: rows come in the order of the files
 * inside one customer, and, of the event that gives the customers, in the order of the files.
 */
#ifndef SEG_RUNTIME_STORE_SOURCE_STORE_H
#define SEG_RUNTIME_STORE_SOURCE_STORE_H

#include "runtime/io/source.h"
#include "runtime/store/store_fit.h"

/** The store and the entity must outlive the source. Errors: those of seg_store_fit and
 * seg_store_map. */
SEG_NODISCARD enum seg_status seg_source_open_store(struct seg_store *store,
                                                    enum seg_store_kind kind,
                                                    const struct seg_plan_entity *entity,
                                                    struct seg_source **source,
                                                    struct seg_error *error);

/** What is behind a source of a store, for who can read it without asking for morsels. */
struct seg_stored_source {
  struct seg_store *store;
  const struct seg_store_entity
      *entity;                       // mapped: offsets and numbers are verified, the rest is not
  struct seg_store_column **columns; // per plan input; NULL for the event's time
};

/** False when the source is another one. */
bool seg_source_stored(const struct seg_source *source, struct seg_stored_source *stored);

#endif
