// The declarations of a store beside those of the rules; see store_fit.h.
#include "runtime/store/store_fit.h"

#include <string.h>

#include "runtime/store/store_errors.h"

enum { WORDS = 160 };

/** What a sentence about a difference begins with. */
struct place {
  const struct seg_store *store;
  enum seg_store_kind kind;
  struct seg_str entity;
  struct seg_error *error;
};

static const char *const kinds[] = {
    [SEG_STORE_CUSTOMER] = "customer", [SEG_STORE_EVENT] = "event ", [SEG_STORE_LIST] = "list "};

static enum seg_status finish(const struct place *place) {
  seg_error_help(place->error, "make a new one for these rules: segc prepare ... --store %s",
                 place->store->path);
  return SEG_BAD_DATA;
}

static struct seg_str shown_name(const struct place *place) {
  return place->kind == SEG_STORE_CUSTOMER ? (struct seg_str){"", 0} : place->entity;
}

// `what` is "the key" or the like.
static enum seg_status differ(const struct place *place, const char *what, struct seg_str wanted,
                              struct seg_str held) {
  struct seg_str name = shown_name(place);
  SEG_STORE_FAIL(place->error, SEG_BAD_DATA, OTHER,
                 "the store %s does not fit the rules: %s%.*s: %s is \"%.*s\" in the rules and "
                 "\"%.*s\" in the store",
                 place->store->path, kinds[place->kind], SEG_STR(name), what, SEG_STR(wanted),
                 SEG_STR(held));
  return finish(place);
}

static enum seg_status column_fails(const struct place *place, struct seg_str column,
                                    const char *what) {
  struct seg_str name = shown_name(place);
  SEG_STORE_FAIL(place->error, SEG_BAD_DATA, OTHER,
                 "the store %s does not fit the rules: %s%.*s, column %.*s: %s", place->store->path,
                 kinds[place->kind], SEG_STR(name), SEG_STR(column), what);
  return finish(place);
}

// "money with 2 decimals", "one of (\"a\", \"b\")"; long lists are cut.
static void describe(char words[WORDS], enum seg_column_type type, uint8_t scale, uint32_t count,
                     const struct seg_str *values) {
  size_t size = (size_t)snprintf(words, WORDS, "%s", seg_store_type_word(type));
  if (type == SEG_COLUMN_MONEY)
    snprintf(words + size, WORDS - size, " with %u decimals", scale);
  for (uint32_t i = 0; type == SEG_COLUMN_ENUM && i < count && size + 40 < WORDS; i++) {
    bool cut = size + values[i].size + 20 >= WORDS;
    size += (size_t)snprintf(words + size, WORDS - size, "%s\"%.*s\"%s", i == 0 ? " (" : ", ",
                             cut ? 3 : (int)values[i].size, cut ? "..." : values[i].data,
                             i + 1 == count ? ")" : "");
    if (cut)
      break;
  }
}

static bool same_values(const struct seg_store_column *column, const struct seg_plan_input *input) {
  bool same = column->value_count == input->value_count;
  for (uint32_t i = 0; same && i < column->value_count; i++)
    same = seg_str_equal(column->values[i], input->values[i]);
  return same;
}

static bool some_missing(const struct seg_store_entity *entity,
                         const struct seg_store_column *column) {
  for (uint32_t p = 0; p < entity->part_count; p++)
    if (seg_store_has(&column->parts[p].known))
      return true;
  return false;
}

static enum seg_status fit_column(const struct place *place, struct seg_store_entity *entity,
                                  const struct seg_plan_input *input,
                                  struct seg_store_column **found) {
  *found = NULL;
  if (input->type == SEG_COLUMN_DAY || input->type == SEG_COLUMN_INSTANT)
    return SEG_OK;
  for (uint32_t c = 0; c < entity->column_count && *found == NULL; c++)
    if (seg_str_equal(entity->columns[c].name, input->name))
      *found = &entity->columns[c];
  if (*found == NULL)
    return column_fails(place, input->name, "the rules read it, and the store lacks it");
  const struct seg_store_column *column = *found;
  if (column->type != input->type || column->scale != input->scale || !same_values(column, input)) {
    char wanted[WORDS], held[WORDS], words[2 * WORDS + 64];
    describe(wanted, input->type, input->scale, input->value_count, input->values);
    describe(held, column->type, column->scale, column->value_count, column->values);
    snprintf(words, sizeof words, "the rules declare %s, and the store holds %s", wanted, held);
    return column_fails(place, input->name, words);
  }
  if (!input->optional && some_missing(entity, column))
    return column_fails(place, input->name,
                        "the rules say that it is never missing, and in the store it sometimes is");
  return SEG_OK;
}

static enum seg_status fit_names(const struct place *place, const struct seg_plan_entity *wanted,
                                 const struct seg_store_entity *entity) {
  if (!seg_str_equal(wanted->source, entity->source))
    return differ(place, "the source", wanted->source, entity->source);
  if (!seg_str_equal(wanted->key, entity->key))
    return differ(place, "the key", wanted->key, entity->key);
  if (!seg_str_equal(wanted->time, entity->time))
    return differ(place, "the time", wanted->time, entity->time);
  if (!seg_str_equal(wanted->zone, entity->zone))
    return differ(place, "the time zone", wanted->zone, entity->zone);
  return SEG_OK;
}

static struct seg_store_entity *find(struct seg_store *store, enum seg_store_kind kind,
                                     struct seg_str name) {
  struct seg_store_manifest *manifest = &store->manifest;
  switch (kind) {
  case SEG_STORE_CUSTOMER: return manifest->has_customers ? &manifest->customer : NULL;
  case SEG_STORE_EVENT:
    return seg_store_manifest_find(manifest->events, manifest->event_count, name);
  case SEG_STORE_LIST: return seg_store_manifest_find(manifest->lists, manifest->list_count, name);
  }
  return NULL;
}

enum seg_status seg_store_fit(struct seg_store *store, enum seg_store_kind kind,
                              const struct seg_plan_entity *wanted,
                              struct seg_store_entity **entity, struct seg_store_column ***columns,
                              struct seg_error *error) {
  struct place place = {store, kind, wanted->name, error};
  *entity = find(store, kind, wanted->name);
  if (*entity == NULL) {
    struct seg_str name = shown_name(&place);
    SEG_STORE_FAIL(error, SEG_BAD_DATA, OTHER,
                   "the store %s does not fit the rules: they read %s%.*s, and the store lacks it",
                   store->path, kind == SEG_STORE_CUSTOMER ? "a customer table" : kinds[kind],
                   SEG_STR(name));
    return finish(&place);
  }
  *columns = SEG_NEW_ARRAY(&store->arena, struct seg_store_column *, wanted->input_count + 1);
  if (*columns == NULL)
    return seg_fail_memory(error, "the store");
  enum seg_status status = fit_names(&place, wanted, *entity);
  for (uint32_t i = 0; status == SEG_OK && i < wanted->input_count; i++)
    status = fit_column(&place, *entity, &wanted->inputs[i], &(*columns)[i]);
  return status;
}

static enum seg_status fail_project(const struct seg_store *store, struct seg_error *error,
                                    const char *what, struct seg_str wanted, struct seg_str held) {
  SEG_STORE_FAIL(error, SEG_BAD_DATA, OTHER,
                 "the store %s does not fit the rules: %s is \"%.*s\" in the rules and \"%.*s\" in "
                 "the store",
                 store->path, what, SEG_STR(wanted), SEG_STR(held));
  seg_error_help(error, "make a new one for these rules: segc prepare ... --store %s", store->path);
  return SEG_BAD_DATA;
}

// Where the customers come from, in words.
static struct seg_str held_giver(const struct seg_store *store) {
  const struct seg_store_manifest *manifest = &store->manifest;
  for (uint32_t i = 0; i < manifest->event_count; i++)
    if (manifest->events[i].gives_customers)
      return manifest->events[i].name;
  return seg_str_view("a table of their own");
}

enum seg_status seg_store_fit_project(const struct seg_store *store, const struct seg_plan *plan,
                                      struct seg_error *error) {
  if (!seg_str_equal(plan->timezone, store->manifest.timezone))
    return fail_project(store, error, "the time zone", plan->timezone, store->manifest.timezone);
  struct seg_str held = held_giver(store);
  struct seg_str wanted = plan->customer_from_event < 0
                              ? seg_str_view("a table of their own")
                              : plan->events[plan->customer_from_event].name;
  if (!seg_str_equal(wanted, held))
    return fail_project(store, error, "what the customers come from", wanted, held);
  return SEG_OK;
}
