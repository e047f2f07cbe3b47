// See merged_order.h. Stretches are short, often one row: whole numbers, which most columns are,
// are read ahead of them, some hundred rows of a part at once.
#include "runtime/prepare/merged_order.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/store/store_errors.h"
#include "runtime/store/store_read.h"

enum {
  READ_AHEAD = 512,
  AT_ONCE = 4096,
  ANY_AT_ONCE = 1 << 16,
  FEW = 4, // values that are copied together, however many of them are wanted
};

static const char what_for[] = "the parts of the store";

bool seg_merged_order_add(struct seg_merged_order *order, uint32_t part, uint64_t count) {
  order->rows += count;
  while (count > 0) {
    size_t n = order->stretches.count;
    struct seg_merged_stretch *last = n == 0 ? NULL : &order->stretches.items[n - 1];
    if (last == NULL || last->part != part || last->count == UINT32_MAX) {
      if (!SEG_VEC_PUSH(&order->stretches, (struct seg_merged_stretch){part, 0}))
        return false;
      last = &order->stretches.items[n];
    }
    uint32_t room = UINT32_MAX - last->count, some = count < room ? (uint32_t)count : room;
    last->count += some;
    count -= some;
  }
  return true;
}

static bool any_unknown(const struct seg_store_values *const *parts, uint32_t part_count) {
  for (uint32_t p = 0; p < part_count; p++)
    if (parts[p] != NULL && seg_store_has(&parts[p]->known))
      return true;
  return false;
}

/** A place among the stretches. */
struct place {
  size_t stretch;
  uint32_t done;  // rows of it
  uint64_t *next; // by part: the row that comes next
};

// The next rows, ANY_AT_ONCE of them or all that are left, of any layout.
static enum seg_status read_some(const struct seg_merged_order *order,
                                 const struct seg_store *store,
                                 const struct seg_store_values *const *parts, struct place *place,
                                 struct seg_column *rows, uint32_t *count,
                                 struct seg_error *error) {
  enum seg_status status = seg_column_restart(rows, ANY_AT_ONCE, error);
  *count = 0;
  while (status == SEG_OK && *count < ANY_AT_ONCE && place->stretch < order->stretches.count) {
    const struct seg_merged_stretch *stretch = &order->stretches.items[place->stretch];
    uint32_t rest = stretch->count - place->done, room = ANY_AT_ONCE - *count;
    uint32_t some = rest < room ? rest : room;
    status = seg_store_read(store, parts[stretch->part], place->next[stretch->part], some, rows,
                            *count, error);
    *count += some;
    place->next[stretch->part] += some;
    place->done = some == rest ? 0 : place->done + some;
    place->stretch += some == rest;
  }
  return status;
}

static enum seg_status copy_any(const struct seg_merged_order *order, const struct seg_store *store,
                                const struct seg_store_values *const *parts, uint32_t part_count,
                                struct seg_values_writer *writer, struct seg_error *error) {
  struct place place = {.next = calloc((size_t)part_count + 1, sizeof *place.next)};
  if (place.next == NULL)
    return seg_fail_memory(error, what_for);
  struct seg_column rows;
  seg_column_init(&rows, writer->layout, any_unknown(parts, part_count));
  enum seg_status status = SEG_OK;
  while (status == SEG_OK && place.stretch < order->stretches.count) {
    uint32_t count;
    status = read_some(order, store, parts, &place, &rows, &count, error);
    if (status == SEG_OK)
      status = seg_values_writer_append(writer, rows.values, rows.known, count, error);
  }
  seg_column_deinit(&rows);
  free(place.next);
  return status;
}

/** The whole numbers of a part, read ahead. */
struct ahead {
  uint64_t next; // row that has not been read
  uint32_t at, end;
  int64_t values[READ_AHEAD + FEW];
};

static enum seg_status read_ahead(const struct seg_store *store,
                                  const struct seg_store_array *array, struct ahead *ahead,
                                  struct seg_error *error) {
  uint64_t left = array->count - ahead->next;
  if (left == 0)
    return SEG_STORE_FAIL(error, SEG_BAD_DATA, DAMAGED,
                          "the store %s is damaged: its arrays do not fit together", store->path);
  ahead->at = 0;
  ahead->end = left < READ_AHEAD ? (uint32_t)left : READ_AHEAD;
  ahead->next += ahead->end;
  return seg_store_read_integers(store, array, ahead->next - ahead->end, ahead->end, ahead->values,
                                 error);
}

static enum seg_status append_integers(struct seg_values_writer *writer, const int64_t *values,
                                       uint32_t count, struct seg_error *error) {
  int32_t narrow[AT_ONCE];
  if (writer->layout == SEG_LAYOUT_I64)
    return seg_values_writer_append(writer, values, NULL, count, error);
  for (uint32_t i = 0; i < count; i++)
    narrow[i] = (int32_t)values[i];
  return seg_values_writer_append(writer, narrow, NULL, count, error);
}

static enum seg_status copy_integers(const struct seg_merged_order *order,
                                     const struct seg_store *store,
                                     const struct seg_store_values *const *parts,
                                     uint32_t part_count, struct seg_values_writer *writer,
                                     struct seg_error *error) {
  int64_t made[AT_ONCE + FEW];
  uint32_t count = 0;
  struct ahead *all = calloc((size_t)part_count + 1, sizeof *all);
  if (all == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = SEG_OK;
  for (size_t s = 0; status == SEG_OK && s < order->stretches.count; s++) {
    struct seg_merged_stretch stretch = order->stretches.items[s];
    struct ahead *ahead = &all[stretch.part];
    if (stretch.count <= FEW && stretch.count <= ahead->end - ahead->at &&
        count + stretch.count < AT_ONCE) { // mostly; without asking how many they are
      memcpy(&made[count], &ahead->values[ahead->at], FEW * sizeof *made);
      count += stretch.count;
      ahead->at += stretch.count;
      continue;
    }
    for (uint32_t done = 0, some; status == SEG_OK && done < stretch.count; done += some) {
      if (ahead->at == ahead->end)
        status = read_ahead(store, &parts[stretch.part]->values, ahead, error);
      if (status != SEG_OK)
        break;
      uint32_t ready = ahead->end - ahead->at, room = AT_ONCE - count;
      some = stretch.count - done < room ? stretch.count - done : room;
      some = some < ready ? some : ready;
      for (uint32_t i = 0; i < some; i++)
        made[count++] = ahead->values[ahead->at++];
      if (count == AT_ONCE) {
        status = append_integers(writer, made, count, error);
        count = 0;
      }
    }
  }
  free(all);
  return status == SEG_OK ? append_integers(writer, made, count, error) : status;
}

enum seg_status seg_merged_order_copy(const struct seg_merged_order *order,
                                      const struct seg_store *store,
                                      const struct seg_store_values *const *parts,
                                      uint32_t part_count, struct seg_values_writer *writer,
                                      struct seg_error *error) {
  bool is_integer = writer->layout == SEG_LAYOUT_I32 || writer->layout == SEG_LAYOUT_I64;
  return is_integer && !any_unknown(parts, part_count)
             ? copy_integers(order, store, parts, part_count, writer, error)
             : copy_any(order, store, parts, part_count, writer, error);
}
