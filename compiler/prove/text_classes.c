// The product of the automata of text tests; see text_classes.h.
#include "compiler/prove/text_classes.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

#include "runtime/base/hash.h"
#include "runtime/base/utf8_walk.h"

enum { MAX_STATES = 20000, MAX_LETTERS = 400 };

/** One test, ready to read: the literal as letters, and where to go on after a letter that does not
 * fit (Knuth, Morris, Pratt 1977). */
struct automaton {
  const struct seg_text_atom *atom;
  uint32_t *letters;
  uint16_t *border; // of the first i letters: the longest proper prefix that is a suffix too
  uint16_t size;
};

/** Where an automaton stands: how many letters fit; then what can no longer be changed. */
enum { DEAD = 0xffff, BELOW = 0xfffe };

struct state {
  uint32_t parent; // and the letter that led here
  uint32_t letter;
};

struct product {
  struct seg_text_classes *classes;
  struct seg_arena *arena;
  struct automaton automata[SEG_MAX_TEXT_TESTS];
  size_t count;
  uint32_t alphabet[MAX_LETTERS];
  size_t letters;
  SEG_VEC(struct state) states;
  SEG_VEC(uint16_t) positions; // per state, `count` of them
  uint32_t *table;             // state + 1 by the hash of its positions
  uint32_t slots;
};

void seg_text_classes_deinit(struct seg_text_classes *classes) {
  SEG_VEC_FREE(&classes->atoms);
  SEG_VEC_FREE(&classes->classes);
}

int seg_text_classes_add(struct seg_text_classes *classes, struct seg_text_atom atom) {
  for (size_t i = 0; i < classes->atoms.count; i++) {
    const struct seg_text_atom *other = &classes->atoms.items[i];
    if (other->question == atom.question && other->map == atom.map &&
        seg_str_equal(other->literal, atom.literal))
      return (int)i;
  }
  if (classes->atoms.count == SEG_MAX_TEXT_TESTS || !SEG_VEC_PUSH(&classes->atoms, atom))
    return -1;
  return (int)classes->atoms.count - 1;
}

static uint32_t read_as(int map, uint32_t letter) {
  if (map == SEG_LOWER)
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)letter);
  if (map == SEG_UPPER)
    return (uint32_t)utf8proc_toupper((utf8proc_int32_t)letter);
  return letter;
}

static void add_letter(struct product *product, uint32_t letter) {
  for (size_t i = 0; i < product->letters; i++)
    if (product->alphabet[i] == letter)
      return;
  if (product->letters < MAX_LETTERS)
    product->alphabet[product->letters++] = letter;
}

/** Letters of the literals in each case, their neighbours for the order, and one that is in none.
 */
static bool collect_letters(struct product *product) {
  static const char others[] = "xqzjk0123456789";
  for (size_t i = 0; i < product->count; i++)
    for (uint16_t j = 0; j < product->automata[i].size; j++) {
      uint32_t letter = product->automata[i].letters[j];
      add_letter(product, letter);
      add_letter(product, (uint32_t)utf8proc_tolower((utf8proc_int32_t)letter));
      add_letter(product, (uint32_t)utf8proc_toupper((utf8proc_int32_t)letter));
      if (product->automata[i].atom->question == SEG_TEXT_IS_BELOW && letter > '!')
        add_letter(product, letter - 1);
    }
  size_t used = product->letters;
  for (const char *other = others; *other != '\0' && product->letters == used; other++) {
    bool free = true;
    for (size_t i = 0; i < used && free; i++)
      free = product->alphabet[i] != (uint32_t)*other &&
             read_as(SEG_LOWER, product->alphabet[i]) != (uint32_t)*other;
    if (free)
      add_letter(product, (uint32_t)*other);
  }
  add_letter(product, '~'); // above every other letter of ASCII
  return product->letters < MAX_LETTERS;
}

static bool prepare(struct product *product, size_t index) {
  struct automaton *automaton = &product->automata[index];
  const struct seg_text_atom *atom = &product->classes->atoms.items[index];
  *automaton = (struct automaton){.atom = atom};
  automaton->letters = SEG_NEW_ARRAY(product->arena, uint32_t, atom->literal.size + 1);
  automaton->border = SEG_NEW_ARRAY(product->arena, uint16_t, atom->literal.size + 2);
  if (automaton->letters == NULL || automaton->border == NULL || atom->literal.size >= BELOW)
    return false;
  for (size_t at = 0; at < atom->literal.size;)
    at += seg_utf8_next(atom->literal, at, &automaton->letters[automaton->size++]);
  for (uint16_t i = 1, k = 0; i < automaton->size; i++) {
    while (k > 0 && automaton->letters[k] != automaton->letters[i])
      k = automaton->border[k];
    k = (uint16_t)(k + (automaton->letters[k] == automaton->letters[i]));
    automaton->border[i + 1] = k;
  }
  return true;
}

static uint16_t step(const struct automaton *automaton, uint16_t at, uint32_t written) {
  uint32_t letter = read_as(automaton->atom->map, written);
  bool fits = at < automaton->size && automaton->letters[at] == letter;
  switch (automaton->atom->question) {
  case SEG_TEXT_IS: return fits ? (uint16_t)(at + 1) : DEAD;
  case SEG_TEXT_IS_BELOW:
    if (at == DEAD || at == BELOW || at == automaton->size)
      return at == BELOW ? BELOW : DEAD; // longer than the literal is above it
    return fits ? (uint16_t)(at + 1) : letter < automaton->letters[at] ? BELOW : DEAD;
  case SEG_TEXT_BEGINS:
    if (at == DEAD || at == automaton->size)
      return at;
    return fits ? (uint16_t)(at + 1) : DEAD;
  case SEG_TEXT_HOLDS:
    if (at == automaton->size)
      return at;
    break;
  case SEG_TEXT_CLOSES: break;
  }
  while (at > 0 && (at == automaton->size || automaton->letters[at] != letter))
    at = automaton->border[at];
  return (uint16_t)(at + (automaton->size > 0 && automaton->letters[at] == letter));
}

static bool accepts(const struct automaton *automaton, uint16_t at) {
  if (automaton->atom->question == SEG_TEXT_IS_BELOW)
    return at == BELOW || (at != DEAD && at < automaton->size);
  return at == automaton->size;
}

/** The state of these positions: found, or added behind the others. False when there are too many.
 */
static bool reach(struct product *product, const uint16_t *positions, uint32_t parent,
                  uint32_t letter) {
  size_t bytes = product->count * sizeof *positions;
  uint32_t slot = (uint32_t)seg_hash_bytes(positions, bytes) & (product->slots - 1);
  for (; product->table[slot] != 0; slot = (slot + 1) & (product->slots - 1)) {
    const uint16_t *known = product->positions.items;
    assert(known != NULL);
    if (memcmp(known + (product->table[slot] - 1) * product->count, positions, bytes) == 0)
      return true;
  }
  struct state state = {parent, letter};
  if (product->states.count == MAX_STATES || !SEG_VEC_PUSH(&product->states, state) ||
      !SEG_VEC_RESERVE(&product->positions, product->count))
    return false;
  memcpy(product->positions.items + product->positions.count, positions, bytes);
  product->positions.count += product->count;
  product->table[slot] = (uint32_t)product->states.count;
  return true;
}

/** The text that leads to a state. */
static struct seg_str sample_of(struct product *product, uint32_t state) {
  uint32_t length = 0;
  for (uint32_t s = state; s != 0; s = product->states.items[s].parent)
    length++;
  uint32_t *letters = SEG_NEW_ARRAY(product->arena, uint32_t, length + 1);
  char *text = seg_arena_alloc(product->arena, (size_t)length * SEG_UTF8_MAX + 1);
  struct seg_str sample = {text, 0};
  if (letters == NULL || text == NULL)
    return (struct seg_str){0};
  uint32_t at = length;
  for (uint32_t s = state; s != 0; s = product->states.items[s].parent)
    letters[--at] = product->states.items[s].letter;
  for (uint32_t i = 0; i < length; i++)
    sample.size += seg_utf8_put(letters[i], text + sample.size);
  return sample;
}

static bool note_class(struct product *product, uint32_t state) {
  struct seg_text_class class = {0};
  const uint16_t *positions = product->positions.items + (size_t)state * product->count;
  for (size_t i = 0; i < product->count; i++)
    if (accepts(&product->automata[i], positions[i]))
      class.answers |= UINT64_C(1) << i;
  for (size_t i = 0; i < product->classes->classes.count; i++)
    if (product->classes->classes.items[i].answers == class.answers)
      return true; // the sample there is no longer
  class.sample = sample_of(product, state);
  return class.sample.data != NULL && SEG_VEC_PUSH(&product->classes->classes, class);
}

static bool walk(struct product *product) {
  uint16_t positions[SEG_MAX_TEXT_TESTS] = {0};
  if (!reach(product, positions, 0, 0))
    return false;
  for (uint32_t state = 0; state < product->states.count; state++) {
    if (!note_class(product, state))
      return false;
    for (size_t l = 0; l < product->letters; l++) {
      const uint16_t *from = product->positions.items + (size_t)state * product->count;
      for (size_t i = 0; i < product->count; i++)
        positions[i] = step(&product->automata[i], from[i], product->alphabet[l]);
      if (!reach(product, positions, state, product->alphabet[l]))
        return false;
    }
  }
  return true;
}

bool seg_text_classes_find(struct seg_text_classes *classes, struct seg_arena *arena) {
  struct product *product = calloc(1, sizeof *product);
  bool found = false;
  if (product == NULL)
    return false;
  product->classes = classes;
  product->arena = arena;
  product->count = classes->atoms.count;
  product->slots = 4 * 16384;
  product->table = calloc(product->slots, sizeof *product->table);
  classes->classes.count = 0;
  assert(product->count > 0);
  if (product->table == NULL)
    goto cleanup;
  for (size_t i = 0; i < product->count; i++)
    if (!prepare(product, i))
      goto cleanup;
  found = collect_letters(product) && walk(product);
cleanup:
  SEG_VEC_FREE(&product->states);
  SEG_VEC_FREE(&product->positions);
  free(product->table);
  free(product);
  return found;
}
