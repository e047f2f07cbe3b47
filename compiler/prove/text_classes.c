// The product of the automata of text tests; see text_classes.h.
#include "compiler/prove/text_classes.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "compiler/prove/text_automaton.h"
#include "runtime/base/hash.h"
#include "runtime/base/utf8.h"
#include "runtime/base/utf8_letter.h"
#include "runtime/base/utf8_walk.h"

enum { MAX_STATES = 20000, MAX_CLASSES = 600 };

struct state {
  uint32_t parent; // and the letter of the alphabet that led here
  uint32_t letter;
};

struct product {
  struct seg_text_classes *classes;
  struct seg_arena *arena;
  SEG_VEC(struct seg_text_automaton) automata;
  struct seg_text_answerer answerers[SEG_MAX_TEXT_TESTS]; // of the tests
  struct seg_text_letters letters;
  size_t width; // numbers that say where all automata stand
  SEG_VEC(struct state) states;
  SEG_VEC(uint16_t) places; // per state, `width` of them
  uint16_t *step;           // one more, while it is looked for
  uint32_t *table;          // state + 1 by the hash of its places
  uint32_t slots;
};

void seg_text_classes_deinit(struct seg_text_classes *classes) {
  SEG_VEC_FREE(&classes->atoms);
  SEG_VEC_FREE(&classes->classes);
}

int seg_text_classes_number(const struct seg_text_classes *classes,
                            const struct seg_text_atom *atom) {
  for (size_t i = 0; i < classes->atoms.count; i++) {
    const struct seg_text_atom *other = &classes->atoms.items[i];
    if (other->question == atom->question && other->reading == atom->reading &&
        other->trimmed == atom->trimmed && other->length == atom->length &&
        seg_str_equal(other->literal, atom->literal))
      return (int)i;
  }
  return -1;
}

static int by_content(const void *a, const void *b) {
  const struct seg_text_atom *x = a, *y = b;
  int sort = (x->question > y->question) - (x->question < y->question);
  if (sort == 0)
    sort = (x->reading > y->reading) - (x->reading < y->reading);
  if (sort == 0)
    sort = x->trimmed - y->trimmed;
  if (sort == 0)
    sort = (x->length > y->length) - (x->length < y->length);
  return sort != 0 ? sort : seg_str_compare(x->literal, y->literal);
}

void seg_text_classes_sort(struct seg_text_classes *classes) {
  if (classes->atoms.count > 0)
    qsort(classes->atoms.items, classes->atoms.count, sizeof *classes->atoms.items, by_content);
}

int seg_text_classes_add(struct seg_text_classes *classes, struct seg_text_atom atom) {
  int known = seg_text_classes_number(classes, &atom);
  if (known >= 0)
    return known;
  if (classes->atoms.count == SEG_MAX_TEXT_TESTS || !SEG_VEC_PUSH(&classes->atoms, atom))
    return -1;
  return (int)classes->atoms.count - 1;
}

/** The state of these places: found, or added behind the others. False when there are too many. */
static bool reach(struct product *product, uint32_t parent, uint32_t letter) {
  size_t bytes = product->width * sizeof(uint16_t);
  uint32_t slot = (uint32_t)seg_hash_bytes(product->step, bytes) & (product->slots - 1);
  for (; product->table[slot] != 0; slot = (slot + 1) & (product->slots - 1)) {
    const uint16_t *known = product->places.items;
    assert(known != NULL);
    if (memcmp(known + (product->table[slot] - 1) * product->width, product->step, bytes) == 0)
      return true;
  }
  struct state state = {parent, letter};
  if (product->states.count == MAX_STATES || !SEG_VEC_PUSH(&product->states, state) ||
      !SEG_VEC_RESERVE(&product->places, product->width))
    return false;
  memcpy(product->places.items + product->places.count, product->step, bytes);
  product->places.count += product->width;
  product->table[slot] = (uint32_t)product->states.count;
  return true;
}

/** The text that leads to a state. */
static struct seg_str sample_of(struct product *product, uint32_t state) {
  uint32_t length = 0;
  for (uint32_t s = state; s != 0; s = product->states.items[s].parent)
    length++;
  uint32_t *letters = SEG_NEW_ARRAY(product->arena, uint32_t, length + 1);
  char *text = seg_arena_alloc(product->arena, (size_t)length * 2 * SEG_UTF8_MAX + 1);
  struct seg_str sample = {text, 0};
  if (letters == NULL || text == NULL)
    return (struct seg_str){0};
  uint32_t at = length;
  for (uint32_t s = state; s != 0; s = product->states.items[s].parent)
    letters[--at] = product->states.items[s].letter;
  for (uint32_t i = 0; i < length; i++) {
    const struct seg_text_letter *letter = &product->letters.letters.items[letters[i]];
    for (uint8_t j = 0; j < letter->sizes[SEG_READ_AS_WRITTEN]; j++)
      sample.size += seg_utf8_put(letter->read[SEG_READ_AS_WRITTEN][j], text + sample.size);
  }
  return sample;
}

static bool is_normal(struct product *product, struct seg_str text) {
  struct seg_str normal;
  for (size_t i = 0; i < text.size; i++)
    if ((unsigned char)text.data[i] >= 0x80)
      return seg_utf8_nfc(product->arena, text, &normal) == SEG_OK && seg_str_equal(text, normal);
  return true;
}

/** A mark that joins what stands before it may read otherwise there in another case. */
static bool reads_alone(const struct product *product, uint32_t state) {
  bool cases = product->letters.used[SEG_READ_SMALL] || product->letters.used[SEG_READ_CAPITAL];
  bool alone = true;
  for (uint32_t s = state; cases && s != 0; s = product->states.items[s].parent) {
    const struct seg_text_letter *letter =
        &product->letters.letters.items[product->states.items[s].letter];
    alone = alone && !seg_utf8_is_mark(letter->read[SEG_READ_AS_WRITTEN][0]);
  }
  return alone;
}

/** The class of texts that lead to these places, as far as its tests tell. */
static struct seg_text_class class_at(const struct product *product, const uint16_t *at) {
  struct seg_text_class class = {0};
  size_t offsets[SEG_MAX_TEXT_TESTS + 1] = {0};
  for (size_t a = 0; a < product->automata.count; a++)
    offsets[a + 1] = offsets[a] + seg_text_automaton_places(&product->automata.items[a]);
  for (size_t i = 0; i < product->classes->atoms.count; i++) {
    const struct seg_text_answerer *answerer = &product->answerers[i];
    bool holds = seg_text_automaton_answer(&product->automata.items[answerer->automaton],
                                           at + offsets[answerer->automaton], answerer->place);
    class.answers[i / 64] |= (uint64_t)holds << (i % 64);
    class.single =
        class.single || (holds && product->classes->atoms.items[i].question == SEG_TEXT_IS &&
                         product->classes->atoms.items[i].reading == SEG_READ_AS_WRITTEN &&
                         !product->classes->atoms.items[i].trimmed);
  }
  return class;
}

static struct seg_text_class *known_class(const struct product *product,
                                          const struct seg_text_class *class) {
  for (size_t i = 0; i < product->classes->classes.count; i++)
    if (memcmp(product->classes->classes.items[i].answers, class->answers, sizeof class->answers) ==
        0)
      return &product->classes->classes.items[i];
  return NULL;
}

static bool note_class(struct product *product, uint32_t state) {
  struct seg_text_class class =
      class_at(product, product->places.items + (size_t)state * product->width);
  struct seg_text_class *known = known_class(product, &class);
  if (known != NULL && known->proper)
    return true; // the sample there is no longer
  class.sample = sample_of(product, state);
  class.proper =
      class.sample.data != NULL && is_normal(product, class.sample) && reads_alone(product, state);
  if (known != NULL && class.proper)
    *known = class;
  return class.sample.data != NULL &&
         (known != NULL || (product->classes->classes.count < MAX_CLASSES &&
                            SEG_VEC_PUSH(&product->classes->classes, class)));
}

static void begin(struct product *product) {
  size_t offset = 0;
  for (size_t a = 0; a < product->automata.count; a++) {
    seg_text_automaton_begin(&product->automata.items[a], product->step + offset);
    offset += seg_text_automaton_places(&product->automata.items[a]);
  }
}

static void step(struct product *product, uint32_t letter) {
  size_t offset = 0;
  for (size_t a = 0; a < product->automata.count; a++) {
    seg_text_automaton_step(&product->automata.items[a], product->step + offset,
                            &product->letters.letters.items[letter]);
    offset += seg_text_automaton_places(&product->automata.items[a]);
  }
}

static bool walk(struct product *product) {
  begin(product);
  if (!reach(product, 0, 0))
    return false;
  for (uint32_t state = 0; state < product->states.count; state++) {
    if (!note_class(product, state))
      return false;
    for (uint32_t l = 0; l < product->letters.letters.count; l++) {
      memcpy(product->step, product->places.items + (size_t)state * product->width,
             product->width * sizeof(uint16_t));
      step(product, l);
      if (!reach(product, state, l))
        return false;
    }
  }
  return true;
}

static bool is_liked(const struct product *product, uint32_t letter) {
  for (size_t i = 0; i < product->letters.liked.count; i++)
    if (product->letters.liked.items[i] == letter)
      return true;
  return false;
}

/** A letter in the place of the empty text; one that stands in no literal, so that it says nothing.
 */
static bool show_letters(struct product *product) {
  for (uint32_t l = 0; l < product->letters.letters.count; l++) {
    const struct seg_text_letter *letter = &product->letters.letters.items[l];
    uint32_t written = letter->read[SEG_READ_AS_WRITTEN][0];
    char text = (char)written;
    if (written >= 0x80 || !isalnum((int)written) || is_liked(product, written))
      continue;
    begin(product);
    step(product, l);
    struct seg_text_class class = class_at(product, product->step), *known;
    known = known_class(product, &class);
    if (known == NULL || known->sample.size > 0 || known->shown.size > 0)
      continue;
    known->shown = seg_arena_str(product->arena, (struct seg_str){&text, 1});
    if (known->shown.data == NULL)
      return false;
  }
  return true;
}

/** The automata of all tests. */
static bool make_automata(struct product *product) {
  for (size_t i = 0; i < product->classes->atoms.count; i++) {
    const struct seg_text_atom *atom = &product->classes->atoms.items[i];
    size_t a = 0;
    while (a < product->automata.count &&
           !seg_text_automaton_fits(&product->automata.items[a], atom))
      a++;
    bool is_new = a == product->automata.count;
    if (is_new && !SEG_VEC_PUSH(&product->automata, (struct seg_text_automaton){0}))
      return false;
    struct seg_text_answerer *answerer = &product->answerers[i];
    answerer->automaton = (uint32_t)a;
    if (!seg_text_automaton_take(&product->automata.items[a], is_new, atom, product->arena,
                                 &answerer->place))
      return false;
  }
  for (size_t a = 0; a < product->automata.count; a++) {
    product->width += seg_text_automaton_places(&product->automata.items[a]);
    if (!seg_text_automaton_tell(&product->automata.items[a], &product->letters))
      return false;
  }
  product->step = SEG_NEW_ARRAY(product->arena, uint16_t, product->width + 1);
  return product->step != NULL;
}

bool seg_text_classes_find(struct seg_text_classes *classes, struct seg_arena *arena) {
  struct product *product = calloc(1, sizeof *product);
  if (product == NULL)
    return false;
  product->classes = classes;
  product->arena = arena;
  product->slots = 4 * 16384;
  product->table = calloc(product->slots, sizeof *product->table);
  classes->classes.count = 0;
  assert(classes->atoms.count > 0);
  bool found = product->table != NULL && make_automata(product) &&
               seg_text_letters_find(&product->letters) && walk(product) && show_letters(product);
  for (size_t a = 0; a < product->automata.count; a++)
    seg_text_automaton_deinit(&product->automata.items[a]);
  SEG_VEC_FREE(&product->automata);
  seg_text_letters_deinit(&product->letters);
  SEG_VEC_FREE(&product->states);
  SEG_VEC_FREE(&product->places);
  free(product->table);
  free(product);
  return found;
}
