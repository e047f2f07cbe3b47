// The alphabet of text tests; see text_letters.h.
#include "compiler/prove/text_letters.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "runtime/base/utf8_letter.h"

enum {
  LAST_LETTER = 0x10ffff,
  FIRST_SURROGATE = 0xd800,
  LAST_SURROGATE = 0xdfff,
  LAST_CASED = 0x1e943, // no letter behind it has another case
};

void seg_text_letters_deinit(struct seg_text_letters *letters) {
  for (int r = 0; r < SEG_READING_COUNT; r++)
    SEG_VEC_FREE(&letters->bounds[r]);
  SEG_VEC_FREE(&letters->liked);
  SEG_VEC_FREE(&letters->letters);
}

bool seg_text_letters_tell(struct seg_text_letters *letters, enum seg_reading reading,
                           uint32_t first, uint32_t last) {
  letters->used[reading] = true;
  bool told = SEG_VEC_PUSH(&letters->bounds[reading], first);
  if (told && last != LAST_LETTER)
    told = SEG_VEC_PUSH(&letters->bounds[reading], last + 1);
  if (told && first == last)
    told = SEG_VEC_PUSH(&letters->liked, first);
  return told;
}

static uint32_t read_as(enum seg_reading reading, uint32_t letter) {
  return reading == SEG_READ_SMALL     ? seg_utf8_lower(letter)
         : reading == SEG_READ_CAPITAL ? seg_utf8_upper(letter)
                                       : letter;
}

static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/** The number of the sort: how many of the bounds lie at or before the letter. */
static size_t sort_of(const struct seg_text_letters *letters, enum seg_reading reading,
                      uint32_t letter) {
  size_t low = 0, high = letters->bounds[reading].count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (letters->bounds[reading].items[middle] <= letter)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static bool is_alike(const struct seg_text_letters *letters, const struct seg_text_letter *a,
                     const struct seg_text_letter *b) {
  for (int r = 0; r < SEG_READING_COUNT; r++) {
    if (a->sizes[r] != b->sizes[r])
      return false;
    for (uint8_t i = 0; i < a->sizes[r]; i++)
      if (sort_of(letters, (enum seg_reading)r, a->read[r][i]) !=
          sort_of(letters, (enum seg_reading)r, b->read[r][i]))
        return false;
  }
  return true;
}

static bool add(struct seg_text_letters *letters, const struct seg_text_letter *letter) {
  for (size_t i = 0; i < letters->letters.count; i++)
    if (is_alike(letters, &letters->letters.items[i], letter))
      return true;
  return letters->letters.count < SEG_MOST_LETTERS && SEG_VEC_PUSH(&letters->letters, *letter);
}

static bool is_surrogate(uint32_t letter) {
  return letter >= FIRST_SURROGATE && letter <= LAST_SURROGATE;
}

static bool add_single(struct seg_text_letters *letters, uint32_t letter) {
  struct seg_text_letter single;
  if (letter > LAST_LETTER || is_surrogate(letter))
    return true;
  for (int r = 0; r < SEG_READING_COUNT; r++) {
    single.sizes[r] = 1;
    single.read[r][0] = read_as((enum seg_reading)r, letter);
    single.read[r][1] = 0;
  }
  return add(letters, &single);
}

static bool has_case(uint32_t letter) {
  return seg_utf8_lower(letter) != letter || seg_utf8_upper(letter) != letter;
}

/** Better to look at than the others of its sort. */
static bool is_presentable(uint32_t letter) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)letter);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO &&
         !seg_utf8_is_mark(letter) && category != UTF8PROC_CATEGORY_MC &&
         category != UTF8PROC_CATEGORY_ME && category != UTF8PROC_CATEGORY_MN;
}

/** A letter for each stretch between two bounds, whatever the reading: one without case where case
 * matters, for the others come by themselves. */
static bool add_stretches(struct seg_text_letters *letters, const uint32_t *bounds, size_t count,
                          bool cases) {
  for (size_t i = 0; i < count; i++) {
    uint32_t end = i + 1 < count ? bounds[i + 1] : LAST_LETTER + 1;
    uint32_t any = LAST_LETTER + 1, found = LAST_LETTER + 1;
    for (uint32_t letter = bounds[i]; letter < end && found > LAST_LETTER; letter++) {
      if (is_surrogate(letter) || (cases && has_case(letter)))
        continue;
      any = any > LAST_LETTER ? letter : any;
      found = is_presentable(letter) ? letter : found;
    }
    if (!add_single(letters, found <= LAST_LETTER ? found : any))
      return false;
  }
  return true;
}

static bool add_all_stretches(struct seg_text_letters *letters, bool cases) {
  size_t count = 1;
  for (int r = 0; r < SEG_READING_COUNT; r++)
    count += letters->bounds[r].count;
  uint32_t *bounds = calloc(count, sizeof *bounds);
  if (bounds == NULL)
    return false;
  size_t at = 1; // the first one is 0
  for (int r = 0; r < SEG_READING_COUNT; r++)
    for (size_t i = 0; i < letters->bounds[r].count; i++)
      bounds[at++] = letters->bounds[r].items[i];
  qsort(bounds, count, sizeof *bounds, by_value);
  bool added = add_stretches(letters, bounds, count, cases);
  free(bounds);
  return added;
}

/** Letters that become two when taken apart: their case may join with what follows. */
static bool add_pair(struct seg_text_letters *letters, uint32_t base, uint32_t mark) {
  struct seg_text_letter pair;
  for (int r = 0; r < SEG_READING_COUNT; r++) {
    utf8proc_int32_t both[] = {(utf8proc_int32_t)read_as((enum seg_reading)r, base),
                               (utf8proc_int32_t)read_as((enum seg_reading)r, mark)};
    utf8proc_ssize_t size = utf8proc_normalize_utf32(both, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    pair.sizes[r] = size == 1 ? 1 : 2;
    pair.read[r][0] = (uint32_t)both[0];
    pair.read[r][1] = size == 1 ? 0 : (uint32_t)both[1];
  }
  return pair.sizes[SEG_READ_AS_WRITTEN] == 1 || add(letters, &pair);
}

/** Pairs that join in one of the cases, but not as they are written. */
static bool add_pairs(struct seg_text_letters *letters) {
  for (uint32_t letter = 0xc0; letter <= 0x1fff; letter++) {
    utf8proc_int32_t parts[8];
    utf8proc_ssize_t size =
        utf8proc_decompose_char((utf8proc_int32_t)letter, parts, 8, UTF8PROC_DECOMPOSE, NULL);
    if (size < 2 || size > 8)
      continue;
    utf8proc_int32_t mark = parts[size - 1];
    size = utf8proc_normalize_utf32(parts, size - 1, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    if (size != 1)
      continue;
    uint32_t base = (uint32_t)parts[0], others[] = {seg_utf8_lower(base), seg_utf8_upper(base)};
    for (int i = 0; i < 2; i++)
      if (others[i] != base && !add_pair(letters, others[i], (uint32_t)mark))
        return false;
  }
  // Two letters have another case that is not theirs the other way round.
  static const uint32_t odd[] = {0x130, 0x131, 0x17f, 0x3f1, 0x3f5, 0x3d0, 0x3d5, 0x3c2};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
    for (uint32_t mark = 0x300; mark <= 0x345; mark++)
      if (!add_pair(letters, odd[i], mark))
        return false;
  return true;
}

bool seg_text_letters_find(struct seg_text_letters *letters) {
  static const char common[] = "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789";
  bool cases = letters->used[SEG_READ_SMALL] || letters->used[SEG_READ_CAPITAL];
  for (int r = 0; r < SEG_READING_COUNT; r++)
    if (letters->bounds[r].count > 0)
      qsort(letters->bounds[r].items, letters->bounds[r].count, sizeof(uint32_t), by_value);
  for (size_t i = 0; i < letters->liked.count; i++)
    if (!add_single(letters, letters->liked.items[i]) ||
        (cases && (!add_single(letters, seg_utf8_lower(letters->liked.items[i])) ||
                   !add_single(letters, seg_utf8_upper(letters->liked.items[i])))))
      return false;
  for (const char *c = common; *c != '\0'; c++)
    if (!add_single(letters, (uint32_t)*c))
      return false;
  if (!add_all_stretches(letters, cases))
    return false;
  for (uint32_t letter = 'A'; cases && letter <= LAST_CASED; letter++)
    if (has_case(letter) && !add_single(letters, letter))
      return false;
  return !cases || add_pairs(letters);
}
