// See added_rows.h.
#include "runtime/prepare/added_rows.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/large_memory.h"
#include "runtime/run/workers.h"

enum {
  MOST_ROWS = 1 << 20,
  PART_OF_MEMORY = 16,
  LARGE = 4 << 20,        // bytes, from which on they lie in huge pages
  ALMOST_LARGE = 3 << 20, // bytes: still worth them
  AT_ONCE = 4096,         // rows that are gathered and written at once; whole words of bits
  DIGIT = 12,             // bits of a key's number that one pass sorts by
};

static const char what_for[] = "the events of the store";

static size_t value_size(enum seg_layout layout) {
  return seg_layout_size(layout, SEG_COLUMN_ROUND) / SEG_COLUMN_ROUND;
}

// Of one row as it is kept.
static size_t row_bytes(const struct seg_event_shape *shape) {
  size_t bytes = sizeof(uint32_t) + sizeof(int32_t) + shape->flag_count;
  for (uint32_t c = 0; c < shape->column_count; c++)
    bytes += value_size(shape->layouts[c]);
  return bytes;
}

enum { SORTING_BYTES = 2 * sizeof(uint64_t) }; // of one row while all are sorted

static size_t rounded(uint64_t rows) {
  return (rows + SEG_COLUMN_ROUND - 1) / SEG_COLUMN_ROUND * SEG_COLUMN_ROUND;
}

bool seg_added_rows_fit(const struct seg_event_shape *shape, int64_t rows,
                        const struct seg_memory_budget *budget) {
  for (uint32_t c = 0; c < shape->column_count; c++)
    if (shape->layouts[c] == SEG_LAYOUT_TEXT)
      return false;
  return rows > 0 && rows <= MOST_ROWS &&
         rounded((uint64_t)rows) * (row_bytes(shape) + SORTING_BYTES) <=
             budget->limit / PART_OF_MEMORY;
}

static void *take(const struct seg_added_rows *added, unsigned char **at, size_t size) {
  void *array = *at;
  *at += rounded(added->count) * size;
  return array;
}

enum seg_status seg_added_rows_begin(struct seg_added_rows *added,
                                     const struct seg_event_shape *shape, uint64_t rows,
                                     struct seg_memory_budget *budget, struct seg_error *error) {
  size_t size = rounded(rows) * row_bytes(shape), sorting = rounded(rows) * SORTING_BYTES;
  *added = (struct seg_added_rows){.budget = budget, .shape = shape, .count = rows};
  enum seg_status status = seg_memory_budget_need(budget, size + sorting, what_for, error);
  if (status != SEG_OK)
    return status;
  added->taken = size + sorting;
  // A quarter of huge pages that is not used costs less than all of those small ones.
  added->room_size = size > ALMOST_LARGE && size < LARGE ? LARGE : size;
  added->room = seg_large_memory(added->room_size);
  added->columns = calloc((size_t)shape->column_count + 1, sizeof *added->columns);
  added->flags = calloc((size_t)shape->flag_count + 1, sizeof *added->flags);
  if (added->room == NULL || added->columns == NULL || added->flags == NULL)
    return seg_fail_memory(error, what_for);
  unsigned char *at = added->room;
  added->numbers = take(added, &at, sizeof *added->numbers);
  added->days = take(added, &at, sizeof *added->days);
  for (uint32_t c = 0; c < shape->column_count; c++)
    added->columns[c] = take(added, &at, value_size(shape->layouts[c]));
  for (uint32_t f = 0; f < shape->flag_count; f++)
    added->flags[f] = take(added, &at, sizeof(uint8_t));
  return SEG_OK;
}

void seg_added_rows_discard(struct seg_added_rows *added) {
  if (added->budget == NULL)
    return;
  seg_memory_budget_give(added->budget, added->taken);
  seg_large_memory_free(added->room, added->room_size);
  free(added->columns);
  free(added->flags);
  free(added->entries);
  free(added->sorting);
  *added = (struct seg_added_rows){0};
}

void seg_added_rows_put(struct seg_added_rows *added, const struct seg_morsel *morsel,
                        const uint32_t *keyed, const uint32_t *numbers, uint32_t keyed_count,
                        const void *const *columns, const uint64_t *const *flags) {
  size_t first = (size_t)morsel->first_row, rows = (size_t)morsel->row_count;
  uint32_t *own = added->numbers + first;
  for (size_t row = 0, at = 0; row < rows; row++) {
    bool is_keyed = at < keyed_count && keyed[at] == row;
    own[row] = is_keyed ? numbers[at] : SEG_NO_NUMBER;
    at += is_keyed;
  }
  memcpy(added->days + first, morsel->days.values, rows * sizeof *added->days);
  for (uint32_t c = 0; c < added->shape->column_count; c++) {
    size_t size = value_size(added->shape->layouts[c]);
    memcpy((char *)added->columns[c] + first * size, columns[c], rows * size);
  }
  for (uint32_t f = 0; f < added->shape->flag_count; f++)
    for (size_t row = 0; row < rows; row++)
      added->flags[f][first + row] = seg_bitmap_test(flags[f], (int64_t)row);
}

/*
 * The order of the rows: each is its key's number, and its row below.
 */

static uint32_t row_of(uint64_t entry) {
  return (uint32_t)entry;
}

static uint32_t number_of(uint64_t entry) {
  return (uint32_t)(entry >> 32);
}

// How many rows have a digit becomes where the first of them goes.
static void find_places(uint32_t *places, uint32_t mask) {
  for (uint32_t d = 0, sum = 0; d <= mask; d++) {
    uint32_t rows = places[d];
    places[d] = sum;
    sum += rows;
  }
}

// One pass of a stable sort, by the digit of `width` bits from bit `shift` on.
static void sort_by_digit(const uint64_t *from, uint64_t *to, size_t count, uint32_t shift,
                          uint32_t width) {
  uint32_t places[1 << DIGIT] = {0}, mask = (UINT32_C(1) << width) - 1;
  for (size_t i = 0; i < count; i++)
    places[(from[i] >> shift) & mask]++;
  find_places(places, mask);
  for (size_t i = 0; i < count; i++)
    to[places[(from[i] >> shift) & mask]++] = from[i];
}

// The first pass, by the lowest digit: the numbers become entries.
static void sort_numbers(const uint32_t *numbers, uint64_t *to, size_t count, uint32_t width) {
  uint32_t places[1 << DIGIT] = {0}, mask = (UINT32_C(1) << width) - 1;
  for (size_t i = 0; i < count; i++)
    places[numbers[i] & mask]++;
  find_places(places, mask);
  for (size_t i = 0; i < count; i++)
    to[places[numbers[i] & mask]++] = (uint64_t)numbers[i] << 32 | i;
}

/** The rows of keys by number, then nobody's; both in the order of the files. */
struct order {
  const uint64_t *entries;
  uint64_t keyed, count;
};

// Of SEG_NO_NUMBER all bits that are sorted by are ones, which are more than `key_count`: nobody's
// rows come last.
static struct order make_order(struct seg_added_rows *added, uint64_t key_count) {
  struct order order = {.count = added->count};
  uint32_t bits = 1;
  while (key_count >> bits != 0)
    bits++;
  uint32_t passes = (bits + DIGIT - 1) / DIGIT, width = (bits + passes - 1) / passes;
  for (uint64_t row = 0; row < added->count; row++)
    order.keyed += added->numbers[row] != SEG_NO_NUMBER;
  sort_numbers(added->numbers, added->entries, added->count, width);
  for (uint32_t pass = 1; pass < passes; pass++) {
    uint64_t *sorted = added->sorting;
    sort_by_digit(added->entries, sorted, added->count, 32 + pass * width, width);
    added->sorting = added->entries;
    added->entries = sorted;
  }
  order.entries = added->entries;
  return order;
}

/*
 * Writing, file by file.
 */

struct writing {
  struct seg_added_rows *added;
  struct order order;
  struct seg_part_files files;
  struct seg_store_days span;
  _Atomic uint32_t next; // file that nobody writes yet
  enum seg_status *statuses;
  struct seg_error *errors; // both per file
};

/** Values and bits of some rows in their order. */
struct gathered {
  int64_t values[AT_ONCE]; // as wide as the widest layout
  uint64_t bits[AT_ONCE / 64], known[AT_ONCE / 64];
};

#define GATHER(type)                                                                               \
  for (uint64_t i = 0; i < count; i++)                                                             \
    ((type *)out)[i] = ((const type *)values)[row_of(entries[i])];                                 \
  break

static void gather(enum seg_layout layout, const void *values, const uint64_t *entries,
                   uint64_t count, void *out) {
  switch (layout) {
  case SEG_LAYOUT_BIT:
  case SEG_LAYOUT_TEXT: break; // never kept
  case SEG_LAYOUT_I32: GATHER(int32_t);
  case SEG_LAYOUT_I64: GATHER(int64_t);
  case SEG_LAYOUT_F64: GATHER(double);
  }
}

static void gather_bits(const uint8_t *flags, const uint64_t *entries, uint64_t count,
                        uint64_t *bits) {
  memset(bits, 0, AT_ONCE / 8);
  for (uint64_t i = 0; i < count; i++)
    bits[i / 64] |= (uint64_t)flags[row_of(entries[i])] << (i % 64);
}

static enum seg_status write_input(struct writing *writing, uint32_t input, struct gathered *room,
                                   struct seg_error *error) {
  const struct seg_event_shape *shape = writing->added->shape;
  const struct seg_event_place *place = &shape->places[input];
  enum seg_status status = SEG_OK;
  for (uint64_t first = 0; status == SEG_OK && first < writing->order.count; first += AT_ONCE) {
    const uint64_t *entries = writing->order.entries + first, rest = writing->order.count - first;
    uint64_t count = rest < AT_ONCE ? rest : AT_ONCE;
    const void *values = room->values, *known = NULL;
    if (place->column != SEG_NO_PLACE)
      gather(shape->layouts[place->column], writing->added->columns[place->column], entries, count,
             room->values);
    else {
      gather_bits(writing->added->flags[place->flag], entries, count, room->bits);
      values = room->bits;
    }
    if (place->known_flag != SEG_NO_PLACE) {
      gather_bits(writing->added->flags[place->known_flag], entries, count, room->known);
      known = room->known;
    }
    status = seg_values_writer_append(&writing->files.inputs[input], values, known, count, error);
  }
  return status;
}

static enum seg_status write_rows_of(struct writing *writing, struct gathered *room,
                                     struct seg_error *error) {
  const void *rows = writing->added->columns[writing->added->shape->row_column];
  enum seg_status status = SEG_OK;
  for (uint64_t first = 0; status == SEG_OK && first < writing->order.count; first += AT_ONCE) {
    uint64_t rest = writing->order.count - first, count = rest < AT_ONCE ? rest : AT_ONCE;
    gather(SEG_LAYOUT_I64, rows, writing->order.entries + first, count, room->values);
    status = seg_values_writer_append(&writing->files.row_of, room->values, NULL, count, error);
  }
  return status;
}

// The days, and what they lie between; nobody's rows have no order to keep.
static enum seg_status write_days(struct writing *writing, struct gathered *room,
                                  struct seg_error *error) {
  const struct order *order = &writing->order;
  const int32_t *days = writing->added->days;
  int32_t before = days[row_of(order->entries[0])], *some = (int32_t *)room->values;
  struct seg_store_days span = {true, true, before, before};
  enum seg_status status = SEG_OK;
  for (uint64_t first = 0; status == SEG_OK && first < order->count; first += AT_ONCE) {
    const uint64_t *entries = order->entries + first, rest = order->count - first;
    uint64_t count = rest < AT_ONCE ? rest : AT_ONCE;
    gather(SEG_LAYOUT_I32, days, entries, count, some);
    for (uint64_t i = 0; i < count; i++) {
      bool goes_on = first + i > 0 && number_of(entries[i]) != SEG_NO_NUMBER &&
                     number_of(order->entries[first + i - 1]) == number_of(entries[i]);
      span.rise &= !(goes_on && some[i] < before);
      span.first = some[i] < span.first ? some[i] : span.first;
      span.last = some[i] > span.last ? some[i] : span.last;
      before = some[i];
    }
    status = seg_values_writer_append(&writing->files.days, some, NULL, count, error);
  }
  writing->span = span;
  return status;
}

// The keys that have rows, and where those begin.
static enum seg_status write_offsets(struct writing *writing, struct seg_error *error) {
  const struct order *order = &writing->order;
  struct seg_part_files *files = &writing->files;
  uint64_t offsets[512];
  uint32_t numbers[512], count = 0;
  enum seg_status status = SEG_OK;
  for (uint64_t i = 0; status == SEG_OK && i <= order->keyed; i++) {
    bool is_end = i == order->keyed;
    bool begins =
        !is_end && (i == 0 || number_of(order->entries[i]) != number_of(order->entries[i - 1]));
    if (begins) {
      offsets[count] = i;
      numbers[count++] = number_of(order->entries[i]);
    }
    if (!is_end && count < sizeof numbers / sizeof *numbers)
      continue;
    status = seg_array_file_append(&files->offsets, offsets, count, error);
    if (status == SEG_OK)
      status = seg_array_file_append(&files->numbers, numbers, count, error);
    count = 0;
  }
  if (status == SEG_OK)
    status = seg_array_file_append(&files->offsets, &order->keyed, 1, error);
  if (status == SEG_OK)
    status = seg_array_file_complete(&files->offsets, error);
  return status == SEG_OK ? seg_array_file_complete(&files->numbers, error) : status;
}

// The inputs, offsets and days, and rows in the files for the event that gives the customers.
static uint32_t file_count(const struct seg_event_shape *shape) {
  return 2 + shape->wanted->input_count + (shape->row_column != SEG_NO_PLACE);
}

// The largest come first, so that no thread waits long for another at the end: offsets, the inputs,
// of which an instant is the last, then the days.
static enum seg_status write_file(struct writing *writing, uint32_t file, struct gathered *room,
                                  struct seg_error *error) {
  struct seg_part_files *files = &writing->files;
  uint32_t inputs = writing->added->shape->wanted->input_count;
  if (file == 0)
    return write_offsets(writing, error);
  struct seg_values_writer *writer;
  enum seg_status status;
  if (file <= inputs) {
    writer = &files->inputs[inputs - file];
    status = write_input(writing, inputs - file, room, error);
  } else if (file == inputs + 1) {
    writer = &files->days;
    status = write_days(writing, room, error);
  } else {
    writer = &files->row_of;
    status = write_rows_of(writing, room, error);
  }
  return status == SEG_OK ? seg_values_writer_complete(writer, error) : status;
}

static void write_files(void *context, unsigned worker) {
  (void)worker;
  struct writing *writing = context;
  struct gathered room;
  for (;;) {
    uint32_t file = atomic_fetch_add(&writing->next, 1);
    if (file >= file_count(writing->added->shape))
      return;
    writing->statuses[file] = write_file(writing, file, &room, &writing->errors[file]);
  }
}

/** What is done before anything is written: the files are made, and the order, at once. */
struct beginning {
  struct seg_preparing *state;
  struct writing *writing;
  _Atomic uint32_t next; // of the two that nobody does yet
  enum seg_status status;
  struct seg_error *error;
};

static void begin_writing(void *context, unsigned worker) {
  (void)worker;
  enum { FILES, ORDER, ALL };
  struct beginning *beginning = context;
  struct writing *writing = beginning->writing;
  for (uint32_t next; (next = atomic_fetch_add(&beginning->next, 1)) < ALL;)
    if (next == FILES)
      beginning->status = seg_part_files_begin(&writing->files, &beginning->state->build,
                                               writing->added->shape, true, beginning->error);
    else
      writing->order = make_order(writing->added, seg_prepare_key_count(beginning->state));
}

static enum seg_status write_all(struct seg_preparing *state, struct writing *writing,
                                 struct seg_error *error) {
  uint32_t files = file_count(writing->added->shape);
  struct beginning beginning = {.state = state, .writing = writing, .error = error};
  writing->statuses = calloc(files, sizeof *writing->statuses);
  writing->errors = calloc(files, sizeof *writing->errors);
  if (writing->statuses == NULL || writing->errors == NULL)
    return seg_fail_memory(error, what_for);
  seg_workers_run(state->threads < 2 ? 1 : 2, begin_writing, &beginning);
  if (beginning.status != SEG_OK)
    return beginning.status;
  seg_workers_run(state->threads < files ? state->threads : files, write_files, writing);
  enum seg_status status = SEG_OK;
  for (uint32_t f = 0; status == SEG_OK && f < files; f++) {
    status = writing->statuses[f];
    if (status != SEG_OK && error != NULL)
      *error = writing->errors[f];
  }
  return status;
}

enum seg_status seg_added_rows_write(struct seg_preparing *state, struct seg_added_rows *added,
                                     struct seg_store_entity *entity, uint32_t part,
                                     struct seg_error *error) {
  struct writing writing = {.added = added};
  added->entries = malloc(rounded(added->count) * sizeof *added->entries);
  added->sorting = malloc(rounded(added->count) * sizeof *added->sorting);
  if (added->entries == NULL || added->sorting == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = write_all(state, &writing, error);
  entity->parts[part] = (struct seg_store_part){
      .rows = added->count, .keyed = writing.order.keyed, .span = writing.span};
  if (status == SEG_OK)
    status = seg_part_files_finish(&writing.files, entity, part, error);
  seg_part_files_discard(&writing.files);
  free(writing.statuses);
  free(writing.errors);
  return status;
}
