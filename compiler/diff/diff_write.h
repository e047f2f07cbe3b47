/**
 * A difference for people, for pull requests and for tools. The same difference gives the same
 * bytes; keys of customers are never among them.
 */
#ifndef SEG_COMPILER_DIFF_DIFF_WRITE_H
#define SEG_COMPILER_DIFF_DIFF_WRITE_H

#include "compiler/diff/membership_diff.h"

struct seg_diff_report {
  const struct seg_project_diff *project;
  const struct seg_membership_diff *members; // NULL when no data was asked
  const char *as_of;                         // of the data
};

void seg_diff_write_text(const struct seg_diff_report *report, FILE *out);
void seg_diff_write_markdown(const struct seg_diff_report *report, FILE *out);
void seg_diff_write_json(const struct seg_diff_report *report, FILE *out);

/** The lists of a difference in the order in which they are written, with their words. */
struct seg_diff_section {
  const char *title;
  const char *noun; // before a name; empty when the name says it
  const char *key;  // in JSON
  const struct seg_diff_list *list;
};
enum { SEG_DIFF_SECTIONS = 6 };
void seg_diff_sections(const struct seg_project_diff *diff,
                       struct seg_diff_section sections[SEG_DIFF_SECTIONS]);

/** "added", "removed", "changed", "renamed". */
const char *seg_diff_kind_word(enum seg_diff_kind kind);

/** How many differing segments are of a kind. */
uint32_t seg_diff_count_kind(const struct seg_project_diff *diff, enum seg_diff_kind kind);

#endif
