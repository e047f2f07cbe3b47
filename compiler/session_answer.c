// Remembered answers; see session_answer.h.
#include "compiler/session_answer.h"

#include <stdlib.h>

#include "runtime/base/build_id.h"
#include "runtime/base/hash.h"
#include "runtime/base/siphash.h"
#include "runtime/base/text_stream.h"
#include "runtime/time/civil.h"
#include "runtime/time/zone.h"

// The plan as text has every constant and every window in it.
static bool key_of(const struct seg_plan *plan, struct seg_store_answer_key *key) {
  char build[SEG_BUILD_ID_TEXT], tzdata[32], *text = NULL;
  size_t size = 0;
  seg_build_id(build);
  bool known = build[0] != '\0' && seg_zone_version(tzdata, sizeof tzdata);
  FILE *out = known ? seg_text_stream(&text, &size) : NULL;
  if (out == NULL)
    return false;
  fprintf(out, "%s\n%s\n%.*s\n", build, tzdata, SEG_STR(plan->timezone));
  seg_plan_print(plan, out);
  bool fine = ferror(out) == 0;
  fine = fclose(out) == 0 && fine;
  if (fine) {
    struct seg_siphash hash;
    seg_siphash_init(&hash, 0, 0);
    seg_siphash_add(&hash, text, size);
    *key = (struct seg_store_answer_key){seg_hash_bytes(text, size), seg_siphash_result(&hash)};
  }
  free(text);
  return fine;
}

// How many parts each event of the plan had.
static const uint32_t *parts_of(struct seg_session_data *data, const struct seg_plan *plan,
                                const struct seg_store_state *state) {
  const struct seg_store_manifest *manifest = &data->store->manifest;
  uint32_t *parts = SEG_NEW_ARRAY(&data->arena, uint32_t, (size_t)plan->event_count + 1);
  for (uint32_t i = 0; parts != NULL && i < plan->event_count; i++) {
    const struct seg_store_entity *event =
        seg_store_manifest_find(manifest->events, manifest->event_count, plan->events[i].name);
    parts[i] = event == NULL   ? 0
               : state == NULL ? event->part_count
                               : state->parts[event - manifest->events];
  }
  return parts;
}

enum seg_status seg_session_answer_find(struct seg_session_answer *answer,
                                        struct seg_session_data *data, const struct seg_plan *plan,
                                        const struct segc_run_options *options,
                                        struct seg_error *error) {
  if (!options->remember)
    return SEG_OK;
  if (options->store == NULL) {
    seg_fail(error, SEG_USAGE, "", "only a run over a prepared store can remember its answer");
    seg_error_help(error, "add --store, or leave out --remember");
    return SEG_USAGE;
  }
  const struct seg_store_state *state;
  answer->wanted = key_of(plan, &answer->key);
  answer->found =
      answer->wanted && seg_store_answer_find(data->store, answer->key, seg_run_count_number(plan),
                                              &answer->answer, &state);
  if (!answer->found)
    return SEG_OK;
  answer->is_present = state == NULL;
  answer->before = (struct seg_run_before){.as_of = answer->answer.as_of,
                                           .customers = answer->answer.customers,
                                           .parts = parts_of(data, plan, state),
                                           .counts = answer->answer.counts};
  return answer->before.parts == NULL ? seg_fail_memory(error, "the remembered answer") : SEG_OK;
}

static void summarise(const struct seg_session_answer *answer, struct segc_session *session,
                      const struct seg_run_result *result) {
  struct segc_summary *summary = &session->summary;
  summary->remembers = true;
  summary->refreshed = result->refreshed;
  summary->refreshed_customers = result->refreshed_customers;
  if (result->no_start_reason != NULL)
    summary->whole_reason = result->no_start_reason;
  else
    summary->whole_reason = answer->found ? result->whole_reason
                                          : "nothing is remembered of these rules and this store";
  char day[SEG_CIVIL_TEXT];
  if (result->refreshed) {
    seg_civil_format(answer->answer.as_of, day);
    summary->refreshed_from = seg_arena_format(&session->arena, "%s", day).data;
  }
}

void seg_session_answer_keep(struct seg_session_answer *answer, struct segc_session *session,
                             const struct seg_session_data *data, const struct seg_plan *plan,
                             const struct seg_run_result *result) {
  if (!answer->wanted)
    return;
  summarise(answer, session, result);
  bool is_kept = result->refreshed && answer->is_present && answer->answer.as_of == data->as_of;
  if (result->no_start_reason != NULL || is_kept)
    return;
  size_t count = seg_run_count_number(plan);
  uint64_t *counts = calloc(count + 1, sizeof *counts);
  if (counts == NULL)
    return;
  seg_run_counts(plan, result, counts);
  struct seg_store_answer made = {data->as_of, result->customer_count, count, counts};
  seg_store_answer_keep(data->store, answer->key, &made);
  free(counts);
}

void seg_session_answer_deinit(struct seg_session_answer *answer) {
  free(answer->answer.counts);
}
