/**
 * What a command may do when something failed, or when it was killed; see README.md.
 */
#ifndef SEG_TESTS_TRUST_JUDGE_H
#define SEG_TESTS_TRUST_JUDGE_H

#include <limits.h>

#include "tests/trust/faults/fault.h"
#include "tests/trust/faults/folder.h"

/** What a command did. */
struct outcome {
  int code; // -N: ended by signal N
  char *output, *messages;
  struct folder_list folder;
};

/** What it does without a fault. */
struct expected {
  struct folder_list before;
  struct outcome normal;
  double seconds;
  uint64_t points[FAULT_KINDS];
};

struct verdict {
  const char *wrong;       // NULL: nothing
  char place[PATH_MAX];    // the file that is wrong, or empty
  char leftover[PATH_MAX]; // a private file that the next run is to sweep, or empty
  bool harmless;           // all is as without the fault
};

struct verdict judge_fault(const struct fault_mode *mode, const struct expected *expected,
                           const struct outcome *found);

/** After a kill only the files count. */
struct verdict judge_kill(const struct expected *expected, const struct outcome *found);

/** Is the path below the folder? */
bool judge_is_below(const char *path, const char *folder);

/** Has nothing changed? */
bool judge_same_folder(const struct folder_list *found, const struct folder_list *wanted);

#endif
