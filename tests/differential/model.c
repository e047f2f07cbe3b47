// The generated program; see model.h. Printing is in print_program.c.
#include "tests/differential/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct model_entity *model_entity(struct model *model, int entity) {
  return entity == MODEL_CUSTOMER ? &model->customer : &model->events[entity];
}

bool model_type_same(struct model_type a, struct model_type b) {
  bool money = a.kind == SEG_TYPE_MONEY || a.kind == SEG_TYPE_AMOUNT;
  return a.kind == b.kind && a.scale == b.scale && a.list == b.list &&
         (!money || strcmp(a.currency, b.currency) == 0);
}

static void *held(void *memory) {
  if (memory == NULL) {
    fputs("the test is out of memory\n", stderr);
    abort();
  }
  return memory;
}

struct term *model_term(struct model *model, enum term_kind kind, struct model_type type) {
  struct term *term = held(SEG_NEW(&model->arena, struct term));
  term->kind = kind;
  term->type = type;
  return term;
}

const char *model_text(struct model *model, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return held((void *)seg_arena_str(&model->arena, seg_str_view(text)).data);
}
