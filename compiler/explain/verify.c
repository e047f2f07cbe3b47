// Compiled rules over the rows of one customer must answer what the reference evaluator answers.
#include "compiler/explain/verify.h"

#include <stdlib.h>

#include "runtime/io/sink.h"

static enum seg_status differs(const char *what, struct seg_str name, struct seg_error *error) {
  seg_fail(error, SEG_INTERNAL, "",
           "compiled rules and the reference evaluator disagree about this customer: %s `%.*s`",
           what, SEG_STR(name));
  seg_error_help(error, "this is a bug in segc; please report it with the rules");
  return SEG_INTERNAL;
}

static enum seg_status compare(const struct seg_explain_request *request,
                               const struct seg_run_result *result, struct seg_reference *reference,
                               uint32_t customer, struct seg_error *error) {
  const struct seg_program *program = request->program;
  if (result->customer_count != seg_reference_customer_count(reference))
    return differs("is it", seg_str_view("customer"), error);
  if (customer == SEG_NO_CUSTOMER)
    return SEG_OK;
  for (uint32_t i = 0; i < program->segment_count; i++)
    if (seg_bitmap_test(result->members[i], customer) !=
        seg_reference_member(reference, i, customer))
      return differs("the segment", program->segments[i].name.text, error);
  for (uint32_t i = 0; i < program->segment_count; i++)
    if (result->held_out[i] != NULL && seg_bitmap_test(result->held_out[i], customer) !=
                                           seg_reference_held_out(reference, i, customer))
      return differs("the control group of", program->segments[i].name.text, error);
  for (uint32_t i = 0; i < program->chain_count; i++) {
    int32_t winner = seg_reference_winner(reference, i, customer);
    uint16_t found = result->chains[i].winners[customer];
    if (winner < 0 ? found != SEG_NO_WINNER : found != (uint16_t)winner)
      return differs("the chain", program->chains[i].name.text, error);
  }
  // A run that overflows is refused before this point.
  return seg_reference_overflow(reference) ? differs("is there", seg_str_view("overflow"), error)
                                           : SEG_OK;
}

static enum seg_status open_lists(const struct seg_plan *plan, const struct seg_customer_rows *rows,
                                  struct seg_source **lists, struct seg_error *error) {
  static const struct seg_memory_rows nobody = {.key = {.layout = SEG_LAYOUT_TEXT}};
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < plan->list_count; i++) {
    bool read = rows->lists != NULL && rows->lists[i].inputs != NULL;
    status = seg_source_open_memory(read ? &rows->lists[i].rows : &nobody, &plan->lists[i],
                                    &lists[i], error);
  }
  return status;
}

static enum seg_status run(const struct seg_explain_request *request,
                           const struct seg_customer_rows *rows, struct seg_source **customer,
                           struct seg_source **events, struct seg_source **lists,
                           struct seg_run_result **result, struct seg_error *error) {
  const struct seg_plan *plan = request->plan;
  enum seg_status status = SEG_OK;
  if (rows->customer.inputs != NULL)
    status = seg_source_open_memory(&rows->customer.rows, &plan->customer, customer, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++)
    if (rows->events[i].inputs != NULL)
      status = seg_source_open_memory(&rows->events[i].rows, &plan->events[i], &events[i], error);
  if (status == SEG_OK)
    status = open_lists(plan, rows, lists, error);
  if (status != SEG_OK)
    return status;
  struct seg_run_sources sources = {.customer = *customer, .events = events, .lists = lists};
  struct seg_run_options options = {
      .as_of = request->as_of, .threads = 1, .interrupted = request->interrupted};
  return seg_run(plan, request->kernels, &sources, &options, result, error);
}

enum seg_status seg_explain_verify(const struct seg_explain_request *request,
                                   const struct seg_customer_rows *rows,
                                   struct seg_reference *reference, uint32_t customer,
                                   struct seg_error *error) {
  struct seg_source *source = NULL;
  struct seg_source **events = calloc(request->plan->event_count + 1, sizeof *events);
  struct seg_source **lists = calloc(request->plan->list_count + 1, sizeof *lists);
  struct seg_run_result *result = NULL;
  enum seg_status status = SEG_OK;
  if (events == NULL || lists == NULL) {
    status = seg_fail_memory(error, "the explanation");
    goto cleanup;
  }
  status = run(request, rows, &source, events, lists, &result, error);
  if (status == SEG_OK)
    status = compare(request, result, reference, customer, error);
cleanup:
  seg_run_result_free(result);
  seg_source_close(source);
  for (uint32_t i = 0; events != NULL && i < request->plan->event_count; i++)
    seg_source_close(events[i]);
  for (uint32_t i = 0; lists != NULL && i < request->plan->list_count; i++)
    seg_source_close(lists[i]);
  free(lists);
  free(events);
  return status;
}
