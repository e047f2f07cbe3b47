/**
 * Does a store hold what a plan reads, declared as the plan declares it? A rule can change freely
 * as long as it does.
 */
#ifndef SEG_RUNTIME_STORE_STORE_FIT_H
#define SEG_RUNTIME_STORE_STORE_FIT_H

#include "runtime/store/store.h"

enum seg_store_kind { SEG_STORE_CUSTOMER, SEG_STORE_EVENT, SEG_STORE_LIST };

/**
 * The stored entity for one of the plan's, and the stored column of each of its inputs (an array
 * of the store's arena; NULL for those that are the event's time). Error: OTHER, with the entity,
 * the column and both declarations.
 */
SEG_NODISCARD enum seg_status seg_store_fit(struct seg_store *store, enum seg_store_kind kind,
                                            const struct seg_plan_entity *wanted,
                                            struct seg_store_entity **entity,
                                            struct seg_store_column ***columns,
                                            struct seg_error *error);

/** The same of what is said about the whole project: its zone, where customers come from. */
SEG_NODISCARD enum seg_status seg_store_fit_project(const struct seg_store *store,
                                                    const struct seg_plan *plan,
                                                    struct seg_error *error);

#endif
