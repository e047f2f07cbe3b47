// See text_literal.h.
#include "compiler/sema/text_literal.h"

void seg_write_text_literal(struct seg_str text, FILE *out) {
  fputc('"', out);
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c == '"' || c == '\\')
      fputc('\\', out);
    if (c < 0x20 || c == 0x7f)
      fprintf(out, "\\u{%x}", c);
    else
      fputc(c, out);
  }
  fputc('"', out);
}
