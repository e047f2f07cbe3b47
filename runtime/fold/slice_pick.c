// See slice_pick.h.
#include "runtime/fold/slice_pick.h"

#include <string.h>

uint64_t seg_slice_text_bytes(const struct seg_event_layout *layout, const struct seg_slice *slice,
                              uint32_t row) {
  uint64_t bytes = 0;
  for (uint32_t c = 0; layout->has_text && c < layout->column_count; c++) {
    if (layout->columns[c] != SEG_LAYOUT_TEXT)
      continue;
    const struct seg_slice_text *texts =
        (const void *)(slice->bytes + (size_t)slice->form->columns[c].before * slice->count);
    bytes += texts[row].size;
  }
  return bytes;
}

/** What is picked, and where it goes. */
struct pick {
  const struct seg_slice *slice;
  const uint32_t *rows;
  uint32_t count;
  unsigned char *bytes;
};

static const void *source_of(const struct pick *pick, struct seg_slice_field field) {
  return pick->slice->bytes + (size_t)field.before * pick->slice->count;
}

static void *target_of(const struct pick *pick, struct seg_slice_field field) {
  return pick->bytes + (size_t)field.before * pick->count;
}

// NOLINTBEGIN(bugprone-macro-parentheses): Type is a type
#define PICK(Type)                                                                                 \
  do {                                                                                             \
    const Type *from_ = source_of(pick, field);                                                    \
    Type *to_ = target_of(pick, field);                                                            \
    for (uint32_t i_ = 0; i_ < pick->count; i_++)                                                  \
      to_[i_] = from_[pick->rows[i_]];                                                             \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static void pick_field(const struct pick *pick, struct seg_slice_field field) {
  if (field.bytes == 1)
    PICK(uint8_t);
  else if (field.bytes == 2)
    PICK(uint16_t);
  else if (field.bytes == 4)
    PICK(uint32_t);
  else
    PICK(uint64_t);
}

static void pick_customers(const struct pick *pick, uint32_t first_customer) {
  struct seg_slice_field field = pick->slice->form->customer;
  const uint16_t *from = source_of(pick, field);
  uint16_t *to = target_of(pick, field);
  for (uint32_t i = 0; i < pick->count; i++)
    to[i] = (uint16_t)(pick->slice->first_customer + from[pick->rows[i]] - first_customer);
}

static void pick_texts(const struct pick *pick, struct seg_slice_field field, uint32_t *filled) {
  const struct seg_slice *slice = pick->slice;
  const struct seg_slice_text *from = source_of(pick, field);
  struct seg_slice_text *to = target_of(pick, field);
  const unsigned char *old = slice->bytes + (size_t)slice->form->row_bytes * slice->count;
  unsigned char *new = pick->bytes + (size_t)slice->form->row_bytes * pick->count;
  for (uint32_t i = 0; i < pick->count; i++) {
    struct seg_slice_text text = from[pick->rows[i]];
    memcpy(new + *filled, old + text.offset, text.size);
    to[i] = (struct seg_slice_text){.offset = *filled, .size = text.size};
    *filled += text.size;
  }
}

size_t seg_slice_pick(const struct seg_event_layout *layout, const struct seg_slice *slice,
                      const uint32_t *rows, uint32_t count, uint32_t first_customer,
                      unsigned char *bytes) {
  const struct seg_slice_form *form = slice->form;
  const struct pick pick = {.slice = slice, .rows = rows, .count = count, .bytes = bytes};
  uint32_t filled = 0;
  pick_customers(&pick, first_customer);
  pick_field(&pick, form->day);
  for (uint32_t w = 0; w < layout->flag_words; w++)
    pick_field(&pick, form->words[w]);
  for (uint32_t c = 0; c < layout->column_count; c++) {
    if (layout->columns[c] == SEG_LAYOUT_TEXT)
      pick_texts(&pick, form->columns[c], &filled);
    else
      pick_field(&pick, form->columns[c]);
  }
  // The gap behind the last text goes to a file as well: it must not carry old memory.
  size_t used = (size_t)form->row_bytes * count + filled, gap = (8 - used % 8) % 8;
  memset(bytes + used, 0, gap);
  return used + gap;
}
