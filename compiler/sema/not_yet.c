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
#define SEG_NOT_YET_FUNCTION(word, help)
#include "compiler/sema/not_yet.def"
#undef SEG_NOT_YET
#undef SEG_NOT_YET_FUNCTION
};

static const struct form functions[] = {
#define SEG_NOT_YET(name, form, help)
#define SEG_NOT_YET_FUNCTION(word, help) {word, help},
#include "compiler/sema/not_yet.def"
#undef SEG_NOT_YET
#undef SEG_NOT_YET_FUNCTION
};

void seg_report_not_yet(struct seg_check *check, enum seg_not_yet form, struct seg_span span) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_YET, span,
                                        "this version does not run %s yet", forms[form].form);
  if (forms[form].help[0])
    seg_help(check->sink, d, "%s", forms[form].help);
}

bool seg_not_yet_function(struct seg_check *check, struct seg_name word) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (!seg_str_is(word.text, functions[i].form))
      continue;
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_YET, word.span,
                                          "this version does not run `%s` yet", functions[i].form);
    if (functions[i].help[0])
      seg_help(check->sink, d, "%s", functions[i].help);
    return true;
  }
  return false;
}
