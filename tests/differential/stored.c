// See stored.h.
#include "tests/differential/stored.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/lower/lower.h"
#include "runtime/prepare/prepare.h"
#include "tests/support/random.h"

enum { SOURCES = DATA_MAX_TABLES + 2 };

/** One part on its way into the store. */
struct part {
  const struct seg_plan *declared;
  struct data rows;
  struct data_columns columns[SOURCES];
  struct seg_source *sources[SOURCES]; // events, the customer, lists
};

static void remove_folder(const char *path) {
  char inside[512];
  DIR *list = opendir(path);
  for (const struct dirent *entry = list == NULL ? NULL : readdir(list); entry != NULL;
       entry = readdir(list)) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
    if (unlink(inside) != 0)
      remove_folder(inside);
  }
  if (list != NULL)
    closedir(list);
  rmdir(path);
}

static bool is_event(const struct seg_plan *declared, struct seg_str name) {
  for (uint32_t i = 0; i < declared->event_count; i++)
    if (seg_str_equal(declared->events[i].name, name))
      return true;
  return false;
}

// Part `number` of `count`: of events a stretch, of customers and lists a choice that has all rows
// at last.
static void choose_rows(struct part *part, struct data *data, uint32_t number, uint32_t count,
                        struct seg_random *random) {
  part->rows = (struct data){.as_of = data->as_of, .table_count = data->table_count};
  for (uint32_t t = 0; t < data->table_count; t++) {
    const struct data_table *from = &data->tables[t];
    struct data_table *to = &part->rows.tables[t];
    size_t rows = from->rows.count;
    *to = *from;
    to->rows.items = calloc(rows + 1, sizeof *to->rows.items);
    to->rows.count = 0;
    if (to->rows.items == NULL)
      abort();
    bool event = is_event(part->declared, from->name);
    for (size_t i = 0; i < rows; i++) {
      bool taken = event ? i >= rows * number / count && i < rows * (number + 1) / count
                         : number + 1 == count || seg_random_below(random, count) <= number;
      if (taken)
        to->rows.items[to->rows.count++] = from->rows.items[i];
    }
  }
}

static enum seg_status open_part(struct part *part, const struct run_manner *manner,
                                 struct seg_error *error) {
  const struct seg_plan *plan = part->declared;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i <= plan->event_count + plan->list_count; i++) {
    bool customer = i == plan->event_count, list = i > plan->event_count;
    if (customer && plan->customer_from_event >= 0)
      continue;
    const struct seg_plan_entity *entity = list       ? &plan->lists[i - plan->event_count - 1]
                                           : customer ? &plan->customer
                                                      : &plan->events[i];
    data_columns_init(&part->columns[i], &part->rows, entity, manner->morsel_rows);
    status = seg_source_open_memory(&part->columns[i].rows, entity, &part->sources[i], error);
  }
  return status;
}

static enum seg_status prepare_part(struct part *part, struct stored *stored, bool append,
                                    const struct run_manner *manner, struct seg_error *error) {
  struct seg_run_sources sources = {.customer = part->sources[part->declared->event_count],
                                    .events = part->sources,
                                    .lists = part->sources + part->declared->event_count + 1};
  struct seg_prepare_options options = {.store = stored->folder,
                                        .engine = "the differential test",
                                        .append = append,
                                        .threads = manner->threads};
  struct seg_prepare_result result;
  return seg_prepare(part->declared, &sources, &options, &result, error);
}

static void release_part(struct part *part) {
  for (size_t i = 0; i < SOURCES; i++) {
    seg_source_close(part->sources[i]);
    data_columns_deinit(&part->columns[i]);
  }
  for (uint32_t t = 0; t < part->rows.table_count; t++)
    free(part->rows.tables[t].rows.items);
}

enum seg_status stored_init(struct stored *stored, const struct seg_pipeline *pipeline,
                            struct data *data, const struct run_manner *manner,
                            struct seg_error *error) {
  const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  struct seg_plan declared;
  struct seg_random random;
  *stored = (struct stored){.store = {.readers = -1}};
  snprintf(stored->folder, sizeof stored->folder, "%s/segc-differential-XXXXXX", parent);
  if (mkdtemp(stored->folder) == NULL)
    return seg_fail(error, SEG_INTERNAL, "", "no temporary folder");
  seg_random_init(&random, data->table_count == 0 ? 0 : data->tables[0].rows.count);
  seg_plan_init(&declared);
  enum seg_status status = seg_lower_declared(&pipeline->program, &declared, error);
  for (uint32_t i = 0; status == SEG_OK && i < manner->store_parts; i++) {
    struct part part = {.declared = &declared};
    choose_rows(&part, data, i, manner->store_parts, &random);
    status = open_part(&part, manner, error);
    if (status == SEG_OK)
      status = prepare_part(&part, stored, i > 0, manner, error);
    release_part(&part);
  }
  seg_plan_deinit(&declared);
  return status == SEG_OK ? seg_store_open(&stored->store, stored->folder, error) : status;
}

void stored_deinit(struct stored *stored) {
  seg_store_close(&stored->store);
  if (stored->folder[0] != '\0')
    remove_folder(stored->folder);
}
