/**
 * Letters of Unicode: small and capital forms, blanks, marks. What `lower`, `upper` and `trim` of
 * the language are made of.
 *
 * Case follows the simple mappings of Unicode: one character becomes one character, whatever
 * language it is written in (ß has the capital ẞ; İ becomes i; no ending sigma is chosen).
 */
#ifndef SEG_RUNTIME_BASE_UTF8_LETTER_H
#define SEG_RUNTIME_BASE_UTF8_LETTER_H

#include <stdbool.h>
#include <stdint.h>

/** The small, the capital form; other characters stay. UTF-8 grows by half of its size at most. */
uint32_t seg_utf8_lower(uint32_t code_point);
uint32_t seg_utf8_upper(uint32_t code_point);

/** Blanks as Unicode has them (White_Space): also tabs, line ends, the no-break space. */
bool seg_utf8_is_blank(uint32_t code_point);

/**
 * A mark that joins the character before it, such as a combining accent. Where a text in
 * normalization form C gets other letters, only beside such a mark can it leave that form.
 */
bool seg_utf8_is_mark(uint32_t code_point);

#endif
