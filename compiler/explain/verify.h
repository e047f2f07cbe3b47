/**
 * Do compiled rules and the reference evaluator agree about one customer?
 */
#ifndef SEG_COMPILER_EXPLAIN_VERIFY_H
#define SEG_COMPILER_EXPLAIN_VERIFY_H

#include "compiler/explain/customer_rows.h"
#include "compiler/explain/explanation.h"

enum { SEG_NO_CUSTOMER = UINT32_MAX };

/**
 * Run the compiled rules over the same rows, which may be those of others too, and compare the
 * answers about one customer (SEG_NO_CUSTOMER: they do not exist); of the request, program, plan,
 * kernels, as_of and interrupted are used. SEG_INTERNAL when they answer differently, about any
 * segment or chain; SEG_BAD_DATA when a run would refuse the rows.
 */
SEG_NODISCARD enum seg_status seg_explain_verify(const struct seg_explain_request *request,
                                                 const struct seg_customer_rows *rows,
                                                 struct seg_reference *reference, uint32_t customer,
                                                 struct seg_error *error);

#endif
