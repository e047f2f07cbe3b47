/**
 * Status codes and the error a caller owns.
 *
 * Everything that can go wrong in the world (files, memory, data) is an enum seg_status plus one
 * plain sentence in a struct seg_error. Mistakes in rules are diagnostics (compiler/diag), mistakes
 * in this code are asserts.
 */
#ifndef SEG_RUNTIME_BASE_STATUS_H
#define SEG_RUNTIME_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>

enum seg_status {
  SEG_OK = 0,
  SEG_OUT_OF_MEMORY,
  SEG_IO,          // a file or folder that cannot be read or written
  SEG_BAD_DATA,    // data that does not fit its declaration
  SEG_USAGE,       // an option or argument that makes no sense
  SEG_LIMIT,       // a guard tripped: memory, nesting, number of rules
  SEG_INTERRUPTED, // the user asked to stop
  SEG_INTERNAL,    // a bug in segc, reported instead of hidden
};

#define SEG_NODISCARD __attribute__((warn_unused_result))
#define SEG_PRINTF(format_index, first_argument)                                                   \
  __attribute__((format(printf, format_index, first_argument)))

/** What went wrong, in words for the user. Owned by the caller, needs no release. */
struct seg_error {
  enum seg_status status;
  char code[8];       // the diagnostic code, such as "D301"; empty when there is none
  char message[1024]; // one plain sentence: where, what, why
  char help[512];     // a fix, or empty
};

/** Fill `error` (which may be NULL) and return `status`, for `return seg_fail(...)`. */
SEG_PRINTF(4, 5)
enum seg_status seg_fail(struct seg_error *error, enum seg_status status, const char *code,
                         const char *format, ...);

/** Add a fix to an error that seg_fail filled. */
SEG_PRINTF(2, 3)
void seg_error_help(struct seg_error *error, const char *format, ...);

/** The standard out-of-memory failure; `what` names what was being built. */
enum seg_status seg_fail_memory(struct seg_error *error, const char *what);

#endif
