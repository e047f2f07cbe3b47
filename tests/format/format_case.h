/**
 * What must hold for the layout of any text: the same tree, the same comments in the same order,
 * and nothing left to do the second time. Checked here without the formatter's own check.
 */
#ifndef SEG_TESTS_FORMAT_FORMAT_CASE_H
#define SEG_TESTS_FORMAT_FORMAT_CASE_H

#include <stdbool.h>

#include "tests/support/random.h"

/** The canonical layout of a text; NULL with syntax errors. The caller frees it. */
char *format_text(const char *text);

/** The tree as text, which holds no places; NULL with syntax errors. The caller frees it. */
char *tree_of(const char *text);

/** All comments of a text without errors, a line each. The caller frees it. */
char *comments_of(const char *text);

/**
 * Do all the promises hold? A text with syntax errors has none to keep. What fails is printed with
 * `name`.
 */
bool format_holds(const char *name, const char *text);

/**
 * The same program spread otherwise: blanks, tabs and line ends between its tokens, but no blank
 * lines, and line ends only where they mean nothing. The caller frees it.
 */
char *spread_text(struct seg_random *random, const char *text);

/** The text with a comment behind token number `index`, on its own line or at the end of one; NULL
 * when there are not so many tokens. The caller frees it. */
char *text_with_comment(const char *text, size_t index, bool own_line);

#endif
