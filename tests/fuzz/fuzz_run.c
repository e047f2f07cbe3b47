// Any text compiled to machine code and run over made-up rows: the compiled rules say of every
// customer what the reference evaluator says.
#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "tests/differential/compare.h"
#include "tests/fuzz/random_rows.h"
#include "tests/fuzz/target.h"

enum { MOST_BYTES = 16384 };

static void compare(const struct subject *subject, uint64_t seed) {
  struct data data;
  if (!random_rows(&data, &subject->pipeline.program, seed))
    return;
  const struct run_manner manner = {.threads = 1 + (unsigned)(seed % 2),
                                    .morsel_rows = 1 + (int64_t)(seed % 29)};
  struct comparison_result result;
  compare_run(subject, &data, &manner, &result);
  if (result.verdict == VERDICT_DIFFERENT)
    fuzz_stop("%s", result.difference);
  data_deinit(&data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > MOST_BYTES || memchr(data, '\0', size) != NULL)
    return 0;
  char *text = strndup((const char *)data, size);
  if (text == NULL)
    return 0;
  struct subject subject;
  subject_init(&subject, text, false);
  if (subject.state == SUBJECT_READY)
    compare(&subject, seg_hash_bytes(data, size));
  subject_deinit(&subject);
  free(text);
  return 0;
}
