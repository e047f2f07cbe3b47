/**
 * Case files: a small program, its data and what must come of it, in one text. README.md describes
 * the format.
 *
 * Memory of tests is never out: everything here ends the program instead of failing.
 */
#ifndef SEG_TESTS_CONFORMANCE_CASE_FILE_H
#define SEG_TESTS_CONFORMANCE_CASE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/vec.h"

/** A rule file, a table or a source: NUL-terminated, in the arena of the case. */
struct case_text {
  const char *name;
  const char *text;
};
typedef SEG_VEC(struct case_text) case_texts;

/** A member that was not written is NULL (exit_code: -1). */
struct conformance_case {
  const char *name; // of the file, and the line the case begins on: "L7.1-within:12"
  const char *as_of;
  bool allow_no_decision;
  int exit_code;
  case_texts files;       // rule files; the first is main.seg
  case_texts tables;      // CSV files of the data folder
  case_texts sources;     // queries
  const char *expected;   // lines "SEGMENT: KEY..."
  const char *output;     // the whole output file
  const char *errors;     // codes; "..." at the end allows more
  const char *warnings;   // codes, or "none"
  const char *data_error; // code
  const char *guard;      // segment
  const char *tests;      // lines "OUTCOME TITLE" of the `test` blocks
  case_texts messages;    // texts that a message must hold
  case_texts absent;      // texts that no message may hold
  const char *mistake;    // what is wrong with the case itself
};

struct case_file {
  struct seg_arena arena;
  SEG_VEC(struct conformance_case) cases;
};

/** False when the file cannot be read. Release with case_file_deinit in any case. */
bool case_file_read(struct case_file *file, const char *path);
void case_file_deinit(struct case_file *file);

/** Text in an arena that is never out of memory. */
SEG_PRINTF(2, 3)
const char *case_format(struct seg_arena *arena, const char *format, ...);
_Noreturn void case_out_of_memory(void);

#define CASE_PUSH(vec, ...)                                                                        \
  do {                                                                                             \
    if (!SEG_VEC_PUSH((vec), __VA_ARGS__))                                                         \
      case_out_of_memory();                                                                        \
  } while (0)

#endif
