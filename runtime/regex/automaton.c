// Following an automaton over a text; see automaton.h.
#include "runtime/regex/automaton.h"

#include "runtime/base/utf8_walk.h"

uint32_t seg_automaton_class(const struct seg_automaton *automaton, uint32_t code_point) {
  if (code_point < SEG_AUTOMATON_ASCII)
    return automaton->ascii_classes[code_point];
  uint32_t low = 0, high = automaton->range_count; // range `low` begins at or before the character
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (automaton->range_starts[middle] <= code_point)
      low = middle;
    else
      high = middle;
  }
  return automaton->range_classes[low];
}

bool seg_automaton_accepts(const struct seg_automaton *automaton, struct seg_str text) {
  uint32_t state = automaton->start;
  for (size_t at = 0; at < text.size && state != SEG_AUTOMATON_DEAD;) {
    unsigned char byte = (unsigned char)text.data[at];
    uint32_t class, letter;
    if (byte < SEG_AUTOMATON_ASCII) {
      class = automaton->ascii_classes[byte];
      at++;
    } else {
      at += seg_utf8_next(text, at, &letter);
      class = seg_automaton_class(automaton, letter);
    }
    state = automaton->next[state * automaton->class_count + class];
  }
  return automaton->accepting[state];
}
