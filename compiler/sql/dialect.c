// The table of dialects; see dialect.h.
#include "compiler/sql/dialect.h"

#include <stddef.h>

static const char *const words[SEG_SQL_DIALECT_COUNT] = {
#define SEG_DIALECT(name, word, title) word,
#include "compiler/sql/dialects.def"
#undef SEG_DIALECT
};

static const char *const titles[SEG_SQL_DIALECT_COUNT] = {
#define SEG_DIALECT(name, word, title) title,
#include "compiler/sql/dialects.def"
#undef SEG_DIALECT
};

static const struct {
  const char *name;
  enum seg_sql_level level;
  const char *texts[SEG_SQL_DIALECT_COUNT];
} forms[SEG_SQL_FORMS] = {
#define SEG_FORM(name, level, duckdb, postgres, sqlite)                                            \
  {#name, SEG_SQL_##level, {duckdb, postgres, sqlite}},
#include "compiler/sql/forms.def"
#undef SEG_FORM
};

const char *seg_sql_dialect_word(enum seg_sql_dialect dialect) {
  return words[dialect];
}

const char *seg_sql_dialect_title(enum seg_sql_dialect dialect) {
  return titles[dialect];
}

const char *seg_sql_form_text(enum seg_sql_dialect dialect, enum seg_sql_form form,
                              const char **reason) {
  const char *text = forms[form].texts[dialect];
  if (text[0] != '!')
    return text;
  if (reason != NULL)
    *reason = text + 1;
  return NULL;
}

enum seg_sql_level seg_sql_form_level(enum seg_sql_form form) {
  return forms[form].level;
}

const char *seg_sql_form_name(enum seg_sql_form form) {
  return forms[form].name;
}
