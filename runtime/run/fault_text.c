// Words for the faults of machine code; see fault_text.h.
#include "runtime/run/fault_text.h"

#include <stdio.h>

#include "runtime/entity/run_errors.h"

enum { LONGEST_SOURCE = 200, LONGEST_KEY = 64 };

// At most `limit` bytes, cut between characters; what a UTF-8 continuation byte begins stays whole.
static struct seg_str shortened(struct seg_str text, size_t limit) {
  if (text.size <= limit)
    return text;
  while (limit > 0 && ((unsigned char)text.data[limit] & 0xc0) == 0x80)
    limit--;
  return (struct seg_str){.data = text.data, .size = limit};
}

static enum seg_status fail_overflow(const char *who, struct seg_str source, enum seg_layout layout,
                                     const char *help, struct seg_error *error) {
  struct seg_str shown = shortened(source, LONGEST_SOURCE);
  const char *range = layout == SEG_LAYOUT_F64
                          ? "its result is larger than any number that can be stored (1.8e308)"
                          : "its exact result does not fit into 64 bits (about 9.2e18)";
  if (source.size == 0)
    seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_OVERFLOW),
             "%sa calculation overflows: %s", who, range);
  else
    seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_OVERFLOW), "%s`%.*s%s` overflows: %s",
             who, SEG_STR(shown), shown.size < source.size ? "..." : "", range);
  seg_error_help(error, "%s", help);
  return SEG_BAD_DATA;
}

static enum seg_status fail_step(const struct seg_block *block,
                                 const struct seg_kernel_fault *fault, const char *who,
                                 const char *help, struct seg_error *error) {
  if (fault->kind == SEG_FAULT_MEMORY)
    return seg_fail_memory(error, "the values of a batch");
  const struct seg_step *step = &block->steps[fault->step];
  return fail_overflow(who, step->source, step->layout, help, error);
}

enum seg_status seg_fault_of_row(const struct seg_block *block,
                                 const struct seg_kernel_fault *fault, struct seg_error *error) {
  return fail_step(block, fault, "", "correct the values in this row, or leave it out of the data",
                   error);
}

struct seg_fault_name seg_fault_name_key(const struct seg_column_view *keys, uint64_t row,
                                         bool personal) {
  struct seg_fault_name name;
  if (personal) {
    snprintf(name.text, sizeof name.text, "a customer (the key is personal and not shown)");
  } else if (keys->layout == SEG_LAYOUT_I64) {
    snprintf(name.text, sizeof name.text, "customer %lld",
             (long long)((const int64_t *)keys->values)[row]);
  } else {
    struct seg_str key = ((const struct seg_str *)keys->values)[row];
    struct seg_str shown = shortened(key, LONGEST_KEY);
    snprintf(name.text, sizeof name.text, "customer \"%.*s%s\"", SEG_STR(shown),
             shown.size < key.size ? "..." : "");
  }
  return name;
}

static const char customer_help[] =
    "look at the data of this customer; values this large are usually a mistake in the data";

enum seg_status seg_fault_of_customer(const struct seg_block *block,
                                      const struct seg_kernel_fault *fault,
                                      const struct seg_fault_name *customer,
                                      struct seg_error *error) {
  char who[sizeof customer->text + 2];
  snprintf(who, sizeof who, "%s: ", customer->text);
  return fail_step(block, fault, who, customer_help, error);
}

enum seg_status seg_fault_of_fold(const struct seg_fold *fold, const struct seg_kernel_fault *fault,
                                  const struct seg_fault_name *customer, struct seg_error *error) {
  if (fault->kind == SEG_FAULT_MEMORY)
    return seg_fail_memory(error, "the different values of one customer");
  char who[sizeof customer->text + 2];
  snprintf(who, sizeof who, "%s: ", customer->text);
  const struct seg_fold_cell *cell = &fold->cells[fault->step];
  return fail_overflow(who, cell->source, cell->layout, customer_help, error);
}
