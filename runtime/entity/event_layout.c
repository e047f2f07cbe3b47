// Where the fields of a slice are; see event_layout.h.
#include "runtime/entity/event_layout.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t narrow_bytes(uint32_t flags) {
  if (flags > 32)
    return 8;
  if (flags > 16)
    return 4;
  return flags > 8 ? 2 : 1;
}

void seg_event_layout_init(struct seg_event_layout *layout, uint32_t column_count,
                           const enum seg_layout *columns, uint32_t flag_count) {
  *layout = (struct seg_event_layout){
      .column_count = column_count,
      .columns = columns,
      .flag_count = flag_count,
      .flag_words = (flag_count + 63) / 64,
  };
  if (flag_count > 0)
    layout->last_word_bytes = narrow_bytes(flag_count - (layout->flag_words - 1) * 64);
  for (uint32_t c = 0; c < column_count; c++) {
    assert(columns[c] != SEG_LAYOUT_BIT);
    layout->has_text = layout->has_text || columns[c] == SEG_LAYOUT_TEXT;
  }
}

// The next place for a field that is `bytes` wide; others wait for their turn.
static void place(struct seg_slice_form *form, struct seg_slice_field *field, uint32_t bytes) {
  if (field->bytes != bytes)
    return;
  field->before = form->row_bytes;
  form->row_bytes += bytes;
}

enum seg_status seg_slice_form_init(struct seg_slice_form *form,
                                    const struct seg_event_layout *layout, int32_t first_day,
                                    int32_t last_day, const uint8_t *column_bytes,
                                    struct seg_error *error) {
  bool few_days = (int64_t)last_day - first_day <= UINT16_MAX;
  *form = (struct seg_slice_form){
      .first_day = few_days ? first_day : 0, .day.bytes = few_days ? 2 : 4, .customer.bytes = 2};
  uint32_t words = layout->flag_words;
  form->words = calloc((size_t)words + layout->column_count + 1, sizeof *form->words);
  if (form->words == NULL)
    return seg_fail_memory(error, "the layout of an event");
  form->columns = form->words + words;
  for (uint32_t w = 0; w < words; w++)
    form->words[w].bytes = seg_event_layout_word_bytes(layout, w);
  for (uint32_t c = 0; c < layout->column_count; c++)
    form->columns[c].bytes = column_bytes[c];
  for (uint32_t bytes = 8; bytes > 0; bytes /= 2) {
    for (uint32_t c = 0; c < layout->column_count; c++)
      place(form, &form->columns[c], bytes);
    for (uint32_t w = 0; w < words; w++)
      place(form, &form->words[w], bytes);
    place(form, &form->day, bytes);
    place(form, &form->customer, bytes);
  }
  return SEG_OK;
}

void seg_slice_form_deinit(struct seg_slice_form *form) {
  free(form->words); // with the columns behind
  *form = (struct seg_slice_form){0};
}
