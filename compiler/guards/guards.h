/**
 * Guards by proof: is a negation over what may be missing right, although no guard stands beside
 * it?
 *
 * Where something is missing, the truth of the condition that asks for it is nobody's decision. So
 * the rule must come out the same whether such conditions hold there or not. sema leaves those for
 * which it sees no guard as doubts of the program; here each rule that has some is asked about: is
 * there a customer for whom it comes out differently?
 */
#ifndef SEG_COMPILER_GUARDS_GUARDS_H
#define SEG_COMPILER_GUARDS_GUARDS_H

#include "compiler/diag/diag.h"
#include "compiler/sema/program.h"

/**
 * Dispel the doubts of a program, or report them: with a customer about whom the negation decides,
 * or with the reason why there is no proof. Without doubts nothing is done; nor when declarations
 * have errors, since then nobody knows what the data can be. SEG_OUT_OF_MEMORY, SEG_INTERNAL.
 */
SEG_NODISCARD enum seg_status seg_guards_settle(const struct seg_program *program,
                                                struct seg_diagnostics *sink,
                                                struct seg_error *error);

#endif
