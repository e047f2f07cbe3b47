// Counting of large buffers; see memory_budget.h.
#include "runtime/entity/memory_budget.h"

#include <assert.h>

#include "runtime/entity/run_errors.h"

void seg_memory_budget_init(struct seg_memory_budget *budget, uint64_t limit) {
  budget->limit = limit == 0 ? UINT64_MAX : limit;
  atomic_init(&budget->used, 0);
  atomic_init(&budget->peak, 0);
}

bool seg_memory_budget_take(struct seg_memory_budget *budget, uint64_t bytes) {
  uint64_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
  do {
    if (bytes > budget->limit || used > budget->limit - bytes)
      return false;
  } while (!atomic_compare_exchange_weak_explicit(&budget->used, &used, used + bytes,
                                                  memory_order_relaxed, memory_order_relaxed));
  uint64_t now = used + bytes;
  uint64_t peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
  while (now > peak && !atomic_compare_exchange_weak_explicit(
                           &budget->peak, &peak, now, memory_order_relaxed, memory_order_relaxed)) {
  }
  return true;
}

enum seg_status seg_memory_budget_need(struct seg_memory_budget *budget, uint64_t bytes,
                                       const char *what, struct seg_error *error) {
  if (seg_memory_budget_take(budget, bytes))
    return SEG_OK;
  return seg_memory_budget_fail(budget, bytes, what, error);
}

enum seg_status seg_memory_budget_fail(const struct seg_memory_budget *budget, uint64_t bytes,
                                       const char *what, struct seg_error *error) {
  const double megabyte = 1e6;
  double used = (double)seg_memory_budget_used(budget);
  seg_fail(error, SEG_LIMIT, seg_run_code(SEG_RUN_ERROR_MEMORY_LIMIT),
           "the memory limit is not enough for %s: %.1f MB more are needed beside the %.1f MB in "
           "use, and the run's share of the limit is %.1f MB",
           what, (double)bytes / megabyte, used / megabyte, (double)budget->limit / megabyte);
  seg_error_help(error, "allow more memory with --memory");
  return SEG_LIMIT;
}

void seg_memory_budget_give(struct seg_memory_budget *budget, uint64_t bytes) {
  uint64_t before = atomic_fetch_sub_explicit(&budget->used, bytes, memory_order_relaxed);
  assert(before >= bytes);
  (void)before;
}
