// How many different values: seg_kernel_distinct of kernel.h, called by generated code.
//
// Most customers have few events and fewer values: those are compared one with another. From the
// ninth value on a hash set takes over, so that a customer with ten million events is linear too.
#include "runtime/fold/event_equal.h"
#include "runtime/fold/fold_scratch.h"

enum { FEW = 8 };

void seg_fold_scratch_init(struct seg_fold_scratch *scratch) {
  seg_event_set_init(&scratch->set);
}

void seg_fold_scratch_deinit(struct seg_fold_scratch *scratch) {
  seg_event_set_deinit(&scratch->set);
}

/** Which events count. */
struct choice {
  const struct seg_fold_frame *frame;
  enum seg_width day_width, flag_width;
  int32_t first_day, last_day;
  const uint32_t *flags;
  uint32_t flag_count;
};

static inline bool counts(const struct choice *choice, uint64_t event) {
  int64_t day = seg_event_integer(SEG_LAYOUT_I32, choice->day_width, choice->frame->days, event);
  if (day < choice->first_day || day > choice->last_day)
    return false;
  for (uint32_t f = 0; f < choice->flag_count; f++) {
    uint32_t flag = choice->flags[f];
    const void *words = choice->frame->flags[flag / 64];
    int64_t word = seg_event_integer(SEG_LAYOUT_I64, choice->flag_width, words, event);
    if ((((uint64_t)word >> (flag % 64)) & 1) == 0)
      return false;
  }
  return true;
}

/** The different values of the first events, until there are more than FEW. */
struct few {
  uint64_t events[FEW];
  uint32_t count;
  uint64_t next; // the first event that was not looked at
};

static inline struct few count_few(const struct choice *choice, const void *column,
                                   enum seg_layout layout, enum seg_width width, uint64_t begin,
                                   uint64_t end) {
  struct few few = {.count = 0};
  uint64_t event = begin;
  for (; event < end; event++) {
    if (!counts(choice, event))
      continue;
    uint32_t i = 0;
    while (i < few.count && !seg_event_value_equal(layout, width, column, few.events[i], event))
      i++;
    if (i < few.count)
      continue;
    if (few.count == FEW)
      break;
    few.events[few.count++] = event;
  }
  few.next = event;
  return few;
}

static inline bool add(struct seg_event_set *set, const void *column, enum seg_layout layout,
                       enum seg_width width, uint64_t event) {
  uint64_t hash = seg_event_value_hash(layout, width, column, event);
  uint64_t at = hash & set->mask, other;
  while (seg_event_set_next(set, hash, &at, &other)) {
    if (seg_event_value_equal(layout, width, column, event, other))
      return false;
    seg_event_set_skip(set, &at);
  }
  seg_event_set_put(set, hash, at, event);
  return true;
}

// Always inlined, so that each layout gets its own loop.
static inline __attribute__((always_inline)) int64_t
count_layout(const struct choice *choice, const void *column, enum seg_layout layout,
             enum seg_width width, uint64_t begin, uint64_t end, bool *out_of_memory) {
  struct few few = count_few(choice, column, layout, width, begin, end);
  if (few.next == end)
    return few.count;
  struct seg_event_set *set = &choice->frame->scratch->set;
  if (!seg_event_set_begin(set, end - few.next + FEW)) {
    *out_of_memory = true;
    return 0;
  }
  int64_t count = 0;
  for (uint32_t i = 0; i < few.count; i++)
    count += add(set, column, layout, width, few.events[i]);
  for (uint64_t event = few.next; event < end; event++)
    if (counts(choice, event))
      count += add(set, column, layout, width, event);
  return count;
}

static int64_t count_integers(const struct choice *choice, const void *column,
                              enum seg_layout layout, enum seg_width width, uint64_t begin,
                              uint64_t end, bool *out_of_memory) {
  switch (width) {
  case SEG_WIDTH_FULL: break;
  case SEG_WIDTH_8:
    return count_layout(choice, column, SEG_LAYOUT_I64, SEG_WIDTH_8, begin, end, out_of_memory);
  case SEG_WIDTH_16:
    return count_layout(choice, column, SEG_LAYOUT_I64, SEG_WIDTH_16, begin, end, out_of_memory);
  case SEG_WIDTH_32:
    return count_layout(choice, column, SEG_LAYOUT_I64, SEG_WIDTH_32, begin, end, out_of_memory);
  }
  return layout == SEG_LAYOUT_I32 ? count_layout(choice, column, SEG_LAYOUT_I32, SEG_WIDTH_FULL,
                                                 begin, end, out_of_memory)
                                  : count_layout(choice, column, SEG_LAYOUT_I64, SEG_WIDTH_FULL,
                                                 begin, end, out_of_memory);
}

int64_t seg_kernel_distinct(const struct seg_fold_frame *frame, uint32_t cell, uint32_t column,
                            uint32_t layout, uint32_t width, uint32_t day_width,
                            uint32_t flag_width, uint32_t window, const uint32_t *flags,
                            uint32_t flag_count, uint64_t begin, uint64_t end, int64_t customer) {
  struct choice choice = {
      .frame = frame,
      .day_width = (enum seg_width)day_width,
      .flag_width = (enum seg_width)flag_width,
      .first_day = frame->windows[(size_t)window * 2],
      .last_day = frame->windows[(size_t)window * 2 + 1],
      .flags = flags,
      .flag_count = flag_count,
  };
  const void *values = frame->columns[column];
  bool out_of_memory = false;
  int64_t count = 0;
  // Integers are equal as they lie in memory: their layout does not matter beside their width.
  switch ((enum seg_layout)layout) {
  case SEG_LAYOUT_BIT: break; // never carried
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
    count = count_integers(&choice, values, (enum seg_layout)layout, (enum seg_width)width, begin,
                           end, &out_of_memory);
    break;
  case SEG_LAYOUT_F64:
    count =
        count_layout(&choice, values, SEG_LAYOUT_F64, SEG_WIDTH_FULL, begin, end, &out_of_memory);
    break;
  case SEG_LAYOUT_TEXT:
    count =
        count_layout(&choice, values, SEG_LAYOUT_TEXT, SEG_WIDTH_FULL, begin, end, &out_of_memory);
    break;
  }
  if (out_of_memory)
    seg_kernel_fault_raise(frame->fault, SEG_FAULT_MEMORY, cell, customer);
  return count;
}
