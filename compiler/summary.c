// The summary of a run, for people and for tools.
#include <inttypes.h>
#include <string.h>

#include "compiler/diag/diag.h"
#include "compiler/include/segc.h"
#include "runtime/base/json_writer.h"

static double share_of(uint64_t members, uint64_t customers) {
  return customers == 0 ? 0 : (double)members / (double)customers;
}

// Columns a text takes on a terminal, near enough: its code points.
static size_t width(const char *text) {
  size_t columns = 0;
  for (; *text != '\0'; text++)
    columns += ((unsigned char)*text & 0xC0) != 0x80;
  return columns;
}

static size_t widest(const struct segc_summary *summary) {
  size_t most = strlen("(no segment)");
  for (size_t i = 0; i < summary->segment_count; i++)
    most = width(summary->segments[i].name) > most ? width(summary->segments[i].name) : most;
  for (size_t i = 0; i < summary->chain_count; i++) {
    const struct segc_chain_count *chain = &summary->chains[i];
    most = width(chain->otherwise) > most ? width(chain->otherwise) : most;
    for (size_t j = 0; j < chain->winner_count; j++)
      most = width(chain->winners[j].name) > most ? width(chain->winners[j].name) : most;
  }
  return most;
}

static void write_row(FILE *out, size_t name_width, const char *name, uint64_t members,
                      uint64_t customers) {
  fprintf(out, "  %s%*s  %12" PRIu64 "  %6.2f%%", name, (int)(name_width - width(name)), "",
          members, 100 * share_of(members, customers));
}

static void write_segment(FILE *out, size_t name_width, const struct segc_segment_count *segment,
                          uint64_t customers, const char *title) {
  write_row(out, name_width, segment->name, segment->members, customers);
  if (title[0] != '\0')
    fprintf(out, "  %s", title);
  if (segment->has_holdout)
    fprintf(out, "%s  %" PRIu64 " held out", title[0] == '\0' ? "" : ";", segment->held_out);
  fputc('\n', out);
}

static const char *const stage_names[SEGC_RUN_STAGE_COUNT] = {
    [SEGC_RUN_COMPILE] = "compile", [SEGC_RUN_CUSTOMERS] = "customers",
    [SEGC_RUN_EVENTS] = "events",   [SEGC_RUN_RULES] = "rules",
    [SEGC_RUN_OUTPUT] = "output",
};

// Of what took no time to speak of, a rate would be that of the clock.
static const double least_measured_seconds = 0.0005;

static double rate(double amount, double seconds) {
  return amount / seconds;
}

static void write_stats(const struct segc_summary *summary, FILE *out) {
  fprintf(out, "\n%-10s %9s %9s %12s %10s %12s %8s %9s\n", "stage", "seconds", "processor", "rows",
          "MB", "rows/s", "GB/s", "of memory");
  for (int i = 0; i < SEGC_RUN_STAGE_COUNT; i++) {
    const struct segc_stage_stats *stage = &summary->stats[i];
    fprintf(out, "%-10s %9.3f %9.3f", stage_names[i], stage->seconds, stage->processor_seconds);
    if (stage->rows > 0)
      fprintf(out, " %12" PRIu64 " %10.1f", stage->rows, (double)stage->bytes / 1e6);
    if (stage->rows > 0 && stage->seconds >= least_measured_seconds)
      fprintf(out, " %12.0f %8.2f %8.1f%%", rate((double)stage->rows, stage->seconds),
              rate((double)stage->bytes, stage->seconds) / 1e9,
              100 * rate((double)stage->bytes, stage->seconds) / summary->bandwidth);
    fputc('\n', out);
  }
  fprintf(
      out,
      "memory reads %.1f GB/s; the run's buffers took %.1f MB, %.1f MB went to a temporary file\n",
      summary->bandwidth / 1e9, (double)summary->peak_bytes / 1e6,
      (double)summary->spilled_bytes / 1e6);
}

// Which way a run took that remembers its answer.
static void write_way(const struct segc_summary *summary, FILE *out) {
  if (!summary->remembers)
    return;
  if (summary->refreshed)
    fprintf(out,
            "the counts of %s were corrected: %" PRIu64 " of %" PRIu64
            " customers were looked at again\n",
            summary->refreshed_from, summary->refreshed_customers, summary->customers);
  else
    fprintf(out, "all customers were looked at: %s\n", summary->whole_reason);
}

static void write_human(const struct segc_summary *summary, FILE *out) {
  size_t name_width = widest(summary);
  fprintf(out, "as of %s: %" PRIu64 " customer%s, %" PRIu64 " event%s", summary->as_of,
          summary->customers, summary->customers == 1 ? "" : "s", summary->events,
          summary->events == 1 ? "" : "s");
  if (summary->orphan_events > 0)
    fprintf(out, ", %" PRIu64 " of them without a known customer", summary->orphan_events);
  fprintf(out, summary->winners_only ? "\n" : "\n\nsegments: all that match\n");
  for (size_t i = 0; i < summary->segment_count; i++)
    write_segment(out, name_width, &summary->segments[i], summary->customers,
                  summary->segments[i].title);
  for (size_t i = 0; i < summary->chain_count; i++) {
    const struct segc_chain_count *chain = &summary->chains[i];
    fprintf(out, "\nchain %s: first match wins\n", chain->name);
    for (size_t j = 0; j < chain->winner_count; j++)
      write_segment(out, name_width, &chain->winners[j], summary->customers, "");
    const char *rest = chain->otherwise[0] == '\0' ? "(no segment)" : chain->otherwise;
    write_row(out, name_width, rest, chain->unmatched, summary->customers);
    fputc('\n', out);
  }
  fprintf(out, "\n%.2f s:", summary->seconds_total);
  for (int i = 0; i < SEGC_RUN_STAGE_COUNT; i++)
    fprintf(out, "%s %s %.2f", i == 0 ? "" : ",", stage_names[i], summary->stats[i].seconds);
  fputc('\n', out);
  if (summary->bandwidth > 0) {
    write_stats(summary, out);
    write_way(summary, out);
  }
}

static void json_number(struct seg_json *json, const char *key, uint64_t value) {
  seg_json_key(json, key);
  seg_json_uint(json, value);
}

static void json_held_out(struct seg_json *json, const struct segc_segment_count *segment) {
  if (segment->has_holdout)
    json_number(json, "held_out", segment->held_out);
}

static void json_segments(struct seg_json *json, const struct segc_summary *summary) {
  seg_json_key(json, "segments");
  seg_json_begin_array(json);
  for (size_t i = 0; i < summary->segment_count; i++) {
    seg_json_begin_object(json);
    seg_json_key(json, "name");
    seg_json_text(json, summary->segments[i].name);
    json_number(json, "members", summary->segments[i].members);
    seg_json_key(json, "share");
    seg_json_double(json, share_of(summary->segments[i].members, summary->customers));
    json_held_out(json, &summary->segments[i]);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void json_chain(struct seg_json *json, const struct segc_chain_count *chain) {
  seg_json_begin_object(json);
  seg_json_key(json, "name");
  seg_json_text(json, chain->name);
  seg_json_key(json, "winners");
  seg_json_begin_array(json);
  for (size_t i = 0; i < chain->winner_count; i++) {
    seg_json_begin_object(json);
    seg_json_key(json, "segment");
    seg_json_text(json, chain->winners[i].name);
    json_number(json, "members", chain->winners[i].members);
    json_held_out(json, &chain->winners[i]);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  seg_json_key(json, "otherwise");
  seg_json_text(json, chain->otherwise[0] == '\0' ? NULL : chain->otherwise);
  json_number(json, "unmatched", chain->unmatched);
  seg_json_end_object(json);
}

static void json_seconds(struct seg_json *json, const struct segc_summary *summary) {
  seg_json_key(json, "seconds");
  seg_json_begin_object(json);
  for (int i = 0; i < SEGC_RUN_STAGE_COUNT; i++) {
    seg_json_key(json, stage_names[i]);
    seg_json_double(json, summary->stats[i].seconds);
  }
  seg_json_key(json, "total");
  seg_json_double(json, summary->seconds_total);
  seg_json_end_object(json);
}

static void json_way(struct seg_json *json, const struct segc_summary *summary) {
  if (!summary->remembers)
    return;
  seg_json_key(json, "refresh");
  seg_json_begin_object(json);
  seg_json_key(json, "from");
  seg_json_text(json, summary->refreshed ? summary->refreshed_from : NULL);
  if (summary->refreshed)
    json_number(json, "customers", summary->refreshed_customers);
  seg_json_key(json, "whole_because");
  seg_json_text(json, summary->refreshed ? NULL : summary->whole_reason);
  seg_json_end_object(json);
}

static void json_stats(struct seg_json *json, const struct segc_summary *summary) {
  seg_json_key(json, "stats");
  seg_json_begin_object(json);
  for (int i = 0; i < SEGC_RUN_STAGE_COUNT; i++) {
    const struct segc_stage_stats *stage = &summary->stats[i];
    seg_json_key(json, stage_names[i]);
    seg_json_begin_object(json);
    seg_json_key(json, "seconds");
    seg_json_double(json, stage->seconds);
    seg_json_key(json, "processor_seconds");
    seg_json_double(json, stage->processor_seconds);
    json_number(json, "rows", stage->rows);
    json_number(json, "bytes", stage->bytes);
    seg_json_end_object(json);
  }
  json_way(json, summary);
  json_number(json, "spilled_bytes", summary->spilled_bytes);
  json_number(json, "peak_bytes", summary->peak_bytes);
  seg_json_key(json, "bandwidth");
  seg_json_double(json, summary->bandwidth);
  seg_json_end_object(json);
}

static void write_json(const struct segc_summary *summary, FILE *out) {
  struct seg_json json;
  seg_json_init(&json, out);
  seg_json_begin_object(&json);
  seg_json_key(&json, "as_of");
  seg_json_text(&json, summary->as_of);
  json_number(&json, "customers", summary->customers);
  json_number(&json, "orphan_events", summary->orphan_events);
  if (!summary->winners_only)
    json_segments(&json, summary);
  seg_json_key(&json, "chains");
  seg_json_begin_array(&json);
  for (size_t i = 0; i < summary->chain_count; i++)
    json_chain(&json, &summary->chains[i]);
  seg_json_end_array(&json);
  json_seconds(&json, summary);
  if (summary->bandwidth > 0)
    json_stats(&json, summary);
  seg_json_end_object(&json);
  seg_json_finish(&json);
}

void segc_write_summary(const struct segc_summary *summary, enum segc_format format, FILE *out) {
  if (format == SEGC_FORMAT_JSON)
    write_json(summary, out);
  else
    write_human(summary, out);
}

const char *segc_nearest(const char *word, const char *const *candidates, size_t count) {
  enum { MOST = 64 };
  struct seg_str views[MOST];
  if (count > MOST)
    count = MOST;
  for (size_t i = 0; i < count; i++)
    views[i] = seg_str_view(candidates[i]);
  return seg_suggest(seg_str_view(word), views, count).data;
}
