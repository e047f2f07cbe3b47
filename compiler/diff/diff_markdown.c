// A difference as Markdown, for a pull request.
#include <inttypes.h>
#include <string.h>

#include "compiler/diff/diff_write.h"

// Text outside of code: what would be markup is escaped.
static void escaped(struct seg_str text, FILE *out) {
  for (size_t i = 0; i < text.size; i++) {
    if (strchr("\\`*_{}[]<>#|", text.data[i]) != NULL)
      fputc('\\', out);
    fputc(text.data[i], out);
  }
}

// Lines of a block of code begin with a sign, so no text can end the block.
static void write_side(char sign, const struct seg_diff_side *side, FILE *out) {
  if (side->text.size == 0)
    return;
  fprintf(out, "%c %.*s", sign, SEG_STR(side->text));
  if (side->place.size > 0)
    fprintf(out, "  (%.*s)", SEG_STR(side->place));
  fputc('\n', out);
  if (side->meaning.size > 0)
    fprintf(out, "%c     %.*s\n", sign, SEG_STR(side->meaning));
}

static void write_parts(const struct seg_diff_item *item, FILE *out) {
  fputs("\n```diff\n", out);
  for (uint32_t i = 0; i < item->part_count; i++) {
    const struct seg_diff_part *part = &item->parts[i];
    if (i == 0 || !seg_str_equal(part->what, item->parts[i - 1].what))
      fprintf(out, "@@ %.*s @@\n", SEG_STR(part->what));
    write_side('-', &part->before, out);
    write_side('+', &part->after, out);
  }
  fputs("```\n", out);
}

static void write_item(const struct seg_diff_section *section, const struct seg_diff_item *item,
                       FILE *out) {
  fputs("\n### ", out);
  escaped(item->name, out);
  fprintf(out, ": %s", seg_diff_kind_word(item->kind));
  if (item->kind == SEG_DIFF_RENAMED) {
    fputs(" from ", out);
    escaped(item->old_name, out);
  }
  fputs("\n", out);
  if (item->sentence.size > 0) {
    fputc('\n', out);
    escaped(item->sentence, out);
    fputc('\n', out);
  }
  if (item->part_count > 0)
    write_parts(item, out);
  bool is_segment = strcmp(section->noun, "segment") == 0;
  for (uint32_t i = 0; i < item->through.count; i++) {
    fputs(i > 0 ? ", " : is_segment ? "\nThrough: " : "\nActs on: ", out);
    escaped(item->through.items[i], out);
  }
  fputs(item->through.count > 0 ? "\n" : "", out);
  if (item->verdict.size > 0) {
    fputc('\n', out);
    escaped(item->verdict, out);
    fputc('\n', out);
  }
  for (uint32_t i = 0; i < item->witness_count; i++) {
    fputs(i == 0 ? "\n- " : "- ", out);
    escaped(item->witnesses[i].text, out);
    fputc('\n', out);
  }
}

static void write_number(bool exists, uint64_t number, FILE *out) {
  if (exists)
    fprintf(out, " %" PRIu64 " |", number);
  else
    fputs(" |", out);
}

static void write_members(const struct seg_diff_report *report, FILE *out) {
  const struct seg_membership_diff *diff = report->members;
  fprintf(out,
          "\n## Customers as of %s\n\n%" PRIu64 " before, %" PRIu64 " after, %" PRIu64
          " in another place.\n",
          report->as_of, diff->customers_before, diff->customers_after, diff->moved);
  if (diff->appeared + diff->disappeared > 0)
    fprintf(out, "%" PRIu64 " exist only after, %" PRIu64 " only before.\n", diff->appeared,
            diff->disappeared);
  fputs("\n| segment | before | after | entered | left |\n|---|---:|---:|---:|---:|\n", out);
  for (uint32_t i = 0; i < diff->segment_count; i++) {
    const struct seg_membership_segment *segment = &diff->segments[i];
    fputs("| ", out);
    escaped(segment->name, out);
    fputs(" |", out);
    write_number(segment->before >= 0, segment->members_before, out);
    write_number(segment->after >= 0, segment->members_after, out);
    write_number(true, segment->entered, out);
    write_number(true, segment->left, out);
    fputc('\n', out);
  }
  for (uint32_t i = 0; i < diff->chain_count; i++) {
    const struct seg_membership_chain *chain = &diff->chains[i];
    if (chain->move_count == 0)
      continue;
    fputs("\n| chain ", out);
    escaped(chain->name, out);
    fputs(": from | to | customers |\n|---|---|---:|\n", out);
    for (uint32_t j = 0; j < chain->move_count; j++) {
      fputs("| ", out);
      escaped(chain->moves[j].from, out);
      fputs(" | ", out);
      escaped(chain->moves[j].to, out);
      fprintf(out, " | %" PRIu64 " |\n", chain->moves[j].customers);
    }
  }
}

void seg_diff_write_markdown(const struct seg_diff_report *report, FILE *out) {
  struct seg_diff_section sections[SEG_DIFF_SECTIONS];
  seg_diff_sections(report->project, sections);
  fputs("# What the rules mean differently\n", out);
  if (seg_project_diff_is_empty(report->project))
    fputs("\nNothing.\n", out);
  else
    fprintf(out, "\n%" PRIu32 " segment%s, %" PRIu32 " %s the same.\n",
            report->project->segments.count,
            report->project->segments.count == 1 ? " differs" : "s differ",
            report->project->same_segments, report->project->same_segments == 1 ? "is" : "are");
  for (int s = 0; s < SEG_DIFF_SECTIONS; s++) {
    if (sections[s].list->count > 0)
      fprintf(out, "\n## %s\n", sections[s].title);
    for (uint32_t i = 0; i < sections[s].list->count; i++)
      write_item(&sections[s], &sections[s].list->items[i], out);
  }
  if (report->members != NULL)
    write_members(report, out);
}
