// The fault that generated code reports: the one of the smallest (row, step) wins, so that the
// message does not depend on the order in which functions run.
#include "runtime/plan/kernel.h"

void seg_kernel_fault_raise(struct seg_kernel_fault *fault, uint32_t kind, uint32_t step,
                            int64_t row) {
  bool is_later = row > fault->row || (row == fault->row && step >= fault->step);
  if (fault->kind != SEG_FAULT_NONE && is_later)
    return;
  fault->kind = (enum seg_fault_kind)kind;
  fault->step = step;
  fault->row = row;
}
