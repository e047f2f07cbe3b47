// Where a customer stands among all: the place, and the values at the cuts beside it.
#include <inttypes.h>
#include <stdlib.h>

#include "compiler/explain/parts.h"
#include "runtime/base/text_stream.h"

/** A sentence under way. */
struct sentence {
  struct seg_explainer *explainer;
  const struct seg_node *rank;
  struct seg_reference_standing standing;
  FILE *out;
};

// What is ordered; an average stands in for its sum and count.
static struct seg_node ordered(const struct seg_node *rank) {
  return rank->operand_count == 2 ? seg_average_of(rank->operands[0]) : *rank->operands[0];
}

static void print_value_at(const struct sentence *sentence, uint32_t position) {
  struct seg_node node = ordered(sentence->rank);
  struct seg_value value = seg_reference_value(sentence->explainer->reference, &node,
                                               sentence->standing.order[position]);
  struct seg_str text = seg_explain_text(sentence->explainer, &node.type, &value, false);
  fprintf(sentence->out, "%.*s", SEG_STR(text));
}

static void print_tile(const struct sentence *sentence, int64_t tile) {
  uint64_t customers = sentence->standing.customers, tiles = (uint64_t)sentence->rank->rank_count;
  uint64_t begin = 0, size = 0;
  for (int64_t t = 1; t <= tile; t++) {
    begin += size;
    size = customers / tiles + ((uint64_t)t <= customers % tiles);
  }
  fprintf(sentence->out, "; group %" PRId64 " is place", tile);
  if (size == 1) {
    fprintf(sentence->out, " %" PRIu64, begin + 1);
    return;
  }
  fprintf(sentence->out, "s %" PRIu64 " to %" PRIu64 ", ", begin + 1, begin + size);
  print_value_at(sentence, (uint32_t)begin);
  fputs(" to ", sentence->out);
  print_value_at(sentence, (uint32_t)(begin + size - 1));
}

// The values of a band of the order: the first and the last customer in it.
static void print_band(const struct sentence *sentence) {
  struct seg_reference *reference = sentence->explainer->reference;
  const struct seg_reference_standing *standing = &sentence->standing;
  uint32_t begin = standing->position, end = standing->position;
  if (begin >= standing->known)
    return;
  int64_t band = seg_reference_value(reference, sentence->rank, standing->order[begin]).integer;
  while (begin > 0 &&
         seg_reference_value(reference, sentence->rank, standing->order[begin - 1]).integer == band)
    begin--;
  while (end + 1 < standing->known &&
         seg_reference_value(reference, sentence->rank, standing->order[end + 1]).integer == band)
    end++;
  fprintf(sentence->out, "; band %" PRId64 " holds %" PRIu32 " of %" PRIu32 " values, ", band,
          end - begin + 1, standing->known);
  print_value_at(sentence, begin);
  if (begin == end)
    return;
  fputs(" to ", sentence->out);
  print_value_at(sentence, end);
}

static void print_top(const struct sentence *sentence) {
  const struct seg_reference_standing *standing = &sentence->standing;
  uint64_t size = sentence->rank->rank == SEG_RANK_TOP_SHARE
                      ? standing->share
                      : seg_reference_top_size(sentence->rank, standing->customers);
  size = size < standing->known ? size : standing->known;
  if (size == 0) {
    fputs("; nobody is in", sentence->out);
    return;
  }
  fprintf(sentence->out, "; the first %" PRIu64 " are in, down to ", size);
  print_value_at(sentence, (uint32_t)size - 1);
}

static void print_standing(const struct sentence *sentence, const struct seg_value *result) {
  fprintf(sentence->out, "place %" PRIu32 " of %" PRIu32 " by %s value",
          sentence->standing.position + 1, sentence->standing.customers,
          sentence->rank->type.kind == SEG_TYPE_BOOL ? "falling" : "rising");
  switch (sentence->rank->rank) {
  case SEG_RANK_NTILE: print_tile(sentence, result->integer); break;
  case SEG_RANK_QUANTILE_BAND: print_band(sentence); break;
  case SEG_RANK_TOP:
  case SEG_RANK_TOP_SHARE: print_top(sentence); break;
  case SEG_RANK_PERCENTILE:
  case SEG_RANK_KIND_COUNT: break;
  }
}

void seg_explain_standing(struct seg_explainer *explainer, const struct seg_node *rank,
                          struct seg_explained_value *out) {
  const struct seg_program *program = explainer->request->program;
  if (seg_tells_personal(program, &program->customer, rank))
    return; // the place would tell the value, and the cuts those of others
  struct sentence sentence = {.explainer = explainer, .rank = rank};
  struct seg_value result = seg_reference_value(explainer->reference, rank, explainer->customer);
  char *buffer = NULL;
  size_t size = 0;
  sentence.out = seg_text_stream(&buffer, &size);
  bool stands =
      sentence.out != NULL &&
      seg_reference_standing(explainer->reference, rank, explainer->customer, &sentence.standing);
  if (stands)
    print_standing(&sentence, &result);
  if (sentence.out != NULL && fclose(sentence.out) == 0 && stands)
    out->meaning = seg_arena_str(explainer->arena, (struct seg_str){buffer, size});
  free(buffer);
  explainer->failed = explainer->failed || out->meaning.data == NULL;
}
