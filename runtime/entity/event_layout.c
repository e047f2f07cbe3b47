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

static uint32_t place(struct seg_event_layout *layout, uint32_t bytes) {
  uint32_t before = layout->row_bytes;
  layout->row_bytes += bytes;
  return before;
}

static uint32_t field_bytes(enum seg_layout layout) {
  assert(layout != SEG_LAYOUT_BIT);
  return layout == SEG_LAYOUT_I32 ? 4 : 8;
}

enum seg_status seg_event_layout_init(struct seg_event_layout *layout, uint32_t column_count,
                                      const enum seg_layout *columns, uint32_t flag_count,
                                      struct seg_error *error) {
  *layout = (struct seg_event_layout){
      .column_count = column_count,
      .columns = columns,
      .flag_count = flag_count,
      .flag_words = (flag_count + 63) / 64,
  };
  layout->column_before = calloc(column_count + 1, sizeof *layout->column_before);
  layout->word_before = calloc(layout->flag_words + 1, sizeof *layout->word_before);
  if (layout->column_before == NULL || layout->word_before == NULL) {
    seg_event_layout_deinit(layout);
    return seg_fail_memory(error, "the layout of an event");
  }
  if (flag_count > 0)
    layout->last_word_bytes = narrow_bytes(flag_count - (layout->flag_words - 1) * 64);
  for (uint32_t c = 0; c < column_count; c++) {
    layout->has_text = layout->has_text || columns[c] == SEG_LAYOUT_TEXT;
    if (field_bytes(columns[c]) == 8)
      layout->column_before[c] = place(layout, 8);
  }
  for (uint32_t w = 0; w + 1 < layout->flag_words; w++)
    layout->word_before[w] = place(layout, 8);
  if (flag_count > 0 && layout->last_word_bytes == 8)
    layout->word_before[layout->flag_words - 1] = place(layout, 8);
  layout->customer_before = place(layout, 4);
  layout->day_before = place(layout, 4);
  for (uint32_t c = 0; c < column_count; c++)
    if (field_bytes(columns[c]) == 4)
      layout->column_before[c] = place(layout, 4);
  if (flag_count > 0 && layout->last_word_bytes < 8)
    layout->word_before[layout->flag_words - 1] = place(layout, layout->last_word_bytes);
  return SEG_OK;
}

void seg_event_layout_deinit(struct seg_event_layout *layout) {
  free(layout->column_before);
  free(layout->word_before);
  *layout = (struct seg_event_layout){0};
}
