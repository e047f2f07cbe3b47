/**
 * A prepared store that stays open from run to run: what was mapped is mapped, what was found whole
 * is not read again.
 */
#ifndef SEG_COMPILER_SESSION_STORE_H
#define SEG_COMPILER_SESSION_STORE_H

#include "compiler/include/segc.h"
#include "runtime/store/store.h"

struct segc_kept_store {
  struct seg_store store; // as a run found it last
};

#endif
