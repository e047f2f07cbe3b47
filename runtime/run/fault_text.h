/**
 * Faults of machine code as errors for the user. The place of a row is put before it later, by
 * seg_source_locate. Values never appear in them.
 */
#ifndef SEG_RUNTIME_RUN_FAULT_TEXT_H
#define SEG_RUNTIME_RUN_FAULT_TEXT_H

#include "runtime/entity/key_table.h"
#include "runtime/plan/kernel.h"

/** A fault of a scan block. */
enum seg_status seg_fault_of_row(const struct seg_block *block,
                                 const struct seg_kernel_fault *fault, struct seg_error *error);

/** How a customer is named in messages: "customer 17", or without the key when that is personal. */
struct seg_fault_name {
  char text[160];
};
struct seg_fault_name seg_fault_name_key(const struct seg_column_view *keys, uint64_t row,
                                         bool personal);

/** A fault of the customer block. */
enum seg_status seg_fault_of_customer(const struct seg_block *block,
                                      const struct seg_kernel_fault *fault,
                                      const struct seg_fault_name *customer,
                                      struct seg_error *error);

/** A fault of a fold. */
enum seg_status seg_fault_of_fold(const struct seg_fold *fold, const struct seg_kernel_fault *fault,
                                  const struct seg_fault_name *customer, struct seg_error *error);

#endif
