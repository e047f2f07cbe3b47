// Automata of text tests; see text_automaton.h.
#include "compiler/prove/text_automaton.h"

#include "runtime/base/utf8_letter.h"
#include "runtime/base/utf8_walk.h"

/** Where an automaton stands when nothing can change any more. */
enum { DEAD = 0xffff, BELOW = 0xfffe, MOST_PLACES = 0xfff0 };

/** Of a test without blanks at the ends: the place before the last blanks, the place behind them,
 * and whether it has begun. */
enum { BEFORE, BEHIND, BEGUN };

bool seg_text_automaton_fits(const struct seg_text_automaton *automaton,
                             const struct seg_text_atom *atom) {
  return automaton->question == atom->question && automaton->reading == atom->reading &&
         automaton->trimmed == atom->trimmed &&
         (atom->question == SEG_TEXT_IS || atom->question == SEG_TEXT_HAS_LENGTH);
}

void seg_text_automaton_deinit(struct seg_text_automaton *automaton) {
  SEG_VEC_FREE(&automaton->words);
}

// --- making ---

static bool read_literal(struct seg_text_automaton *automaton, const struct seg_text_atom *atom,
                         struct seg_arena *arena) {
  struct seg_str literal = atom->literal;
  automaton->size = 0;
  automaton->letters = SEG_NEW_ARRAY(arena, uint32_t, literal.size + 1);
  automaton->border = SEG_NEW_ARRAY(arena, uint16_t, literal.size + 2);
  if (automaton->letters == NULL || automaton->border == NULL || literal.size >= MOST_PLACES)
    return false;
  for (size_t at = 0; at < literal.size;)
    at += seg_utf8_next(literal, at, &automaton->letters[automaton->size++]);
  // Where to go on after a letter that does not fit (Knuth, Morris, Pratt 1977).
  for (uint16_t i = 1, k = 0; i < automaton->size; i++) {
    while (k > 0 && automaton->letters[k] != automaton->letters[i])
      k = automaton->border[k];
    k = (uint16_t)(k + (automaton->letters[k] == automaton->letters[i]));
    automaton->border[i + 1] = k;
  }
  return true;
}

static uint16_t word_below(const struct seg_text_automaton *automaton, uint16_t node,
                           uint32_t letter) {
  uint16_t below = automaton->words.items[node].first;
  while (below != 0 && automaton->words.items[below].letter != letter)
    below = automaton->words.items[below].next;
  return below;
}

static bool add_word(struct seg_text_automaton *automaton, struct seg_str word, uint16_t *place) {
  uint16_t node = 0;
  for (size_t at = 0; at < word.size;) {
    uint32_t letter;
    at += seg_utf8_next(word, at, &letter);
    uint16_t below = word_below(automaton, node, letter);
    if (below == 0) {
      below = (uint16_t)automaton->words.count;
      struct seg_word_node new = {.letter = letter, .next = automaton->words.items[node].first};
      if (automaton->words.count >= MOST_PLACES || !SEG_VEC_PUSH(&automaton->words, new))
        return false;
      automaton->words.items[node].first = below;
    }
    node = below;
  }
  *place = node;
  return true;
}

bool seg_text_automaton_take(struct seg_text_automaton *automaton, bool is_new,
                             const struct seg_text_atom *atom, struct seg_arena *arena,
                             uint16_t *place) {
  struct seg_regex_fault fault;
  *place = 0;
  if (is_new)
    *automaton = (struct seg_text_automaton){
        .question = atom->question, .reading = atom->reading, .trimmed = atom->trimmed};
  switch (atom->question) {
  case SEG_TEXT_IS:
    if (is_new && !SEG_VEC_PUSH(&automaton->words, (struct seg_word_node){0}))
      return false;
    return add_word(automaton, atom->literal, place);
  case SEG_TEXT_IS_BELOW:
  case SEG_TEXT_BEGINS:
  case SEG_TEXT_CLOSES:
  case SEG_TEXT_HOLDS: return read_literal(automaton, atom, arena);
  case SEG_TEXT_HAS_LENGTH:
    if (atom->length < 0 || atom->length >= MOST_PLACES)
      return false;
    *place = (uint16_t)atom->length;
    automaton->longest = *place > automaton->longest ? *place : automaton->longest;
    return true;
  case SEG_TEXT_MATCHES:
    return seg_automaton_build(arena, atom->pattern, &automaton->pattern, &fault) == SEG_OK;
  }
  return false;
}

// --- reading ---

static uint16_t follow_border(const struct seg_text_automaton *automaton, uint16_t at,
                              uint32_t letter) {
  while (at > 0 && (at == automaton->size || automaton->letters[at] != letter))
    at = automaton->border[at];
  return (uint16_t)(at + (automaton->size > 0 && automaton->letters[at] == letter));
}

static uint16_t step(const struct seg_text_automaton *automaton, uint16_t at, uint32_t letter) {
  bool fits = at < automaton->size && automaton->letters[at] == letter;
  switch (automaton->question) {
  case SEG_TEXT_IS:
    if (at != DEAD)
      at = word_below(automaton, at, letter);
    return at == 0 ? DEAD : at;
  case SEG_TEXT_IS_BELOW:
    if (at == DEAD || at == BELOW || at == automaton->size)
      return at == BELOW ? BELOW : DEAD; // longer than the literal is above it
    return fits ? (uint16_t)(at + 1) : letter < automaton->letters[at] ? BELOW : DEAD;
  case SEG_TEXT_BEGINS:
    if (at == DEAD || at == automaton->size)
      return at;
    return fits ? (uint16_t)(at + 1) : DEAD;
  case SEG_TEXT_HOLDS: return at == automaton->size ? at : follow_border(automaton, at, letter);
  case SEG_TEXT_CLOSES: return follow_border(automaton, at, letter);
  case SEG_TEXT_HAS_LENGTH: return (uint16_t)(at + (at < automaton->longest));
  case SEG_TEXT_MATCHES:
    return automaton->pattern->next[at * automaton->pattern->class_count +
                                    seg_automaton_class(automaton->pattern, letter)];
  }
  return at;
}

size_t seg_text_automaton_places(const struct seg_text_automaton *automaton) {
  return automaton->trimmed ? SEG_TEXT_PLACES : 1;
}

void seg_text_automaton_begin(const struct seg_text_automaton *automaton, uint16_t *at) {
  uint16_t start =
      automaton->question == SEG_TEXT_MATCHES ? (uint16_t)automaton->pattern->start : 0;
  at[BEFORE] = start;
  if (!automaton->trimmed)
    return;
  at[BEHIND] = start;
  at[BEGUN] = 0;
}

static void step_trimmed(const struct seg_text_automaton *automaton, uint16_t *at,
                         uint32_t letter) {
  bool blank = seg_utf8_is_blank(letter);
  if (blank && at[BEGUN] == 0)
    return;
  at[BEHIND] = step(automaton, at[BEHIND], letter);
  at[BEGUN] = 1;
  if (!blank)
    at[BEFORE] = at[BEHIND];
}

void seg_text_automaton_step(const struct seg_text_automaton *automaton, uint16_t *at,
                             const struct seg_text_letter *letter) {
  for (uint8_t i = 0; i < letter->sizes[automaton->reading]; i++)
    if (automaton->trimmed)
      step_trimmed(automaton, at, letter->read[automaton->reading][i]);
    else
      at[BEFORE] = step(automaton, at[BEFORE], letter->read[automaton->reading][i]);
}

bool seg_text_automaton_answer(const struct seg_text_automaton *automaton, const uint16_t *at,
                               uint16_t place) {
  switch (automaton->question) {
  case SEG_TEXT_IS: return at[BEFORE] == place;
  case SEG_TEXT_IS_BELOW:
    return at[BEFORE] == BELOW || (at[BEFORE] != DEAD && at[BEFORE] < automaton->size);
  case SEG_TEXT_BEGINS:
  case SEG_TEXT_CLOSES:
  case SEG_TEXT_HOLDS: return at[BEFORE] == automaton->size;
  case SEG_TEXT_HAS_LENGTH: return at[BEFORE] >= place;
  case SEG_TEXT_MATCHES: return automaton->pattern->accepting[at[BEFORE]];
  }
  return false;
}

// --- letters ---

static bool tell_letter(const struct seg_text_automaton *automaton,
                        struct seg_text_letters *letters, uint32_t letter) {
  return seg_text_letters_tell(letters, automaton->reading, letter, letter);
}

static bool tell_pattern(const struct seg_text_automaton *automaton,
                         struct seg_text_letters *letters) {
  const struct seg_automaton *pattern = automaton->pattern;
  for (uint32_t i = 0; i < pattern->range_count; i++) {
    uint32_t last =
        i + 1 < pattern->range_count ? pattern->range_starts[i + 1] - 1 : SEG_REGEX_LAST_LETTER;
    if (!seg_text_letters_tell(letters, automaton->reading, pattern->range_starts[i], last))
      return false;
  }
  return true;
}

// White_Space of Unicode; see runtime/base/utf8_letter.h.
static bool tell_blanks(const struct seg_text_automaton *automaton,
                        struct seg_text_letters *letters) {
  bool told = true;
  for (uint32_t letter = 0; letter <= 0x3000 && told; letter++)
    if (seg_utf8_is_blank(letter) && (letter == 0 || !seg_utf8_is_blank(letter - 1))) {
      uint32_t last = letter;
      while (seg_utf8_is_blank(last + 1))
        last++;
      told = seg_text_letters_tell(letters, automaton->reading, letter, last);
    }
  return told;
}

bool seg_text_automaton_tell(const struct seg_text_automaton *automaton,
                             struct seg_text_letters *letters) {
  bool told = !automaton->trimmed || tell_blanks(automaton, letters);
  letters->used[automaton->reading] = true;
  for (size_t i = 1; i < automaton->words.count && told; i++)
    told = tell_letter(automaton, letters, automaton->words.items[i].letter);
  for (uint16_t i = 0; i < automaton->size && told; i++)
    told = tell_letter(automaton, letters, automaton->letters[i]);
  if (automaton->question == SEG_TEXT_MATCHES && told)
    told = tell_pattern(automaton, letters);
  return told;
}
