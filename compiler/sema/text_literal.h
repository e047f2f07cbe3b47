/**
 * Texts as the language writes them: in quotes, with signs that could not stand there escaped.
 */
#ifndef SEG_COMPILER_SEMA_TEXT_LITERAL_H
#define SEG_COMPILER_SEMA_TEXT_LITERAL_H

#include <stdio.h>

#include "runtime/base/str.h"

/** `"a \"b\""`: read again, it is this text. */
void seg_write_text_literal(struct seg_str text, FILE *out);

#endif
