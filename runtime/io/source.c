// The common door to all sources: calls go through the class of the implementation.
#include "runtime/io/source.h"

#include <stddef.h>

void seg_source_close(struct seg_source *source) {
  if (source != NULL)
    source->class->close(source);
}

void seg_morsel_init(struct seg_morsel *morsel, struct seg_source *source) {
  *morsel = (struct seg_morsel){.source = source};
}

void seg_morsel_release(struct seg_morsel *morsel) {
  if (morsel->state != NULL)
    morsel->source->class->release(morsel);
}

void seg_morsel_deinit(struct seg_morsel *morsel) {
  if (morsel->state != NULL)
    morsel->source->class->deinit(morsel);
  *morsel = (struct seg_morsel){.source = morsel->source};
}

enum seg_status seg_source_next(struct seg_source *source, struct seg_morsel *morsel, bool *end,
                                int64_t *row, struct seg_error *error) {
  seg_morsel_release(morsel);
  return source->class->next(source, morsel, end, row, error);
}

enum seg_status seg_morsel_decode(struct seg_morsel *morsel, int64_t *row,
                                  struct seg_error *error) {
  return morsel->source->class->decode(morsel, row, error);
}

void seg_source_locate(struct seg_source *source, int64_t row, struct seg_error *error) {
  if (error != NULL && error->status == SEG_BAD_DATA)
    source->class->locate(source, row, error);
}

double seg_source_progress(struct seg_source *source) {
  return source->class->progress(source);
}

int64_t seg_source_rows(const struct seg_source *source) {
  return source->class->rows == NULL ? -1 : source->class->rows(source);
}
