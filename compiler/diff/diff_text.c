// A difference for a terminal, in the signs of `diff`; the words that all forms share.
#include <inttypes.h>
#include <string.h>

#include "compiler/diff/diff_write.h"

void seg_diff_sections(const struct seg_project_diff *diff,
                       struct seg_diff_section sections[SEG_DIFF_SECTIONS]) {
  const struct seg_diff_section all[SEG_DIFF_SECTIONS] = {
      {"Settings", "setting", "settings", &diff->settings},
      {"Customers and events", "", "data", &diff->entities},
      {"Metrics and constants", "", "definitions", &diff->definitions},
      {"Segments", "segment", "segments", &diff->segments},
      {"Chains", "chain", "chains", &diff->chains},
      {"Overlap", "", "relations", &diff->relations},
  };
  memcpy(sections, all, sizeof all);
}

const char *seg_diff_kind_word(enum seg_diff_kind kind) {
  switch (kind) {
  case SEG_DIFF_ADDED: return "added";
  case SEG_DIFF_REMOVED: return "removed";
  case SEG_DIFF_CHANGED: return "changed";
  case SEG_DIFF_RENAMED: return "renamed";
  }
  return "";
}

uint32_t seg_diff_count_kind(const struct seg_project_diff *diff, enum seg_diff_kind kind) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < diff->segments.count; i++)
    count += diff->segments.items[i].kind == kind;
  return count;
}

static void write_side(const char *sign, const struct seg_diff_side *side, FILE *out) {
  if (side->text.size == 0)
    return;
  fprintf(out, "    %s %.*s  (%.*s)\n", sign, SEG_STR(side->text), SEG_STR(side->place));
  if (side->meaning.size > 0)
    fprintf(out, "        %.*s\n", SEG_STR(side->meaning));
}

static void write_joined(const struct seg_diff_part *part, FILE *out) {
  fprintf(out, "  %.*s: %.*s -> %.*s\n", SEG_STR(part->what), SEG_STR(part->before.text),
          SEG_STR(part->after.text));
}

static void write_part(const struct seg_diff_part *part, FILE *out) {
  if (part->before.place.size + part->after.place.size == 0) {
    write_joined(part, out);
    return;
  }
  fprintf(out, "  %.*s\n", SEG_STR(part->what));
  write_side("-", &part->before, out);
  write_side("+", &part->after, out);
}

static void write_texts(const struct seg_diff_texts *texts, FILE *out) {
  for (uint32_t i = 0; i < texts->count; i++)
    fprintf(out, "%s%.*s", i == 0 ? "" : ", ", SEG_STR(texts->items[i]));
}

static void write_item(const struct seg_diff_section *section, const struct seg_diff_item *item,
                       FILE *out) {
  fprintf(out, "%s%s%.*s %s", section->noun, section->noun[0] == '\0' ? "" : " ",
          SEG_STR(item->name), seg_diff_kind_word(item->kind));
  if (item->kind == SEG_DIFF_RENAMED)
    fprintf(out, " from %.*s", SEG_STR(item->old_name));
  bool both = item->place_before.size > 0 && item->place_after.size > 0;
  fprintf(out, "  (%.*s%s%.*s)\n", SEG_STR(item->place_before), both ? ", " : "",
          SEG_STR(item->place_after));
  if (item->sentence.size > 0)
    fprintf(out, "  %.*s\n", SEG_STR(item->sentence));
  for (uint32_t i = 0; i < item->part_count; i++)
    write_part(&item->parts[i], out);
  bool is_segment = strcmp(section->noun, "segment") == 0;
  if (item->through.count > 0) {
    fputs(is_segment ? "  through: " : "  acts on: ", out);
    write_texts(&item->through, out);
    fputc('\n', out);
  }
  if (item->verdict.size > 0)
    fprintf(out, "  %.*s\n", SEG_STR(item->verdict));
  for (uint32_t i = 0; i < item->witness_count; i++)
    fprintf(out, "    %.*s\n", SEG_STR(item->witnesses[i].text));
}

static void write_head(const struct seg_project_diff *diff, FILE *out) {
  static const enum seg_diff_kind kinds[] = {SEG_DIFF_ADDED, SEG_DIFF_REMOVED, SEG_DIFF_CHANGED,
                                             SEG_DIFF_RENAMED};
  if (seg_project_diff_is_empty(diff)) {
    fputs("the rules mean the same\n", out);
    return;
  }
  fputs("segments: ", out);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    uint32_t count = seg_diff_count_kind(diff, kinds[i]);
    if (count > 0)
      fprintf(out, "%" PRIu32 " %s, ", count, seg_diff_kind_word(kinds[i]));
  }
  fprintf(out, "%" PRIu32 " the same\n", diff->same_segments);
}

// --- customers ---

static size_t width(struct seg_str text) {
  size_t columns = 0;
  for (size_t i = 0; i < text.size; i++)
    columns += ((unsigned char)text.data[i] & 0xC0) != 0x80;
  return columns;
}

static void write_padded(struct seg_str text, size_t wide, FILE *out) {
  fprintf(out, "%.*s%*s", SEG_STR(text), (int)(wide - width(text)), "");
}

static void write_count(bool exists, uint64_t count, FILE *out) {
  if (exists)
    fprintf(out, "  %10" PRIu64, count);
  else
    fprintf(out, "  %10s", "-");
}

static void write_segments(const struct seg_membership_diff *diff, FILE *out) {
  size_t wide = 0;
  for (uint32_t i = 0; i < diff->segment_count; i++)
    wide = width(diff->segments[i].name) > wide ? width(diff->segments[i].name) : wide;
  fprintf(out, "\n  %*s  %10s  %10s  %10s  %10s\n", (int)wide, "", "before", "after", "entered",
          "left");
  for (uint32_t i = 0; i < diff->segment_count; i++) {
    const struct seg_membership_segment *segment = &diff->segments[i];
    fputs("  ", out);
    write_padded(segment->name, wide, out);
    write_count(segment->before >= 0, segment->members_before, out);
    write_count(segment->after >= 0, segment->members_after, out);
    write_count(true, segment->entered, out);
    write_count(true, segment->left, out);
    fputc('\n', out);
  }
}

static void write_chain(const struct seg_membership_chain *chain, FILE *out) {
  size_t from = 0, to = 0;
  if (chain->before < 0 || chain->after < 0)
    return;
  fprintf(out, "\nchain %.*s: %s\n", SEG_STR(chain->name),
          chain->move_count == 0 ? "nobody moves" : "customers who move");
  for (uint32_t i = 0; i < chain->move_count; i++) {
    from = width(chain->moves[i].from) > from ? width(chain->moves[i].from) : from;
    to = width(chain->moves[i].to) > to ? width(chain->moves[i].to) : to;
  }
  for (uint32_t i = 0; i < chain->move_count; i++) {
    fputs("  ", out);
    write_padded(chain->moves[i].from, from, out);
    fputs(" -> ", out);
    write_padded(chain->moves[i].to, to, out);
    fprintf(out, "  %10" PRIu64 "\n", chain->moves[i].customers);
  }
}

static void write_members(const struct seg_diff_report *report, FILE *out) {
  const struct seg_membership_diff *diff = report->members;
  fprintf(out,
          "\ncustomers as of %s: %" PRIu64 " before, %" PRIu64 " after, %" PRIu64
          " in another place\n",
          report->as_of, diff->customers_before, diff->customers_after, diff->moved);
  if (diff->appeared + diff->disappeared > 0)
    fprintf(out, "  %" PRIu64 " exist only after, %" PRIu64 " only before\n", diff->appeared,
            diff->disappeared);
  write_segments(diff, out);
  for (uint32_t i = 0; i < diff->chain_count; i++)
    write_chain(&diff->chains[i], out);
}

void seg_diff_write_text(const struct seg_diff_report *report, FILE *out) {
  struct seg_diff_section sections[SEG_DIFF_SECTIONS];
  seg_diff_sections(report->project, sections);
  write_head(report->project, out);
  for (int s = 0; s < SEG_DIFF_SECTIONS; s++)
    for (uint32_t i = 0; i < sections[s].list->count; i++) {
      fputc('\n', out);
      write_item(&sections[s], &sections[s].list->items[i], out);
    }
  if (report->members != NULL)
    write_members(report, out);
}
