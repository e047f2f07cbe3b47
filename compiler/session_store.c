// Stores that stay open; see session_store.h.
#include "compiler/session_store.h"

#include <stdlib.h>

struct segc_kept_store *segc_kept_store_new(void) {
  struct segc_kept_store *kept = calloc(1, sizeof *kept);
  if (kept != NULL)
    kept->store.readers = -1;
  return kept;
}

void segc_kept_store_free(struct segc_kept_store *kept) {
  if (kept == NULL)
    return;
  seg_store_close(&kept->store);
  free(kept);
}
