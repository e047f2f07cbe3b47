/**
 * What the language has and this version does not run: one error each, with what can be written
 * today. The list is not_yet.def.
 */
#include "compiler/sema/check.h"

struct form {
  const char *form;
  const char *help;
};

static const struct form forms[SEG_NOT_YET_COUNT] = {
#define SEG_NOT_YET(name, form, help) {form, help},
#include "compiler/sema/not_yet.def"
#undef SEG_NOT_YET
};

void seg_report_not_yet(struct seg_check *check, enum seg_not_yet form, struct seg_span span) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_YET, span,
                                        "this version does not run %s yet", forms[form].form);
  if (forms[form].help[0])
    seg_help(check->sink, d, "%s", forms[form].help);
}
