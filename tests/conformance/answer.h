/**
 * Answers: what came of a case, in the form of its expectations, and the comparison of the two.
 */
#ifndef SEG_TESTS_CONFORMANCE_ANSWER_H
#define SEG_TESTS_CONFORMANCE_ANSWER_H

#include "tests/conformance/case_file.h"

typedef SEG_VEC(const char *) answer_words;

/** "NAME: WORD WORD": the members of a segment, the winners of a chain ("KEY=SEGMENT"). */
struct answer_line {
  const char *name;
  answer_words words;
};

struct answer {
  struct seg_arena arena;
  const char *errors, *warnings; // codes with a blank between them
  const char *failure;           // code of a data error, or empty
  bool guard;                    // a segment is outside its size
  const char *messages;          // everything that was said
  bool has_lines;                // the rules were run
  bool members_only;             // warnings, messages and the output were not looked at
  SEG_VEC(struct answer_line) lines;
  const char *output; // the file as written, or NULL
};

void answer_init(struct answer *answer);
void answer_deinit(struct answer *answer);

/** Find or begin a line; valid until the next call. */
struct answer_line *answer_line(struct answer *answer, const char *name);
/** Add a word to a line; the word is copied. */
void answer_add(struct answer *answer, struct answer_line *line, const char *word);

/**
 * Compare with what the case expects; writes each difference to stderr, after `how` (which of the
 * ways gave the answer), and returns their number.
 */
int answer_check(struct answer *answer, const struct conformance_case *c, const char *how);

#endif
